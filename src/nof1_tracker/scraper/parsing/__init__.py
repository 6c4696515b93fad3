"""Parsers of parts that several payloads share."""
