"""Measures searching a season's conversations, and `status`."""

from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.databases import Store, kinds, new_store
from benchmarks.measure import Comparison, Target, timed
from benchmarks.thoughts import ABSENT, COMMON, PHRASE, RARE, WORD, fill
from benchmarks.workshop import Workshop
from nof1_tracker.clock import utc_now
from nof1_tracker.records.stored import ChatFilter
from nof1_tracker.services.read import read_chats, read_condition

CHATS = 48_000
_TARGET = Target(seconds=0.1)
_OF_A_WORD = Target(ratio=10)
_SHOWN = 20


def search(workshop: Workshop) -> Iterator[Comparison]:
    """Searches for texts that few, most and no conversations contain; then `status`.

    A rare phrase of common words is measured against a rare word, by the same search.
    """
    for kind in kinds(workshop):
        with new_store(workshop, kind) as store:
            workshop.tell(f"  making up {CHATS:,} conversations on {store.name} ...")
            fill(store, CHATS)
            yield from _of_thoughts(workshop, store)


def _of_thoughts(workshop: Workshop, store: Store) -> Iterator[Comparison]:
    find_words = _indexed_words(store)
    for name, text in (("rare", RARE), ("common", COMMON), ("absent", ABSENT)):
        yield workshop.compare(
            f"{store.name}: chat --search of {CHATS:,}, {name} text",
            "index of whole words",
            timed(partial(_search, store, text)),
            timed(partial(find_words, text)),
            _TARGET,
        )
    yield workshop.compare(
        f"{store.name}: chat --search of {CHATS:,}, rare phrase of common words",
        "a rare word",
        timed(partial(_search, store, PHRASE)),
        timed(partial(_search, store, WORD)),
        _OF_A_WORD,
    )
    yield workshop.compare(
        f"{store.name}: status of {CHATS:,} conversations",
        "counting them",
        timed(lambda: read_condition(store.engine, utc_now())),
        timed(partial(_count, store)),
    )


def _search(store: Store, text: str) -> None:
    wanted = ChatFilter(search=text, limit=_SHOWN)
    read_chats(store.engine, utc_now(), wanted)


def _count(store: Store) -> None:
    with store.engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM model_chats")


# --- what databases offer for text: whole words, ignoring case ----------------------


def _indexed_words(store: Store) -> Callable[[str], None]:
    """Finds the newest conversations with a phrase, by an index of words."""
    building, query = _SQLITE if store.is_sqlite else _POSTGRESQL
    with store.engine.begin() as connection:
        for statement in building:
            connection.exec_driver_sql(statement)
    store.settle()

    def find(text: str) -> None:
        with store.engine.connect() as connection:
            phrase = f'"{text}"' if store.is_sqlite else text
            connection.exec_driver_sql(query, (phrase,)).all()

    return find


_SQLITE = (
    (
        (
            "CREATE VIRTUAL TABLE words USING fts5("
            "content, summary, content='model_chats', content_rowid='id')"
        ),
        "INSERT INTO words(words) VALUES ('rebuild')",
    ),
    (
        "SELECT id, summary FROM model_chats WHERE id IN"  # noqa: S608
        " (SELECT rowid FROM words WHERE words MATCH ?)"
        f" ORDER BY timestamp DESC LIMIT {_SHOWN}"
    ),
)
_WORDS = "to_tsvector('simple', content || ' ' || coalesce(summary, ''))"
_POSTGRESQL = (
    (f"CREATE INDEX words ON model_chats USING gin ({_WORDS})",),
    (
        f"SELECT id, summary FROM model_chats WHERE {_WORDS}"  # noqa: S608
        " @@ phraseto_tsquery('simple', %s)"
        f" ORDER BY timestamp DESC LIMIT {_SHOWN}"
    ),
)
