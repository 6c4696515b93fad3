"""Use cases that tell which version the record has, and follow what changes it."""

import logging
from collections.abc import Iterator
from threading import Event

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.feed.await_commits import watching_commits
from nof1_tracker.errors import DatabaseError
from nof1_tracker.records.live.feed_entries import FeedPart

AGAIN_AFTER = 1.0
"""Seconds after which a database that is away is asked again."""

log = logging.getLogger(__name__)


def read_version(engine: Engine) -> int:
    """The version of the record; each transaction that stores anything raises it.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        return unit.repositories.feed.version()


def read_feed(engine: Engine, version: int) -> FeedPart:
    """What was committed after that version, up to some hundred entries at once.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine, frozen=True) as unit:
        return unit.repositories.feed.since(version)


def follow_feed(engine: Engine, stop: Event, version: int) -> Iterator[FeedPart]:
    """What is committed after that version, soon after it is.

    Waits while the database is away. Ends once `stop` is set.
    """
    is_away = False
    while not stop.is_set():
        try:
            with watching_commits(engine, stop.wait) as wait:
                while not stop.is_set():
                    part = read_feed(engine, version)
                    if is_away:
                        is_away = False
                        log.info("The live feed goes on.")
                    if part.version == version:
                        wait()
                    else:
                        version = part.version
                        yield part
        except DatabaseError as error:
            if not is_away:
                log.warning("The live feed waits for the database. %s", error)
            is_away = True
            stop.wait(AGAIN_AFTER)
