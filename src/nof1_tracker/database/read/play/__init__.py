"""What is traded on in the game: prices as they became known, the models' own trades."""
