"""Packs a span of an archive as a WACZ, which tools for web archives open."""
