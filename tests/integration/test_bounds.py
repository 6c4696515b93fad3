"""Numbers at the ends of what columns hold: stored as they are, or refused and told."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from nof1_tracker.database.models import RejectedPayload, Trade
from nof1_tracker.records.enums import RunStatus
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.collect import Collector
from tests.fakes import FakeClock
from tests.unit.scraper import site_rows as site
from tests.worlds import rows_in

AT = datetime(2025, 10, 28, 7, 0, tzinfo=UTC)
SIZES = [
    "1e-300",
    "1e-13",
    "1e-12",
    "4e-9",
    "5e-9",
    "1e-8",
    "9.9e-7",
    "1e-6",
    "0.004",
    "0.01",
    "1",
    "999",
    "9.9e5",
    "1e9",
    "99999999999.999999999",
    "1e11",
    "999999999999999.99",
    "1e15",
    "1e29",
    "1e300",
]
EXTREMES = [*(Decimal(x) for x in SIZES), *(-Decimal(x) for x in SIZES), Decimal(0)]
NEVER_ZERO = {
    "positions": ("quantity", "entry_price"),
    "prices": ("price",),
}
"""Columns in which a zero would be a lie."""


class Field:
    """What makes a payload whose row of that number has a value in the field."""

    def __init__(self, name: str, make: Callable[..., Any]) -> None:
        self.name, self.make = name, make

    def payload(self) -> Any:
        return self.make(self.name)


def _varied(make: Callable[..., Any], name: str) -> Iterator[Any]:
    for number, value in enumerate(EXTREMES):
        yield make(number, **{name: value})


def _trades(name: str) -> Any:
    return {"trades": list(_varied(site.trade, name))}


def _totals(name: str) -> Any:
    rows = _varied(lambda n, **c: site.account_total(marker=n, **c), name)
    return {"accountTotals": list(rows)}


def _positions(name: str) -> Any:
    def total(number: int, **changes: Any) -> Any:
        held = site.position(entry_oid=number + 1, **changes)
        return site.account_total(marker=number, positions={"ETH": held})

    return {"accountTotals": list(_varied(total, name))}


def _decisions(name: str) -> Any:
    def chat(number: int, **changes: Any) -> Any:
        response = {"ETH": site.decision(**changes)}
        return site.conversation(number, llm_response=response)

    return {"conversations": list(_varied(chat, name))}


def _prompts(name: str) -> Any:
    def chat(number: int, **changes: Any) -> Any:
        several = "\n".join(
            str({k: _literal(v) for k, v in each.items()})
            for oid in range(1, 21)
            for each in [site.prompt_position(entry_oid=oid, **changes)]
        )
        return site.conversation(number, user_prompt=site.prompt(several))

    return {"conversations": list(_varied(chat, name))}


def _literal(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _values(_name: str) -> Any:
    chats = (
        site.conversation(number, user_prompt=site.prompt(value=f"{value:f}"[:40]))
        for number, value in enumerate(EXTREMES)
    )
    return {"conversations": list(chats)}


def _prices(name: str) -> Any:
    rows = _varied(lambda n, **c: site.price(f"COIN{n}", **c), name)
    return {"prices": {row["symbol"]: row for row in rows}}


def _standings(name: str) -> Any:
    rows = _varied(lambda n, **c: site.standing(f"model-{n}", **c), name)
    return {"leaderboard": list(rows)}


MAKERS: dict[Callable[[str], Any], str] = {
    _trades: "entry_price exit_price quantity realized_net_pnl realized_gross_pnl"
    " total_commission_dollars entry_oid",
    _totals: "dollar_equity total_unrealized_pnl sharpe_ratio"
    " since_inception_hourly_marker",
    _positions: "quantity entry_price current_price liquidation_price leverage margin"
    " unrealized_pnl confidence risk_usd",
    _decisions: "quantity leverage confidence profit_target stop_loss risk_usd",
    _prompts: "quantity entry_price unrealized_pnl",
    _values: "value",
    _prices: "price",
    _standings: "equity num_trades num_wins sharpe",
}
FIELDS = [
    pytest.param(Field(name, make), id=f"{make.__name__[1:]}-{name}")
    for make, names in MAKERS.items()
    for name in names.split()
]


def imported(engine: Engine, document: Any) -> RunSummary:
    body = json.dumps(document, default=str).encode()
    payload = RawPayload(body, "http://arena.test/api", AT, "http", None)
    return Collector(engine, FakeClock(AT)).import_payloads([payload], "here")


@pytest.mark.parametrize("field", FIELDS)
def test_a_number_of_any_size_is_held_or_refused_and_harms_no_other_row(
    field: Field, engine: Engine
) -> None:
    summary = imported(engine, field.payload())
    assert summary.status in (RunStatus.PARTIAL, RunStatus.COMPLETE)
    assert summary.stored > 0
    rows = rows_in(engine)
    for table, columns in NEVER_ZERO.items():
        assert [r for r in rows[table] if any(r[c] == 0 for c in columns)] == []
    withheld = 0
    for position in rows["positions"]:
        for column in ("mark_price", "liquidation_price", "leverage"):
            served = position["raw_data"].get(
                {"mark_price": "current_price"}.get(column, column)
            )
            if position[column] is None:
                withheld += bool(Decimal(str(served or 0)))
            else:
                assert bool(position[column]) == bool(Decimal(str(served or 0)))
    assert sum(row["is_partial"] for row in rows["rejected_payloads"]) >= withheld


def test_a_price_that_would_be_stored_as_zero_is_refused_with_its_reason(
    engine: Engine,
) -> None:
    tiny = site.trade(1, entry_price=1e-12)
    summary = imported(engine, {"trades": [tiny, site.trade(2)]})
    assert summary.status is RunStatus.PARTIAL
    with engine.connect() as connection:
        stored = connection.execute(select(Trade.trade_id)).scalars().all()
        reason = connection.execute(select(RejectedPayload.reason)).scalar_one()
    assert stored == [site.trade(2)["id"]]
    assert reason == "entry_price: Value error, it is too small to be held by 8 places"


@pytest.mark.parametrize("field", ["entry_price", "exit_price", "quantity"])
def test_a_zero_in_a_leg_is_one_that_was_served_and_is_marked(
    field: str, engine: Engine
) -> None:
    imported(engine, _trades(field))
    served = {site.trade(n)["id"]: value for n, value in enumerate(EXTREMES)}
    column = {"quantity": "size"}.get(field, field)
    for row in rows_in(engine)["trades"]:
        assert (row[column] == 0) == (served[row["trade_id"]] == 0)
        if row[column] == 0:
            assert "zero" in row["oddity"]


def test_a_quantity_that_would_be_stored_as_zero_is_refused_with_its_reason(
    engine: Engine,
) -> None:
    dust = site.trade(1, quantity=-5.5e-17)
    imported(engine, {"trades": [dust, site.trade(2)]})
    with engine.connect() as connection:
        reason = connection.execute(select(RejectedPayload.reason)).scalar_one()
    assert "too small to be held: not 0, but under 0.00000001" in reason


def test_a_leg_without_profit_made_zero_percent(engine: Engine) -> None:
    imported(engine, {"trades": [site.trade(1, realized_net_pnl=0)]})
    with engine.connect() as connection:
        percent = connection.execute(select(Trade.pnl_percent)).scalar_one()
    assert percent == 0
