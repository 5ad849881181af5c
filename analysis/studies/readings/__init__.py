"""Other readings of the question, each a small model of its own beside the race for compute."""
