"""Stores what a source yields: a payload at a time, records within a transaction."""
