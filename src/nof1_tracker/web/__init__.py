"""The web application: the record for browsers and for other programs."""
