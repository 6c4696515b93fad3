"""Tokens of forms, which a page of another site cannot know (CSRF)."""

from nof1_tracker.identity.secret_tokens import are_equal, keyed_digest

_PURPOSE = "form"


def form_token(key: bytes, visitor: str, session: str = "") -> str:
    """The token of the forms that a visitor is shown.

    Args:
        visitor: A random value that the visitor's browser keeps in a cookie.
        session: The secret of its session, so that signing in changes the token.
    """
    return keyed_digest(key, _PURPOSE, f"{visitor} {session}")


def fits_form(key: bytes, visitor: str, session: str, token: str) -> bool:
    """Whether the form was one that this visitor was shown."""
    return bool(visitor) and are_equal(form_token(key, visitor, session), token)
