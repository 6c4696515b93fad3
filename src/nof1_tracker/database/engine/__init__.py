"""Engines, column types, the schema and its migrations, locks, and errors told to
people.
"""
