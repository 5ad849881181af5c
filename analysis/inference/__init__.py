"""From a question to its posterior, and to the forecast that sums it up."""
