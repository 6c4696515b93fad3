"""What would have been: a model copied with a delay, or a coin bought and held."""
