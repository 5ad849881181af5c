"""Value of information: how much learning something would narrow the date, and what a decision would gain by it."""
