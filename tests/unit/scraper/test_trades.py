"""Completed legs: as served, with one sign and one side."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.scraper.parse import parse_payload
from tests.unit.scraper.site_rows import parsed, served, trade


def leg_of(**changes: Any) -> Any:
    """The one leg that a changed row gives."""
    (leg,) = parsed({"trades": [trade(**changes)]}).legs
    return leg


def test_a_leg_says_what_the_row_says() -> None:
    leg = leg_of()
    assert (leg.account_id, leg.trade_id) == ("gpt-5", trade()["id"])
    assert (leg.symbol, leg.side, leg.status) == (
        "BTC",
        TradeSide.LONG,
        TradeStatus.CLOSED,
    )
    assert leg.quantity == Decimal("0.5")
    assert (leg.entry_price, leg.exit_price) == (Decimal(110000), Decimal("112000.5"))
    assert leg.opened_at == datetime(2025, 10, 27, 12, 13, 8, 476000, tzinfo=UTC)
    assert leg.closed_at == datetime(2025, 10, 27, 22, 49, 41, 192000, tzinfo=UTC)
    assert leg.entry_oid == 213881537577


def test_net_pnl_is_as_served_and_never_gross_minus_fees() -> None:
    leg = leg_of()
    assert leg.gross_pnl - leg.fees == Decimal("950.13")
    assert leg.net_pnl == Decimal("950.1")


def test_a_short_has_a_positive_quantity() -> None:
    leg = leg_of(side="short", trade_type="short", quantity=-12.5)
    assert (leg.side, leg.quantity) == (TradeSide.SHORT, Decimal("12.5"))


@pytest.mark.parametrize(
    ("changes", "side"),
    [
        ({"side": "BUY", "trade_type": None}, TradeSide.LONG),
        ({"side": "Sell", "quantity": -1}, TradeSide.SHORT),
        ({"side": None, "trade_type": "short", "quantity": -1}, TradeSide.SHORT),
        ({"side": None, "trade_type": None, "quantity": -1}, TradeSide.SHORT),
        ({"side": None, "trade_type": None}, TradeSide.LONG),
    ],
)
def test_the_side_is_read_from_what_is_there(
    changes: dict[str, Any], side: TradeSide
) -> None:
    assert leg_of(**changes).side is side


def test_a_side_against_its_sign_is_stored_as_served_with_a_warning() -> None:
    result = parsed({"trades": [trade(1, quantity=-1), trade(2, quantity=-1)]})
    assert [leg.side for leg in result.legs] == [TradeSide.LONG, TradeSide.LONG]
    assert result.warnings == (
        (
            "trades: a leg is stored, marked: side against the sign of the quantity"
            " (2 times)"
        ),
    )
    assert {leg.oddity for leg in result.legs} == {
        "side against the sign of the quantity"
    }


def test_odd_but_possible_legs_are_stored_and_say_what_is_odd() -> None:
    nothing = trade(1, quantity=0)
    backwards = trade(2, entry_time=1761599900, exit_time=1761595000)
    free = trade(3, exit_price=0)
    legs = parsed({"trades": [nothing, backwards, free, trade(4)]}).legs
    assert [leg.oddity for leg in legs] == [
        "quantity is zero",
        "exit before entry",
        "a price of zero",
        None,
    ]


@pytest.mark.parametrize("mark", [None, False, 0, "", {}, [], "null", "false", "0"])
def test_what_is_no_liquidation_mark_is_no_alarm(mark: Any) -> None:
    assert leg_of(exit_liquidation=mark).status is TradeStatus.CLOSED


@pytest.mark.parametrize("mark", [True, {"method": "market", "markPx": "99000"}])
def test_true_and_an_object_with_content_mean_liquidated(mark: Any) -> None:
    assert leg_of(exit_liquidation=mark).status is TradeStatus.LIQUIDATED


def test_a_liquidation_mark_that_is_not_understood_is_told() -> None:
    result = parsed({"trades": [trade(exit_liquidation="yes")]})
    assert result.legs[0].status is TradeStatus.CLOSED
    assert "liquidation mark is not understood" in result.warnings[0]


@pytest.mark.parametrize("field", ["entry_liquidation", "exit_liquidation"])
def test_a_liquidation_is_told(field: str) -> None:
    assert leg_of(**{field: {"method": "market"}}).status is TradeStatus.LIQUIDATED


def test_other_spellings_and_numbers_as_strings_are_understood() -> None:
    row = trade(entry_price="110000", realized_net_pnl="-3.50", entry_oid="12")
    row["coin"], row["position"] = "xyz:NVDA", str(row.pop("quantity"))
    del row["symbol"]
    (leg,) = parsed({"trades": [row]}).legs
    assert (leg.symbol, leg.quantity) == ("xyz:NVDA", Decimal("0.5"))
    assert (leg.net_pnl, leg.entry_oid) == (Decimal("-3.50"), 12)


@pytest.mark.parametrize(
    "changes",
    [
        {"realized_net_pnl": None},
        {"realized_net_pnl": True},
        {"realized_net_pnl": "much"},
        {"realized_net_pnl": 1e11},
        {"entry_price": None},
        {"entry_price": -1},
        {"exit_price": -1},
        {"quantity": 1e15},
        {"entry_time": None},
        {"exit_time": 12},
        {"symbol": ""},
        {"symbol": "X" * 51},
        {"id": ""},
        {"id": "x" * 201},
        {"id": None},
    ],
)
def test_a_bad_row_is_rejected_alone_with_its_reason(changes: dict[str, Any]) -> None:
    bad = trade(1, **changes)
    result = parsed({"trades": [bad, trade(2)]})
    assert [leg.trade_id for leg in result.legs] == [trade(2)["id"]]
    (rejected,) = result.rejected
    assert next(iter(changes)) in rejected.reason
    assert json.loads(rejected.original) == bad


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("entry_oid", 2**63),
        ("entry_oid", True),
        ("side", "sideways"),
        ("realized_gross_pnl", "N/A"),
        ("total_commission_dollars", 1e11),
    ],
)
def test_a_bad_optional_figure_costs_itself_alone(field: str, value: Any) -> None:
    bad = trade(1, **{field: value})
    result = parsed({"trades": [bad, trade(2)]})
    assert [leg.trade_id for leg in result.legs] == [bad["id"], trade(2)["id"]]
    assert (result.rejected_rows, result.rejected_parts) == (0, 1)
    (rejected,) = result.rejected
    assert rejected.is_partial
    assert rejected.reason.startswith(f"{field}: ")
    assert json.loads(rejected.original) == bad


@pytest.mark.parametrize("field", ["realized_net_pnl", "exit_price", "quantity", "id"])
def test_a_missing_field_is_never_made_up(field: str) -> None:
    row = trade()
    del row[field]
    result = parsed({"trades": [row]})
    assert (result.legs, len(result.rejected)) == ((), 1)


@pytest.mark.parametrize(
    "field", ["realized_gross_pnl", "total_commission_dollars", "entry_oid"]
)
def test_an_optional_number_may_be_null(field: str) -> None:
    assert parsed({"trades": [{**trade(), field: None}]}).rejected == ()


def test_two_rows_of_one_id_that_differ_are_both_kept_and_told() -> None:
    rows = [trade(1, exit_price=1), trade(2), trade(1, exit_price=2), trade(2)]
    result = parsed({"trades": rows})
    assert result.fetched == 4
    assert [leg.exit_price for leg in result.legs] == [
        Decimal(1),
        Decimal(2),
        Decimal("112000.5"),
    ]
    assert result.warnings == (
        "trades: one id stands for two rows that differ; both are kept",
    )


def test_rows_that_are_no_objects_are_rejected_alone() -> None:
    result = parsed({"trades": [trade(), None, 7, "x", [], {}]})
    assert (result.fetched, len(result.legs), len(result.rejected)) == (6, 1, 5)


def test_every_account_of_the_legs_is_named_once() -> None:
    rows = [trade(1), trade(2), trade(3, model_id="grok-4")]
    accounts = parsed({"trades": rows}).accounts
    assert [account.account_id for account in accounts] == ["gpt-5", "grok-4"]


def test_the_payload_keeps_its_origin_and_validator() -> None:
    payload = served(json.dumps({"trades": []}))
    result = parse_payload(payload)
    assert (result.origin, result.transport) == (payload.origin, "http")
    assert (result.captured_at, result.etag) == (payload.captured_at, None)
