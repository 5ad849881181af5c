"""The published forecast's claims beside this model's figures."""
