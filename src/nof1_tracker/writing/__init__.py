"""Rows as files: CSV, JSON lines and Parquet. Knows no database."""
