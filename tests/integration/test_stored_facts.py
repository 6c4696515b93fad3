"""What stands does not depend on the order of arrival, and is what the rule says."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from shutil import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.services.collect import Collector
from tests.database_pool import DatabasePool
from tests.fakes import FakeClock
from tests.integration.served_versions import (
    NOW,
    PROMPT_AT,
    World,
    former_id,
    random_world,
)
from tests.integration.standing_oracle import standing
from tests.worlds import Rows, differences, engine_on, rows_in

Fresh = Callable[[], Engine]
SEQUENCES = int(os.environ.get("SEQUENCES", "550"))
"""Rows that are served in several versions, on each database; `make facts`: 2,000."""
COLUMNS = {
    "trades": (
        ("pnl", "exit_price", "gross_pnl", "fees"),
        ("entry_oid",),
    ),
    "leaderboard_snapshots": (("total_assets", "unrealized_pnl"), ("sharpe_ratio",)),
    "chat_decisions": (
        ("signal", "quantity", "leverage", "stop_loss", "risk_usd"),
        ("justification",),
    ),
}
"""By table: columns that stand together, and columns that stand alone."""


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes empty databases with the schema."""
    with ExitStack() as stack:

        def make() -> Engine:
            if request.param == "postgresql":
                pool: DatabasePool = request.getfixturevalue("database_pool")
                return stack.enter_context(
                    engine_on(stack.enter_context(pool.borrowed()))
                )
            file = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
            copy(request.getfixturevalue("migrated_sqlite"), file)
            return stack.enter_context(engine_on(f"sqlite:///{file}"))

        yield make


def stored(engine: Engine, payloads: Sequence[RawPayload]) -> Rows:
    Collector(engine, FakeClock(NOW)).import_payloads(payloads, "here")
    return rows_in(engine)


def named(rows: Rows) -> Rows:
    """Rows without ids and our own times, with the natural keys of what they refer to.

    `seen` says which version stands, and since when; revisions and versions go by the
    natural key of their row.
    """
    accounts = {row["id"]: row["model_id"] for row in rows["llm_models"]}
    chats = {row["id"]: row["conversation_id"] for row in rows["model_chats"]}
    keys: dict[tuple[str, int], str] = {}
    for table in ("trades", "leaderboard_snapshots", "model_chats", "chat_decisions"):
        for row in rows[table]:
            keys[table, row["id"]] = repr(_key(table, row, accounts, chats))

    def plain(table: str, row: dict[str, Any]) -> dict[str, Any]:
        left_out = ("id", "created_at", "updated_at", "noted_at")
        plain = {name: value for name, value in row.items() if name not in left_out}
        if "row_id" in row:
            plain["row_id"] = keys[row["table_name"], row["row_id"]]
        if table != "llm_models" and "model_id" in row:
            plain["model_id"] = accounts[row["model_id"]]
        if "model_chat_id" in row:
            plain["model_chat_id"] = chats[row["model_chat_id"]]
        return plain

    compared = (
        *("trades", "leaderboard_snapshots", "model_chats", "chat_decisions"),
        *("row_versions", "revisions", "account_aliases"),
    )
    return {
        table: sorted((plain(table, row) for row in rows[table]), key=repr)
        for table in compared
    }


def _key(
    table: str, row: dict[str, Any], accounts: dict[int, str], chats: dict[int, str]
) -> tuple[str, ...]:
    """The row's natural key; of an account's two ids, the former one."""
    if table == "trades":
        return (row["trade_id"],)
    if table == "leaderboard_snapshots":
        return (former_id(accounts[row["model_id"]]), str(row["source"]))
    if table == "model_chats":
        return (row["conversation_id"],)
    return (chats[row["model_chat_id"]], row["symbol"])


def standing_by_key(rows: Rows) -> dict[tuple[str, tuple[str, ...]], dict[str, Any]]:
    accounts = {row["id"]: row["model_id"] for row in rows["llm_models"]}
    chats = {row["id"]: row["conversation_id"] for row in rows["model_chats"]}
    return {
        (table, _key(table, row, accounts, chats)): {
            name: row[name] for name in (*group, *optional)
        }
        for table, (group, optional) in COLUMNS.items()
        for row in rows[table]
    }


def expected(world: World) -> dict[tuple[str, tuple[str, ...]], dict[str, Any]]:
    return {
        (table, key): standing(observations, *COLUMNS[table])
        for table, rows in world.observed.items()
        for key, observations in rows.items()
    }


@pytest.mark.parametrize("seed", range(SEQUENCES // 110 + 1))
def test_any_order_of_arrival_gives_what_the_rule_says(fresh: Fresh, seed: int) -> None:
    world = random_world(seed)
    assert sum(map(len, world.observed.values())) >= 110
    first = stored(fresh(), world.payloads)
    assert all(row["timestamp"] == PROMPT_AT for row in first["leaderboard_snapshots"])
    assert standing_by_key(first) == expected(world)

    chance = Random(seed)  # noqa: S311
    shuffled = chance.sample(world.payloads, len(world.payloads))
    again = stored(fresh(), [*shuffled, *shuffled[:2]])
    assert differences(named(first), named(again)) == []


COUNTED = ("trades", "leaderboard_snapshots", "model_chats", "chat_decisions")


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(10**5, 10**6))
def test_no_body_takes_a_row_or_a_value_away(fresh: Fresh, seed: int) -> None:
    engine, before = fresh(), None
    for payload in random_world(seed, bodies=7).payloads:
        after = stored(engine, [payload])
        if before is not None:
            assert keys_in(before) <= keys_in(after)
            assert emptied(standing_by_key(before), standing_by_key(after)) == []
        before = after


def keys_in(rows: Rows) -> set[tuple[str, tuple[str, ...]]]:
    accounts = {row["id"]: row["model_id"] for row in rows["llm_models"]}
    chats = {row["id"]: row["conversation_id"] for row in rows["model_chats"]}
    return {
        (table, _key(table, row, accounts, chats))
        for table in COUNTED
        for row in rows[table]
    }


def emptied(
    before: dict[tuple[str, tuple[str, ...]], dict[str, Any]],
    after: dict[tuple[str, tuple[str, ...]], dict[str, Any]],
) -> list[str]:
    """Values that were there and are not; but a decision may state that it has none."""
    return [
        f"{table} {key} {name}"
        for (table, key), row in before.items()
        for name, value in row.items()
        if value not in (None, "") and after[table, key][name] in (None, "")
        if table != "chat_decisions" or name in COLUMNS[table][1]
    ]
