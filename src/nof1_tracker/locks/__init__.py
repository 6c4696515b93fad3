"""Locks on files that processes of one machine share."""
