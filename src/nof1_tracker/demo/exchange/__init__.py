"""The simulated exchange: what it has on record of the arena, and its server."""
