"""Queries that somebody else wrote, confined to reading the record."""
