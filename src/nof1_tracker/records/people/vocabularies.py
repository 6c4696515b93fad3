"""The vocabularies of people's tables."""

from enum import StrEnum


class SessionKind(StrEnum):
    """What holds a session."""

    BROWSER = "browser"
    PROGRAM = "program"


class Scope(StrEnum):
    """What an API token may be used for."""

    READ = "read"
    PLAY = "play"
    ADMIN = "admin"


class SecurityEventKind(StrEnum):
    """What the security log tells."""

    REGISTERED = "registered"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SLOWED_DOWN = "slowed_down"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  an event
    RESET_REQUESTED = "reset_requested"
    PASSWORD_RESET = "password_reset"  # noqa: S105  an event
    TOKEN_MADE = "token_made"  # noqa: S105  an event
    TOKEN_REVOKED = "token_revoked"  # noqa: S105  an event
    ACCOUNT_DELETED = "account_deleted"
