"""Drives a browser through the pages of the site."""
