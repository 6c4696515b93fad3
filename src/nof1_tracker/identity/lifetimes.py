"""How long sessions and tokens last."""

from datetime import datetime, timedelta
from typing import Final

from nof1_tracker.errors import ConfigurationError

OF_SESSION: Final = timedelta(days=30)
"""From the sign-in; then the password is asked for again."""
IDLE: Final = timedelta(days=7)
"""Without use, after which a session ends before its time."""
OF_PROGRAM: Final = timedelta(hours=24)
OF_RESET: Final = timedelta(hours=1)
LONGEST_TOKEN: Final = timedelta(days=366)
OF_LOG: Final = timedelta(days=365)
"""How long the security log keeps an event."""
NOTED_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when something was last used."""


def token_ends(now: datetime, days: int) -> datetime:
    """When an API token of so many days ends.

    Raises:
        ConfigurationError: It would end at once, or last longer than a year.
    """
    if not 1 <= days <= LONGEST_TOKEN.days:
        raise ConfigurationError(
            f"A token cannot last {days} days.",
            f"Choose 1 to {LONGEST_TOKEN.days} days.",
        )
    return now + timedelta(days=days)


def has_ended(expires_at: datetime, last_used_at: datetime, now: datetime) -> bool:
    """Whether a session is over."""
    return now >= expires_at or now - last_used_at >= IDLE
