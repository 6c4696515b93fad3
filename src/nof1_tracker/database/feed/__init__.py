"""The live feed: which version the record has, and what the latest ones changed."""
