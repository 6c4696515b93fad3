"""Exports rows to files, and copies them into another database."""
