"""The simulated arena's site, in the real one's wire formats, and how it can fail."""
