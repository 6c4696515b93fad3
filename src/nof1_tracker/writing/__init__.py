"""Writes rows to files: CSV, JSON lines and Parquet. Does not use the database."""
