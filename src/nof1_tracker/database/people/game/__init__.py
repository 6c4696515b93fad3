"""What players are, have earned and have played, as rows of people's tables."""
