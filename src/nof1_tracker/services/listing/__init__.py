"""Lists read page by page, and what a database holds as a whole."""
