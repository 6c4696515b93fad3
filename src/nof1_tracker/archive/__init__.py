"""The recording: what was served, kept before anything else is done with it."""
