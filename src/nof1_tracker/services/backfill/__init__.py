"""Use cases: fill in from elsewhere what the site no longer serves."""
