"""Lists as files: CSV, JSON lines and Parquet, written while they are read."""
