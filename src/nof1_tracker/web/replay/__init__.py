"""The site's own addresses, as they answered at a moment of the past."""
