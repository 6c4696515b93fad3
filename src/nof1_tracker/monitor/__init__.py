"""Unattended recording: the loop, its health, and who is told."""
