"""What tokens may be used for."""

from collections.abc import Iterable

from nof1_tracker.errors import ConfigurationError, ScopeError
from nof1_tracker.records.people.vocabularies import Scope


def parse_scopes(words: Iterable[str], *, is_admin: bool) -> tuple[Scope, ...]:
    """The scopes that a person may give to a token, in their order.

    Raises:
        ConfigurationError: None, an unknown one, or `admin` for somebody else.
    """
    asked = set(words)
    known = [scope for scope in Scope if scope in asked]
    if not known or len(known) < len(asked):
        raise ConfigurationError(
            "A token needs at least one scope, and only known ones.",
            f"Choose from {', '.join(Scope)}.",
        )
    if Scope.ADMIN in known and not is_admin:
        raise ConfigurationError(
            "Only an administrator's token may have the scope admin.",
            "Leave it out.",
        )
    return tuple(known)


def require_scope(scopes: Iterable[Scope], needed: Scope) -> None:
    """Checks that a token may be used for that.

    Raises:
        ScopeError: It may not.
    """
    if needed not in set(scopes):
        raise ScopeError(
            f"This token does not have the scope {needed}.",
            "Make another one on the account's page.",
        )
