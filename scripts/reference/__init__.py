"""Generates the reference in docs/reference from the code: `make reference`."""
