"""Queries: records out, nothing is changed."""
