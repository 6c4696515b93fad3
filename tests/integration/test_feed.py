"""Each storing transaction is a version, and tells what it changed."""

from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert, select, text, update

from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.engine.create_engine import create_db_engine
from nof1_tracker.database.feed.version_reader import VersionReader
from nof1_tracker.database.feed.write_feed import KEPT, MOST_IDS
from nof1_tracker.database.feed_models import FeedRow, FeedVersion
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.events import Event, EventKind
from nof1_tracker.records.live.feed_entries import FeedChange, FeedKind, FeedPart
from nof1_tracker.services.live.follow_feed import read_feed, read_version
from nof1_tracker.services.maintain import correct_model
from tests.parsed_payloads import (
    at,
    chats_of,
    conversation,
    decision,
    leg,
    parsed,
    position,
    snapshot,
    store,
    totals_of,
    trades_of,
)


def _told(part: FeedPart) -> list[list[FeedChange]]:
    return [list(each.changes) for each in part.entries]


def _since(engine: Engine, version: int) -> list[list[FeedChange]]:
    return _told(read_feed(engine, version))


def test_what_is_stored_is_told_with_the_ids_that_everybody_knows(
    engine: Engine,
) -> None:
    held = snapshot("alpha", 1, "10100", positions=(position("alpha", 1),))
    store(
        engine,
        totals_of(held, snapshot("beta", 1, "9900")),
        trades_of(leg("beta", 1), leg("alpha", 1)),
        chats_of(conversation("alpha", 1)),
    )

    totals, trades, chats = _since(engine, 0)
    assert totals == [
        FeedChange(FeedKind.SNAPSHOTS, 2, ["alpha", "beta"]),
        FeedChange(FeedKind.POSITIONS, 1, ["alpha"]),
        FeedChange(FeedKind.TRADES, 1, ["alpha_77"]),
    ]
    (told,) = (each for each in trades if each.kind is FeedKind.TRADES)
    assert {"alpha_1", "beta_1"} <= set(told.ids or ())
    assert chats == [FeedChange(FeedKind.CHATS, 1, ["alpha_1"])]


def test_a_version_is_of_each_commit_and_only_a_change_is_told(engine: Engine) -> None:
    store(engine, trades_of(leg("alpha", 1)))
    before = read_version(engine)

    store(engine, trades_of(leg("alpha", 1)))

    assert read_version(engine) == before + 1
    assert _since(engine, before) == []


def test_bookkeeping_is_no_version_unless_a_change_was_noted(engine: Engine) -> None:
    store(engine, trades_of(leg("alpha", 1)))
    before = read_version(engine)

    with UnitOfWork(engine, writes=True) as unit:
        unit.repositories.journal.start_run(utc_now(), "http", "a site")
        unit.commit(is_bookkeeping=True)
    after_a_run = read_version(engine)
    with UnitOfWork(engine, writes=True) as unit:
        unit.repositories.accounts.correct("alpha", name="Omega", provider=None)
        unit.commit(is_bookkeeping=True)

    assert (after_a_run, read_version(engine)) == (before, before + 1)


def test_a_reader_of_versions_sees_each_commit_as_soon_as_it_is_made(
    engine: Engine,
) -> None:
    reader = VersionReader(engine)
    seen = [reader.read()]
    for hour in (1, 2):
        store(engine, trades_of(leg("alpha", hour)))
        seen.append(reader.read())
    reader.close()

    assert seen == [0, 1, 2]
    assert reader.read() == read_version(engine) == 2
    reader.close()


@pytest.mark.postgresql
def test_a_reader_of_versions_outlives_its_connection(
    migrated_postgresql_url: str,
) -> None:
    engine = create_db_engine(migrated_postgresql_url)
    reader = VersionReader(engine)
    reader.read()
    with engine.connect() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).all()

    assert ended
    assert reader.read() == 0
    reader.close()
    engine.dispose()


def test_what_is_rolled_back_is_no_version_and_is_not_told(engine: Engine) -> None:
    store(engine, trades_of(leg("alpha", 1)))
    before = read_version(engine)

    with UnitOfWork(engine, writes=True) as unit:
        unit.repositories.accounts.correct("alpha", name="Omega", provider=None)

    assert read_version(engine) == before
    assert _since(engine, before) == []


def test_a_restated_leg_is_told_again_and_so_is_a_decision_that_came_later(
    engine: Engine,
) -> None:
    store(engine, trades_of(leg("alpha", 1)), chats_of(conversation("alpha", 1)))
    before = read_version(engine)

    more = conversation("alpha", 1, decisions=(decision("BTC"), decision("ETH")))
    restated = leg("alpha", 1, net_pnl=Decimal(400), raw={"net_pnl": 400})
    store(engine, parsed(Endpoint.TRADES, legs=[restated], observed=2), chats_of(more))

    assert _since(engine, before) == [
        [FeedChange(FeedKind.TRADES, 1, ["alpha_1"])],
        [FeedChange(FeedKind.CHATS, 1, ["alpha_1"])],
    ]


def test_more_ids_than_a_client_wants_are_counted(engine: Engine) -> None:
    store(engine, trades_of(*(leg("alpha", 1 + n / 64) for n in range(MOST_IDS + 1))))

    assert _since(engine, 0) == [[FeedChange(FeedKind.TRADES, MOST_IDS + 1, None)]]


def test_events_are_told_and_a_correction_concerns_everything(engine: Engine) -> None:
    store(engine, trades_of(leg("alpha", 1)))
    before = read_version(engine)
    found = Event(EventKind.GAP, "gap:1", at(1), None, None, "A gap", "", {})

    with UnitOfWork(engine, writes=True) as unit:
        unit.repositories.events.add([found, found], at(1), is_news=False)
        unit.commit()
    correct_model(engine, "alpha", name="Omega", provider=None)

    assert _since(engine, before) == [
        [FeedChange(FeedKind.EVENTS, 1, ["gap:1"])],
        [FeedChange(FeedKind.RECORD, 0, None)],
    ]


def test_only_the_latest_versions_are_kept(engine: Engine) -> None:
    store(engine, trades_of(leg("alpha", 1)))
    with engine.begin() as connection:
        connection.execute(update(FeedVersion).values(version=KEPT))

    store(engine, trades_of(leg("alpha", 2)))

    with engine.connect() as connection:
        assert connection.scalars(select(FeedRow.version)).all() == [KEPT + 1]
    assert not read_feed(engine, 0).is_whole
    assert len(_since(engine, 1)) == 1


@pytest.mark.parametrize("version", [-1, 2, 10**17])
def test_a_version_that_this_database_never_had_is_told_from_one_it_had(
    engine: Engine, version: int
) -> None:
    store(engine, trades_of(leg("alpha", 1)))

    assert read_feed(engine, version) == FeedPart(1, (), is_whole=version == 1)
    assert read_feed(engine, 1).is_whole


def test_a_long_feed_is_read_in_parts(engine: Engine) -> None:
    changes = {"trades": {"count": 1, "ids": ["a"]}}
    rows = [
        {"version": number, "committed_at": utc_now(), "changes": changes}
        for number in range(1, 1202)
    ]
    with engine.begin() as connection:
        connection.execute(insert(FeedRow), rows)
        version = {"id": 1, "version": 1300, "changed_at": utc_now()}
        connection.execute(insert(FeedVersion), [version])

    parts = [read_feed(engine, 100)]
    while parts[-1].entries:
        parts.append(read_feed(engine, parts[-1].version))

    read = [each.version for part in parts for each in part.entries]
    assert read == list(range(101, 1202))
    assert parts[-1].version == 1300
