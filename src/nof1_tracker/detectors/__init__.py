"""Pure functions from rows of the tables to findings: facts without words."""
