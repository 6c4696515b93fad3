"""One row, found by its id, with all that belongs to it."""
