"""Repositories that store records: bulk upserts which change nothing when nothing
changed.
"""
