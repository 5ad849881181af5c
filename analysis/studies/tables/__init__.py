"""Studies of public tables: lags between records, and what scores and compute say of progress."""
