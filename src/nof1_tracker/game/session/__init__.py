"""A game from its first move to its reveal."""
