"""Events, what the detectors remember, and deliveries."""
