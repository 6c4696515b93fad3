"""What is known at a moment, and when there is enough of it to play."""
