"""How much compute would change the answer."""
