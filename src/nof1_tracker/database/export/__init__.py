"""Rows on their way out: to files, and into another database."""
