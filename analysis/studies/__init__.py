"""What follows from a posterior: one module or folder a study."""
