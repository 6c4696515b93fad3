"""Positions as they stood at a time."""
