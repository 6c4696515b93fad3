"""Repositories that store records by bulk upserts, which leave unchanged rows alone."""
