"""Who is ahead, players and models together, and how certain that is."""
