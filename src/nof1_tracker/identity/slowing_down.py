"""How long attempts must wait after others that failed.

The first few cost nothing; then each wait is twice as long as the one before, up to a
quarter of an hour. A day without failures and they are forgotten. So nobody guesses
passwords at more than some hundred a day, and nobody is locked out for long.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

LONGEST: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)
_FIRST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures are free.

    Attributes:
        purpose: What is counted: `account`, `address`, ...
        free: Failures after which nobody waits yet.
    """

    purpose: str
    free: int


OF_ACCOUNT: Final = Limit("account", 5)
OF_ADDRESS: Final = Limit("address", 20)
OF_REGISTERING: Final = Limit("registering", 10)
OF_RESETS: Final = Limit("resets", 3)
OF_RESETTING: Final = Limit("resetting", 10)


@dataclass(frozen=True, slots=True)
class Failures:
    """Failures that are remembered.

    Attributes:
        number: How many.
        last_at: When the last one was.
    """

    number: int
    last_at: datetime


def still_counted(failures: Failures | None, now: datetime) -> int:
    """How many failures still count."""
    if failures is None or now - failures.last_at >= FORGOTTEN_AFTER:
        return 0
    return failures.number


def wait_after(failures: Failures | None, limit: Limit, now: datetime) -> timedelta:
    """How long the next attempt has to wait; zero if it need not."""
    number = still_counted(failures, now)
    if failures is None or number < limit.free:
        return timedelta(0)
    doublings = min(number - limit.free, 16)
    until = failures.last_at + min(_FIRST * (1 << doublings), LONGEST)
    return max(until - now, timedelta(0))


def network_of(address: str) -> str:
    """What an address is counted as: an IPv6 customer has a whole /64."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or ip_network((found, 64), strict=False))
