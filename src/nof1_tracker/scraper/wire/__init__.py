"""Decodes the site's JSON, recognises payloads, and validates them row by row."""
