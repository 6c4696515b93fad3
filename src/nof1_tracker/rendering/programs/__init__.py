"""Rows and objects for programs: JSON and CSV."""
