"""Commands that change how the database holds its tables."""
