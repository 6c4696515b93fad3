"""Commands that list rows of one kind, or show one of them as a whole."""
