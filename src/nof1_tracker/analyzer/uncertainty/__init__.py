"""How sure one can be of a figure, and of who is ahead."""
