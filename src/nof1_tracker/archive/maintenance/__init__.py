"""Looks after an archive: lists it, verifies it, prunes it, knows who reads it."""
