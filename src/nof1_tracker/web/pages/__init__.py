"""Pages for people: the dashboard, a file for each page."""
