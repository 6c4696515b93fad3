"""Answers of the exchange as records: a row beyond its columns costs itself alone."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from nof1_tracker.history.hyperliquid.info_queries import InfoKind, instant
from nof1_tracker.history.hyperliquid.info_rows import last_time, parse_answer

AT = 1_760_745_600_000
FILL: dict[str, Any] = {
    "coin": "BTC",
    "px": "100.5",
    "sz": "2",
    "side": "B",
    "time": AT,
    "startPosition": "0.0",
    "dir": "Open Long",
    "closedPnl": "0.0",
    "oid": 7,
    "tid": 8,
    "fee": "0.1",
    "crossed": True,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"coin": "B" * 51},
        {"coin": "B\x00"},
        {"coin": 5},
        {"px": "1e11"},
        {"px": "0"},
        {"sz": "1e17"},
        {"closedPnl": "-1e11"},
        {"fee": "NaN"},
        {"oid": 2**63},
        {"tid": -1},
        {"time": 10**15},
        {"dir": "Open Long" * 9},
    ],
    ids=str,
)
def test_a_value_beyond_its_column_costs_its_row_alone(wrong: dict[str, Any]) -> None:
    body = json.dumps([FILL, FILL | wrong]).encode()
    rows = parse_answer(body, InfoKind.FILLS)
    assert [fill.symbol for fill in rows.fills] == ["BTC"]
    assert [each.kind for each in rows.rejected] == ["userFillsByTime"]


def test_a_row_that_is_not_an_object_costs_itself() -> None:
    rows = parse_answer(json.dumps([FILL, "x", None]).encode(), InfoKind.FILLS)
    assert (len(rows.fills), len(rows.rejected)) == (1, 2)


def test_the_last_time_is_that_of_a_row_with_a_time_that_can_be() -> None:
    assert last_time([FILL, FILL | {"time": 10**20}, "x"]) == instant(AT)


def test_a_portfolio_is_that_of_the_perpetuals_each_time_once() -> None:
    day = {"accountValueHistory": [[1761595000000, "10.5"], [1761598600000, "11"]]}
    week = {"accountValueHistory": [[1761598600000, "11"], ["soon", "1"], "x"]}
    body = [["day", {"accountValueHistory": [[1761595000000, "99"]]}]]
    rows = parse_answer(
        json.dumps(
            [*body, ["perpDay", day], ["perpWeek", week], ["perpMonth"]]
        ).encode(),
        InfoKind.PORTFOLIO,
    )
    assert [each.equity for each in rows.values] == [Decimal("10.5"), Decimal(11)]
    assert rows.values[0].observed_at == datetime(2025, 10, 27, 19, 56, 40, tzinfo=UTC)
    assert len(rows.rejected) == 3
    alone = parse_answer(json.dumps(body).encode(), InfoKind.PORTFOLIO)
    assert [each.equity for each in alone.values] == [Decimal(99)]
