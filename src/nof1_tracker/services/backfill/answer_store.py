"""Records what the exchange answers, and stores it: each answer once, with its position."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.services.backfill.store_answer import StoredAnswer, store_answer
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.recorded.recording import (
    Appended,
    PositionLostError,
    Recording,
)

log = logging.getLogger(__name__)

Note = Callable[[Repositories], None]
"""Writes what belongs into the transaction that stores an answer."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer, and where it is recorded; None where it is not."""

    exchange: Exchange
    appended: Appended | None


@dataclass
class AnswerStore:
    """Keeps answers in the archive of a database, and stores them in the database.

    Attributes:
        recording: The archive; None stores alone.
        unrecorded: Answers that could not be recorded.
    """

    engine: Engine
    clock: Clock
    recording: Recording | None = None
    unrecorded: int = 0

    def catch_up(self) -> None:
        """Stores what is recorded and waits, and tells the archive what is stored.

        Raises:
            DatabaseError: The rest waits.
            ArchiveError: The database does not know the archive, or it cannot be read.
        """
        Collector(self.engine, self.clock, recording=self.recording).catch_up()

    def record(self, exchange: Exchange) -> KeptAnswer:
        """Records an answer as far as that is possible."""
        if self.recording is None:
            return KeptAnswer(exchange, None)
        try:
            appended = self.recording.append(exchange)
        except ArchiveError as error:
            log.warning("Stored without being recorded: %s", error)
            self.unrecorded += 1
            return KeptAnswer(exchange, None)
        return KeptAnswer(appended.exchange, appended)

    def store(
        self, kept: KeptAnswer, note: Note = lambda _: None
    ) -> StoredAnswer | None:
        """Stores an answer, and what belongs with it, in one transaction.

        None where the answer is stored already; what belongs with it is written still.

        Raises:
            DatabaseError: The database failed; what is recorded waits for the next run.
        """
        try:
            stored = self._store(kept, note)
        except PositionLostError:
            # The database is behind what it had stored: all that waits comes first.
            self.catch_up()
            stored = self._store(kept, note)
        if self.recording is not None and kept.appended is not None:
            self.recording.note_stored(kept.exchange)
        return stored

    def _store(self, kept: KeptAnswer, note: Note) -> StoredAnswer | None:
        with UnitOfWork(self.engine, writes=True) as unit:
            repositories = unit.repositories
            is_ours = self._claim(repositories, kept.appended)
            stored = store_answer(repositories, kept.exchange) if is_ours else None
            note(repositories)
            unit.commit()
        return stored

    def _claim(self, repositories: Repositories, appended: Appended | None) -> bool:
        if self.recording is None or appended is None:
            return True
        return self.recording.claim(repositories, appended.position, appended.before)
