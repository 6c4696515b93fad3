"""Use cases that parse with the current code again: what was rejected, and all else."""
