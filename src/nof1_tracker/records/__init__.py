"""Frozen records and enums that packages exchange, and the sanitizing of texts."""
