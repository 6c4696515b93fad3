"""JSON Web Tokens (RFC 7519), for programs that want them.

One is signed with HS256 and names the session that it belongs to. The session is looked
up at each use, so that ending it ends the token.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from nof1_tracker.errors import SignInError

_ALGORITHM: Final = "HS256"
_ISSUER: Final = "nof1-tracker"
_CLAIMS: Final = ("iss", "sub", "sid", "jti", "iat", "exp")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says.

    Attributes:
        user_id: Whose it is.
        session_id: The session that it belongs to.
        secret: Of that session.
        expires_at: When it ends.
    """

    user_id: UUID
    session_id: UUID
    secret: str
    issued_at: datetime
    expires_at: datetime


def sign_claims(key: bytes, claims: Claims) -> str:
    """The token."""
    import jwt  # noqa: PLC0415

    payload = {
        "iss": _ISSUER,
        "sub": str(claims.user_id),
        "sid": str(claims.session_id),
        "jti": claims.secret,
        "iat": int(claims.issued_at.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
    }
    return jwt.encode(payload, key, algorithm=_ALGORITHM)


def read_claims(key: bytes, token: str, now: datetime) -> Claims:
    """What the token says, once its signature and its times are checked.

    Raises:
        SignInError: It was not signed here, or is over.
    """
    import jwt  # noqa: PLC0415

    options: Any = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False}
    try:
        found = jwt.decode(
            token, key, algorithms=[_ALGORITHM], issuer=_ISSUER, options=options
        )
        claims = Claims(
            UUID(found["sub"]),
            UUID(found["sid"]),
            str(found["jti"]),
            _time(found["iat"]),
            _time(found["exp"]),
        )
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError):
        raise not_valid() from None
    if now >= claims.expires_at:
        raise not_valid()
    return claims


def not_valid() -> SignInError:
    """The error that says no more than that."""
    return SignInError("This token is not valid, or no longer.", "Sign in again.")


def _time(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
