"""The exchange: what it is asked for, and records out of its answers."""
