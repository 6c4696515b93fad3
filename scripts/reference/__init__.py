"""Makes the reference in docs/reference out of the code: `make reference`."""
