"""Runs calls that must end in time, whatever the other side does."""

import threading
from collections.abc import Callable

from nof1_tracker.errors import DeliveryError

DEADLINE = 60.0
"""Seconds that a channel may take for one message."""


class Deadline:
    """Runs calls one at a time and waits no longer than `seconds` for each.

    Libraries limit the silence between two bytes, not the whole call: a server that
    sends a byte now and then holds them forever. A late call is left behind in its
    thread, and no other starts until that thread ends, so threads never pile up.
    """

    def __init__(self, seconds: float = DEADLINE) -> None:
        self._seconds = seconds
        self._running: threading.Thread | None = None

    def run(self, call: Callable[[], None]) -> None:
        """Returns when the call returns.

        Raises:
            DeliveryError: It did not end in time, or the previous call has not ended.
        """
        if self._running is not None and self._running.is_alive():
            raise DeliveryError("It has still not answered the previous message.")
        failed: list[BaseException] = []

        def attempt() -> None:
            try:
                call()
            except BaseException as error:  # noqa: BLE001  raised again below
                failed.append(error)

        self._running = threading.Thread(target=attempt, daemon=True)
        self._running.start()
        self._running.join(self._seconds)
        if self._running.is_alive():
            raise DeliveryError(f"No answer within {self._seconds:g} s.")
        if failed:
            raise failed[0]
