"""Measures how often the intervals of reports hold the truth."""
