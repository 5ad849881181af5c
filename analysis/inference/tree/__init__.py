"""Everything that was drawn, as an ArviZ tree."""
