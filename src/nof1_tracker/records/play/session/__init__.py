"""A game: how it is set up, what is done in it, what is shown of it."""
