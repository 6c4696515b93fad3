"""Which account rows belong to, whichever ids the site serves them under."""
