"""What each result shows, laid out once: a module for each result, with its tables and its JSON object."""
