"""Queries that return records and change nothing."""
