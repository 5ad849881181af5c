"""Mechanisms: how the requirement falls, and how stock arrives; the project's own and those that are registered."""
