"""Parts of the payloads that several parsers read."""
