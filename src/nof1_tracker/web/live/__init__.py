"""Announces to listeners what is committed."""
