"""Runs that are kept: a dated folder each, what moved between them, and their history."""
