"""The game against the models, as pure rules."""
