"""Other sources of the past than the site: web archives, and the exchange."""
