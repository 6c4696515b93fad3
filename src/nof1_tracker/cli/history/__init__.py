"""Commands that fill in the past from elsewhere, and check what is held."""
