"""Positions of an entry, found whatever else an account has held."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from nof1_tracker.database import UnitOfWork, create_db_engine
from nof1_tracker.database.write.position_entries import Entry, ids_of

LARGEST = 2**63 - 1


def _ids(engine: Engine, entries: list[Entry]) -> list[tuple[Any, ...]]:
    with UnitOfWork(engine) as unit:
        return [tuple(row) for row in ids_of(unit.session, entries)]


def _store(engine: Engine, *positions: tuple[int, str, int, str]) -> None:
    """Args: positions: model, hour, entry_oid and source of each; ids count from 1."""
    with UnitOfWork(engine, writes=True) as unit:
        for name in ("a", "b"):
            unit.session.execute(
                text(
                    "INSERT INTO llm_models (name, provider, model_id, is_active,"
                    " is_benchmark) VALUES (:name, 'P', :name, true, false)"
                ),
                {"name": name},
            )
        for number, (model, hour, oid, source) in enumerate(positions, 1):
            unit.session.execute(
                text(
                    "INSERT INTO positions (id, model_id, timestamp, symbol, side,"
                    " quantity, entry_price, entry_oid, source) VALUES (:id, :model,"
                    " :time, 'BTC', 'long', 1, 1, :oid, :source)"
                ),
                {
                    "id": number,
                    "model": model,
                    "time": f"2025-10-20 {hour}:00:00.000000",
                    "oid": oid,
                    "source": source,
                },
            )
        unit.commit()


def test_the_positions_that_matter_are_found_by_entry(engine: Engine) -> None:
    _store(
        engine,
        (1, "10", LARGEST, "model_chat"),
        (1, "11", LARGEST, "account_totals"),
        (1, "12", LARGEST, "account_totals"),
        (1, "13", LARGEST, "model_chat"),
        (2, "09", LARGEST, "account_totals"),
        (2, "10", 7, "model_chat"),
    )
    with UnitOfWork(engine, writes=True) as unit:
        unit.session.execute(
            text("UPDATE positions SET opened_at = timestamp WHERE id = 2")
        )
        unit.commit()
    found = _ids(engine, [(1, LARGEST), (2, LARGEST), (2, 7), (1, 7)])
    assert {(model, oid): tuple(ids) for model, oid, *ids in found} == {
        (1, LARGEST): (1, 4, 3, 2),
        (2, LARGEST): (5, 5, 5, None),
        (2, 7): (6, 6, None, None),
        (1, 7): (None, None, None, None),
    }


@pytest.mark.parametrize(
    "sources", list(permutations(("account_totals", "model_chat")))
)
def test_of_one_instant_the_better_source_counts(
    engine: Engine, sources: Sequence[str]
) -> None:
    _store(engine, *((1, "10", 7, source) for source in sources))
    exact = 1 + sources.index("account_totals")
    assert _ids(engine, [(1, 7)]) == [(1, 7, exact, exact, exact, None)]


@pytest.fixture
def sqlite_engine(migrated_sqlite: Path) -> Engine:
    return create_db_engine(f"sqlite:///{migrated_sqlite}")


def test_sqlite_reads_the_positions_of_the_entry_alone(sqlite_engine: Engine) -> None:
    """By account it would read all that the account ever held, once per entry."""
    asked: list[tuple[str, Any]] = []
    event.listen(
        sqlite_engine,
        "before_cursor_execute",
        lambda _c, _cursor, sql, parameters, _x, _many: asked.append((sql, parameters)),
    )
    _ids(sqlite_engine, [(1, 7)])
    sql, parameters = next(pair for pair in asked if "json_each" in pair[0])
    with sqlite_engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
    steps = [row.detail for row in plan if "SEARCH positions" in row.detail]
    assert len(steps) == 4
    assert all("ix_positions_entry (entry_oid=?" in step for step in steps)
