"""Runs on disk: building, reading, comparing, scoring and exporting them."""
