"""Watches the stored ModelChat conversations: their gaps and their rate."""

import logging

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import DatabaseError
from nof1_tracker.monitor.chat_pace import chat_parts
from nof1_tracker.monitor.log_events import tell_missed

log = logging.getLogger(__name__)


class ChatWatch:
    """Looks at the tables before and after a cycle that fetches ModelChat.

    Attributes:
        parts: Number of parts to divide the interval into for ModelChat.
    """

    def __init__(self, engine: Engine, interval: float, rate_limit: float) -> None:
        """Args: interval: Seconds. rate_limit: Requests per minute."""
        self._engine = engine
        self._interval = interval
        self._rate_limit = rate_limit
        self._newest: int | None = None
        self.parts = 1

    def before(self) -> None:
        """Notes what is stored, to recognise what the cycle adds."""
        self._newest = None
        try:
            with UnitOfWork(self._engine) as unit:
                self._newest = unit.repositories.chat_rate.newest_id()
        except DatabaseError as error:
            log.debug("Gaps of this cycle will not be reported: %s", error)

    def after(self) -> None:
        """Logs newly found gaps, and adapts the pace."""
        try:
            with UnitOfWork(self._engine) as unit:
                chat_rate = unit.repositories.chat_rate
                rates = chat_rate.rates()
                if self._newest is not None:
                    tell_missed(chat_rate.missed_after(self._newest))
        except DatabaseError as error:
            log.debug("The pace of ModelChat stays as it is: %s", error)
            return
        self._adapt(max(rates.values(), default=0.0))

    def _adapt(self, rate: float) -> None:
        parts = chat_parts(self._interval, [rate], self._rate_limit)
        if parts == self.parts:
            return
        self.parts = parts
        log.info(
            "ModelChat is fetched every %.3g min: %.3g conversations a minute share"
            " one window.",
            self._interval / parts / 60,
            rate,
            extra={"fields": {"event": "pace", "parts": parts, "rate": round(rate, 3)}},
        )
