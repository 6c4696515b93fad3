"""Engines, column types, the schema and its migrations, locks, and database errors
explained to people.
"""
