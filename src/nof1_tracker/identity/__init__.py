"""People, their passwords, sessions and tokens, as pure rules."""
