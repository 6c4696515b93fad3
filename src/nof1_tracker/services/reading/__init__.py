"""What reading commands ask for, and what they say where nothing is found."""
