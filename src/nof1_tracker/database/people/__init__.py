"""People's tables, apart from the record: users, sessions, tokens, the security log."""
