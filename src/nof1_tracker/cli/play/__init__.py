"""Commands that trade on paper, beside the models."""
