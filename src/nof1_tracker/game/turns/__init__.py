"""A window to play, and where it pauses."""
