"""Counts attempts before they are made, so that none at the same time go uncounted."""

import math
from collections.abc import Mapping

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.errors import TooManyAttemptsError
from nof1_tracker.identity.slowing_down import (
    Failures,
    Limit,
    network_of,
    still_counted,
    wait_after,
)
from nof1_tracker.services.sign_in.sign_in_services import SignInServices

Counted = Mapping[Limit, str]
"""What is slowed down, and under which limit."""


def by_address(limit: Limit, address: str | None) -> dict[Limit, str]:
    """Counts by the network of an address; the command line is not slowed down."""
    return {} if address is None else {limit: network_of(address)}


def count_attempt(services: SignInServices, unit: PeopleUnit, counted: Counted) -> bool:
    """Counts an attempt as one that fails.

    Returns:
        Whether the next one will have to wait.

    Raises:
        TooManyAttemptsError: It has to wait itself, and is not counted.
    """
    now = services.clock.now()
    found = {}
    for key, limit in sorted(_keys(services, counted).items()):
        found[key] = limit, Failures(*unit.attempts.count_of(key, now))
    wait = max(
        (wait_after(failures, limit, now) for limit, failures in found.values()),
        default=None,
    )
    if wait:
        seconds = math.ceil(wait.total_seconds())
        raise TooManyAttemptsError(
            "Too many attempts failed.",
            f"Try again in {seconds} s.",
            retry_after=seconds,
        )
    slows = False
    for key, (limit, failures) in found.items():
        number = still_counted(failures, now) + 1
        unit.attempts.put(key, number, now)
        slows = slows or number == limit.free
    return slows


def forgive(
    services: SignInServices, unit: PeopleUnit, account: Counted, address: Counted
) -> None:
    """The attempt did not fail: the account counts from nothing, the address one less."""
    for key in _keys(services, account):
        unit.attempts.forget(key)
    for key in _keys(services, address):
        unit.attempts.take_back(key)


def _keys(services: SignInServices, counted: Counted) -> dict[str, Limit]:
    return {
        services.digest(limit.purpose, text): limit for limit, text in counted.items()
    }
