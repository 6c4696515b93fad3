"""What a person asks for, and how much of it is returned at once."""
