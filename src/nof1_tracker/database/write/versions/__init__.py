"""Rows that the source serves again: which of their versions stands."""
