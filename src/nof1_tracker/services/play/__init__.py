"""What is played, and what would have been: the engine over what is stored."""
