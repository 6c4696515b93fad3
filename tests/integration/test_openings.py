"""When positions were opened, where nobody saw it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from nof1_tracker.database import Trade, UnitOfWork, create_db_engine
from nof1_tracker.database.engine.schema import alembic_config
from nof1_tracker.database.read.listing.row_lists import ListQueries
from nof1_tracker.database.write.openings import refresh_opening_bounds
from nof1_tracker.records.asking.keyset import Keyset, Place
from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.parsed import ParsedPayload, Position, Snapshot
from nof1_tracker.records.stored import TradeFilter
from tests.parsed_payloads import (
    ALPHA,
    BETA,
    at,
    contents,
    leg,
    parsed,
    position,
    prompted,
    snapshot,
    store,
    totals_of,
    trades_of,
)

UNSEEN: dict[str, Any] = {"opened_at": None, "source": EquitySource.MODEL_CHAT}


def held(account_id: str, hours: float, oid: int, **changes: Any) -> Position:
    """A position in a prompt, which does not say when it was opened."""
    return position(account_id, hours, entry_oid=oid, **(UNSEEN | changes))


def prompt(account_id: str, hours: float, *oids: int) -> Snapshot:
    positions = tuple(held(account_id, hours, oid) for oid in oids)
    return prompted(account_id, hours, "10000", positions=positions)


def opening_of(engine: Engine, oid: int) -> tuple[datetime, bool, datetime | None]:
    """When the open position was opened, whether that is known, its lower bound."""
    with Session(engine) as session:
        row = session.scalars(
            select(Trade).where(Trade.entry_oid == oid, Trade.exit_price.is_(None))
        ).one()
        return row.opened_at, row.opened_at_known, row.opened_not_earlier_than


def of_prompts(*snapshots: Snapshot) -> ParsedPayload:
    return parsed(snapshots=snapshots)


def test_an_opening_that_account_totals_state_is_known(engine: Engine) -> None:
    seen = position(ALPHA, 2, opened_at=at(1), entry_oid=50)
    store(engine, totals_of(snapshot(ALPHA, 2, "10000", positions=(seen,))))
    assert opening_of(engine, 50) == (at(1), True, None)


def test_an_opening_that_nobody_saw_is_the_first_sighting_and_unbounded(
    engine: Engine,
) -> None:
    store(engine, of_prompts(prompt(ALPHA, 9, 50), prompt(ALPHA, 5, 50)))
    assert opening_of(engine, 50) == (at(5), False, None)


def test_it_is_after_its_account_was_last_seen_without_it(engine: Engine) -> None:
    store(engine, of_prompts(prompt(ALPHA, 3), prompt(ALPHA, 4), prompt(ALPHA, 9, 50)))
    store(engine, of_prompts(prompt(BETA, 8)))
    assert opening_of(engine, 50) == (at(9), False, at(4))


def test_a_look_that_may_have_missed_a_position_bounds_nothing(engine: Engine) -> None:
    partial = prompted(ALPHA, 4, "10000", positions_complete=False)
    store(engine, of_prompts(partial, prompt(ALPHA, 9, 50)))
    assert opening_of(engine, 50) == (at(9), False, None)


def test_it_is_after_the_last_order_before_it_of_any_account(engine: Engine) -> None:
    legs = [
        leg(BETA, 7.5, entry_oid=40, opened_at=at(6)),
        leg(BETA, 8, entry_oid=49, opened_at=at(7)),
        leg(BETA, 9, entry_oid=51, opened_at=at(8)),
    ]
    store(engine, of_prompts(prompt(ALPHA, 3), prompt(ALPHA, 9, 50)), trades_of(*legs))
    assert opening_of(engine, 50) == (at(9), False, at(7))


def test_an_order_that_is_dated_after_the_first_sighting_bounds_nothing(
    engine: Engine,
) -> None:
    late = leg(BETA, 20, entry_oid=49, opened_at=at(19))
    odd = leg(BETA, 8, entry_oid=48, opened_at=at(7), oddity="a price of zero")
    sound = leg(BETA, 7, entry_oid=30, opened_at=at(6))
    store(engine, of_prompts(prompt(ALPHA, 9, 50)), trades_of(late, odd, sound))
    assert opening_of(engine, 50) == (at(9), False, at(6))


def test_a_leg_of_the_position_tells_when_it_was_opened(engine: Engine) -> None:
    part = leg(ALPHA, 6, quantity=position(ALPHA, 1).quantity / 2, entry_oid=50)
    store(engine, of_prompts(prompt(ALPHA, 5, 50)), trades_of(part))
    assert opening_of(engine, 50) == (at(0.5), True, None)


def test_an_opening_that_comes_to_be_known_needs_no_bound(engine: Engine) -> None:
    store(engine, of_prompts(prompt(ALPHA, 3), prompt(ALPHA, 9, 50)))
    seen = position(ALPHA, 8, opened_at=at(7), entry_oid=50)
    store(engine, totals_of(snapshot(ALPHA, 8, "10000", positions=(seen,))))
    assert opening_of(engine, 50) == (at(7), True, None)


def test_a_newer_answer_that_does_not_say_keeps_the_opening(engine: Engine) -> None:
    seen = position(ALPHA, 8, opened_at=at(7), entry_oid=50)
    store(engine, totals_of(snapshot(ALPHA, 8, "10000", positions=(seen,))))
    silent = position(ALPHA, 9, opened_at=None, entry_oid=50)
    store(engine, totals_of(snapshot(ALPHA, 9, "10000", positions=(silent,))))
    assert opening_of(engine, 50) == (at(7), True, None)


def test_the_order_of_arrival_does_not_matter(engine: Engine) -> None:
    seen = position(BETA, 6, opened_at=at(5.5), entry_oid=47)
    payloads = [
        of_prompts(prompt(ALPHA, 3)),
        of_prompts(prompt(ALPHA, 9, 50, 44)),
        trades_of(leg(BETA, 8, entry_oid=43, opened_at=at(5))),
        totals_of(snapshot(BETA, 6, "10000", positions=(seen,))),
    ]
    found: list[Sequence[str]] = []
    for order in permutations(payloads):
        _empty(engine)
        store(engine, *order)
        found.append(contents(engine)["trades"])
        assert opening_of(engine, 50) == (at(9), False, at(5.5))
        assert opening_of(engine, 44) == (at(9), False, at(5))
    assert all(each == found[0] for each in found)


def _empty(engine: Engine) -> None:
    with Session(engine) as session:
        for table in (
            "trades",
            "positions",
            "leaderboard_snapshots",
            "equity_hourly",
            "llm_models",
        ):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
        session.commit()


def test_a_row_dated_2099_closes_no_position_and_is_not_its_last(
    engine: Engine,
) -> None:
    far = (at(0).replace(year=2099) - at(0)).total_seconds() / 3600
    store(engine, of_prompts(prompt(ALPHA, far), prompt(ALPHA, far + 1, 60)))
    store(engine, of_prompts(prompt(ALPHA, 3), prompt(ALPHA, 9, 50)))
    with Session(engine) as session:
        rows = session.execute(select(Trade.entry_oid, Trade.status)).all()
    assert [tuple(row) for row in rows] == [(50, "open")]


@pytest.fixture
def sqlite_engine(migrated_sqlite: Path) -> Engine:
    return create_db_engine(f"sqlite:///{migrated_sqlite}")


def _steps(engine: Engine, ask: Callable[[Session], object], words: str) -> str:
    """How SQLite finds the rows of the first statement with these words."""
    asked: list[tuple[str, Any]] = []
    event.listen(
        engine,
        "before_cursor_execute",
        lambda _c, _cursor, sql, parameters, _x, _many: asked.append((sql, parameters)),
    )
    with UnitOfWork(engine) as unit:
        ask(unit.session)
    sql, parameters = next(pair for pair in asked if words in pair[0])
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
    return " | ".join(row.detail for row in plan)


def test_sqlite_finds_unknown_openings_and_their_bounds_by_index(
    sqlite_engine: Engine,
) -> None:
    def ask(session: Session) -> None:
        refresh_opening_bounds(session, {1, 2}, {(1, 7)})

    steps = _steps(sqlite_engine, ask, "trades_1")
    assert "ix_trades_opening_unknown" in steps
    assert "ix_trades_entry_oid (entry_oid<?)" in steps
    assert "(model_id=? AND timestamp<?)" in steps


def test_sqlite_reads_a_page_of_trades_in_their_order_from_an_index(
    sqlite_engine: Engine,
) -> None:
    last = Keyset(at(1), 7)

    def ask(session: Session) -> None:
        ListQueries(session).trades(TradeFilter(), Place(100, last))

    steps = _steps(sqlite_engine, ask, "FROM trades")
    assert "ix_trades_traded_at (<expr><?)" in steps
    assert "TEMP B-TREE" not in steps


def test_an_upgraded_database_knows_which_openings_nobody_saw(engine: Engine) -> None:
    seen = position(BETA, 6, opened_at=at(5.5), entry_oid=47)
    store(engine, of_prompts(prompt(ALPHA, 3), prompt(ALPHA, 9, 50)))
    store(engine, totals_of(snapshot(BETA, 6, "10000", positions=(seen,))))
    for action, revision in (("downgrade", "0005"), ("upgrade", "head")):
        with engine.connect().execution_options(writes=True) as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            with connection.begin():
                getattr(command, action)(config, revision)
    assert opening_of(engine, 50) == (at(9), False, None)
    assert opening_of(engine, 47) == (at(5.5), True, None)
    store(engine, of_prompts(prompt(BETA, 10)))
    assert opening_of(engine, 50) == (at(9), False, at(5.5))
