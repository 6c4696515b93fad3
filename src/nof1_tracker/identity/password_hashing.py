"""Passwords as Argon2id hashes.

The parameters are those that OWASP recommends (19 MiB, two passes, one lane). Source:
OWASP Password Storage Cheat Sheet; RFC 9106.
"""

import os
import secrets
from functools import cached_property
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, NamedTuple

from nof1_tracker.identity.password_rules import normalise_password

if TYPE_CHECKING:
    from argon2 import PasswordHasher


class Cost(NamedTuple):
    """What a hash costs.

    Attributes:
        memory: KiB.
        passes: Over that memory.
        lanes: Threads.
    """

    memory: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


class Hashing:
    """Makes and checks hashes, one at a time for each core; others wait.

    Args:
        cost: Of hashes that are made; those of another cost are still checked.
    """

    def __init__(self, cost: Cost | None = None) -> None:
        self._cost = cost or Cost()
        self._cores = BoundedSemaphore(os.cpu_count() or 1)

    def make(self, password: str) -> str:
        """The hash, with its parameters and its salt."""
        with self._cores:
            return self._hasher.hash(normalise_password(password))

    def fits(self, password: str, made: str | None) -> bool:
        """Whether the hash is that of the password.

        Args:
            made: The hash; with None, which fits nothing, it takes as long.
        """
        from argon2.exceptions import (  # noqa: PLC0415
            InvalidHashError,
            VerificationError,
        )

        with self._cores:
            try:
                self._hasher.verify(made or self._nobodys, normalise_password(password))
            except (VerificationError, InvalidHashError):
                return False
        return made is not None

    def is_outdated(self, made: str) -> bool:
        """Whether the hash has another cost than those that are made now."""
        return self._hasher.check_needs_rehash(made)

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher  # noqa: PLC0415

        memory, passes, lanes = self._cost
        return PasswordHasher(passes, memory, lanes)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())

    def get_ready(self) -> None:
        """Does once what the first refusal would otherwise take longer for."""
        _ = self._nobodys
