"""Finds the site's payloads in files that other tools saved them in."""
