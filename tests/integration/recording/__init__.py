"""Recording first: what is fetched is in the archive before it is in the tables."""
