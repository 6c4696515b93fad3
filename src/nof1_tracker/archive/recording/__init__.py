"""Records: appends to a segment, flushes it to disk, seals it."""
