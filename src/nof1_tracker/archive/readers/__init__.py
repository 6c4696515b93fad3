"""Reads what other programs packed or recorded: zip, tar, compressed files, WARC, WACZ."""
