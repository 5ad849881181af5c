"""Whether an answer can be trusted: one result type for every check."""
