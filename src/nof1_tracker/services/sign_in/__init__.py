"""Accounts of people: registering, signing in and out, passwords, tokens, the log."""
