"""The repeating loop, and who listens to it."""
