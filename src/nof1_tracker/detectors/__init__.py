"""Tables looked at, events told: pure functions from rows to events."""
