"""Metrics of an account's completed legs, and the entries they belong to."""
