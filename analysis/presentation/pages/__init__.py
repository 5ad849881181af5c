"""The documentation's generated pages."""
