"""Figures, reports and events as people and programs read them."""
