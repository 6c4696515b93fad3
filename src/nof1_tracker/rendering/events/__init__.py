"""Findings of the detectors as events: a title and a text for people."""
