"""One run, and runs asked again on past days: orchestration alone."""
