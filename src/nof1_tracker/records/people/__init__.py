"""People as rooms pass them to each other: users, sessions, tokens, security events."""
