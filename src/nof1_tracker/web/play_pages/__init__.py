"""Pages on which people play against the models."""
