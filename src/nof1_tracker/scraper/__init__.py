"""Fetches raw payloads from the site and parses them into records; nothing else."""
