"""Lists read page by page."""
