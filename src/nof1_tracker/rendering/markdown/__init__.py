"""Reports in Markdown, for pasting into an issue."""
