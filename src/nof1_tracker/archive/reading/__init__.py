"""Reads segments: record by record, past damage, also while they are being written."""
