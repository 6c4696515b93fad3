"""The Wayback Machine: which captures of the site it holds, and their bodies."""
