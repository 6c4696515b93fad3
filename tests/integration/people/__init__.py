"""People: their tables, signing in, and what nobody else may see."""
