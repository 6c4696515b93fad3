"""Cases: what there is to learn from decisions that models really took."""
