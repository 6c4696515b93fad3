"""Stores events, the state of the detectors, and deliveries."""
