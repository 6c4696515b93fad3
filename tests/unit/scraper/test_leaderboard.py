"""Equity, wherever it is served, and what stands beside it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from nof1_tracker.records.enums import EquitySource, TradeSide
from nof1_tracker.scraper.parsing.rendered_table import cell_number
from tests.unit.scraper.site_rows import (
    CAPTURED_AT,
    SERVER_TIME,
    account_total,
    analysis,
    inception,
    parsed,
    position,
    price,
    standing,
)


def snapshot_of(**changes: Any) -> Any:
    """The one snapshot that a changed hour of account-totals gives."""
    (snapshot,) = parsed({"accountTotals": [account_total(**changes)]}).snapshots
    return snapshot


# --- account-totals ------------------------------------------------------------------


def test_an_hour_is_dated_by_its_own_time() -> None:
    snapshot = snapshot_of()
    assert snapshot.observed_at == datetime(2025, 10, 23, 7, 21, 49, 485110, tzinfo=UTC)
    assert snapshot.source is EquitySource.ACCOUNT_TOTALS
    assert (snapshot.account_id, snapshot.hourly_marker) == ("gpt-5", 129)
    assert snapshot.equity == Decimal("9900.5")
    assert snapshot.sharpe_ratio == Decimal("-0.043")


def test_the_served_realized_pnl_is_not_believed() -> None:
    # The row says -128, off by twice the unrealized loss.
    snapshot = snapshot_of()
    assert (snapshot.unrealized_pnl, snapshot.realized_pnl) == (Decimal("-28.5"), None)


def test_raw_is_the_row_without_its_positions() -> None:
    raw = dict(snapshot_of().raw)
    assert raw["cum_pnl_pct"] == Decimal("-0.995")
    assert "positions" not in raw


def test_nav_may_stand_for_the_equity() -> None:
    row = account_total()
    row["nav"] = row.pop("dollar_equity")
    assert parsed({"accountTotals": [row]}).snapshots[0].equity == Decimal("9900.5")


@pytest.mark.parametrize("equity", [None, True, "", "x", 1e11])
def test_an_hour_without_a_usable_equity_is_rejected(equity: object) -> None:
    rows = [account_total(dollar_equity=equity), account_total("grok-4")]
    result = parsed({"accountTotals": rows})
    assert [one.account_id for one in result.snapshots] == ["grok-4"]
    assert "dollar_equity" in result.rejected[0].reason


def test_a_position_has_a_side_and_a_positive_quantity() -> None:
    (held,) = snapshot_of().positions
    assert (held.symbol, held.side, held.quantity) == ("ETH", TradeSide.SHORT, 3)
    assert (held.entry_price, held.mark_price) == (Decimal("4000.5"), 4010)
    assert (held.leverage, held.confidence) == (10, 65)
    assert (held.profit_target, held.stop_loss) == (3800, Decimal("4100.5"))
    assert held.invalidation_condition == "4h close above 4150"
    assert held.entry_oid == 209211935881
    assert held.opened_at == datetime(2025, 10, 22, 11, 19, 40, 951510, tzinfo=UTC)
    assert held.raw["slippage"] == 0


@pytest.mark.parametrize(
    ("served", "confidence"), [(0.65, 65), (1, 100), (65, 65), (0, 0), (None, None)]
)
def test_confidence_is_in_percent_either_way(
    served: object, confidence: int | None
) -> None:
    (held,) = snapshot_of(positions={"ETH": position(confidence=served)}).positions
    assert held.confidence == confidence


def test_coin_and_position_are_other_names_of_symbol_and_quantity() -> None:
    row = position(is_active=True)
    row["coin"], row["position"] = "xyz:TSLA", 7
    del row["symbol"], row["quantity"]
    (held,) = snapshot_of(positions={"xyz:TSLA": row}).positions
    assert (held.symbol, held.quantity) == ("xyz:TSLA", 7)


def test_the_key_names_the_coin_where_the_position_does_not() -> None:
    row = position()
    del row["symbol"]
    (held,) = snapshot_of(positions={"SOL": row}).positions
    assert held.symbol == "SOL"


def test_the_order_id_stands_in_for_a_missing_entry_oid() -> None:
    (held,) = snapshot_of(positions={"ETH": position(entry_oid=-1)}).positions
    assert held.entry_oid == 209211935882


@pytest.mark.parametrize("changes", [{"is_active": False}, {"quantity": 0}])
def test_what_is_not_held_is_no_position(changes: dict[str, Any]) -> None:
    result = parsed(
        {"accountTotals": [account_total(positions={"ETH": position(**changes)})]}
    )
    assert (result.snapshots[0].positions, result.rejected) == ((), ())


def test_no_positions_and_unobserved_positions_are_told_apart() -> None:
    assert snapshot_of(positions={}).positions == ()
    assert snapshot_of(positions=None).positions is None


def test_a_bad_position_is_rejected_alone() -> None:
    held = {"ETH": position(), "BTC": position(symbol="BTC", entry_price=None)}
    result = parsed({"accountTotals": [account_total(positions=held)]})
    (snapshot,) = result.snapshots
    assert [one.symbol for one in snapshot.positions or ()] == ["ETH"]
    assert "position: entry_price" in result.rejected[0].reason


def test_two_rows_of_one_account_and_instant_are_versions_of_one() -> None:
    rows = [account_total(dollar_equity=1), account_total(dollar_equity=2)]
    result = parsed({"accountTotals": rows})
    assert result.fetched == 2
    assert [one.equity for one in result.snapshots] == [1, 2]


# --- the site's leaderboard ------------------------------------------------------------


def test_the_leaderboard_is_dated_with_the_time_of_capture() -> None:
    (snapshot,) = parsed({"leaderboard": [standing()]}).snapshots
    assert (snapshot.source, snapshot.observed_at) == ("leaderboard", CAPTURED_AT)
    assert snapshot.equity == Decimal("3656.88")
    assert (snapshot.total_trades, snapshot.win_rate) == (4, Decimal("0.25"))
    assert (snapshot.positions, snapshot.realized_pnl) == (None, None)


@pytest.mark.parametrize(
    "changes", [{"num_trades": 0}, {"num_wins": None}, {"num_wins": 5}]
)
def test_an_undefined_win_rate_is_none(changes: dict[str, Any]) -> None:
    (snapshot,) = parsed({"leaderboard": [standing(**changes)]}).snapshots
    assert snapshot.win_rate is None


# --- the rendered table -----------------------------------------------------------------


def table(columns: list[Any], *rows: Any) -> Any:
    """The records of a rendered table."""
    return parsed({"renderedLeaderboard": {"columns": columns, "rows": list(rows)}})


def test_columns_are_told_by_their_header_not_by_their_place() -> None:
    cells = {
        "SHARPE": "0.471",
        "Trades": "17",
        "WIN RATE": "32.3%",
        "FEES": "$450.90",
        "REALIZED P&L": "-$959.43",
        "UNREALIZED P&L": "+$12",
        "ACCT VALUE": "$12,991",
        "RETURN %": "+29.91%",
        "MODEL": "DEEPSEEK CHAT V3.1",
        "RANK": "1",
    }
    result = table(list(cells), list(cells.values()))
    (snapshot,) = result.snapshots
    assert (snapshot.account_id, snapshot.source) == ("deepseek-chat-v3.1", "page")
    assert (snapshot.equity, snapshot.fees) == (12991, Decimal("450.90"))
    assert snapshot.realized_pnl == Decimal("-959.43")
    assert snapshot.unrealized_pnl == 12
    assert (snapshot.win_rate, snapshot.total_trades) == (Decimal("0.323"), 17)
    assert snapshot.sharpe_ratio == Decimal("0.471")
    assert snapshot.raw["RETURN %"] == "+29.91%"
    assert snapshot.observed_at == CAPTURED_AT


def test_what_is_no_table_is_rejected_whole() -> None:
    result = parsed({"renderedLeaderboard": {"columns": ["MODEL"]}})
    assert (result.endpoint, result.snapshots) == ("rendered-leaderboard", ())
    assert len(result.rejected) == 1


def test_positions_may_be_served_as_a_list() -> None:
    assert len(snapshot_of(positions=[position()]).positions) == 1


def test_a_position_without_any_order_is_rejected() -> None:
    bad = position(entry_oid=None, oid=-1)
    result = parsed({"accountTotals": [account_total(positions={"ETH": bad})]})
    assert result.snapshots[0].positions == ()
    assert "entry_oid is missing" in result.rejected[0].reason


@pytest.mark.parametrize("name", ["GROK 4", "Grok 4", "grok-4", "GROK-4"])
def test_a_model_is_found_by_any_spelling_of_its_name(name: str) -> None:
    (snapshot,) = table(["MODEL", "ACCT VALUE"], [name, "$1"]).snapshots
    assert snapshot.account_id == "grok-4"


def test_a_row_without_a_model_or_a_value_is_rejected() -> None:
    result = table(
        ["MODEL", "ACCT VALUE"], ["", "$1"], ["GROK 4", "\u2014"], ["GROK 4"], None
    )
    assert (result.snapshots, len(result.rejected)) == ((), 4)


def test_a_table_without_the_columns_rejects_every_row() -> None:
    result = table(["A", "B"], ["GROK 4", "$1"])
    assert (result.snapshots, result.fetched) == ((), 1)
    assert result.rejected


def test_a_cell_that_cannot_be_read_costs_that_cell_alone() -> None:
    result = table(["MODEL", "ACCT VALUE", "TRADES"], ["GROK 4", "$10", "17 (3 open)"])
    assert result.snapshots[0].total_trades is None
    assert result.warnings == ("rendered-leaderboard: cannot read a cell of trades",)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$12,991", "12991"),
        ("+29.91%", "29.91"),
        ("-$959.43", "-959.43"),
        ("$-959.43", "-959.43"),
        ("\u2212$1", "-1"),
        (" 32.3 % ", "32.3"),
    ],
)
def test_a_cell_is_a_number(text: str, number: str) -> None:
    assert cell_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", " ", "\u2014", "-", "--", "N/A"])
def test_a_dash_is_no_number(text: str) -> None:
    assert cell_number(text) is None


@pytest.mark.parametrize("text", ["$12.9K", "1 or 2", "--5", "1.2.3", "9" * 50])
def test_other_text_is_not_guessed_at(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        cell_number(text)


# --- analytics, inception, prices ----------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "total"),
    [
        ({}, 174),
        ({"overall_trades_overview_table": None}, None),
        ({"overall_trades_overview_table": {"total_trades": None}}, None),
        ({"overall_trades_overview_table": {"total_trades": -1}}, None),
        ({"overall_trades_overview_table": None, "total_trades": 12}, 12),
    ],
)
def test_the_count_of_trades_is_found_in_its_table(
    changes: dict[str, Any], total: int | None
) -> None:
    (statistics,) = parsed({"analytics": [analysis(**changes)]}).statistics
    assert statistics.total_trades == total


def test_statistics_are_kept_whole_and_dated() -> None:
    served = {"analytics": [analysis(), analysis("grok-4", updated_at=None)]}
    first, second = parsed({**served, "serverTime": SERVER_TIME}).statistics
    assert first.observed_at == datetime(2025, 10, 28, 6, 50, 21, 472279, tzinfo=UTC)
    assert second.observed_at == datetime(2025, 10, 28, 7, 0, 0, 123000, tzinfo=UTC)
    table = first.raw["fee_pnl_moves_breakdown_table"]
    assert table["avg_net_pnl"] == Decimal("72.13305595238097")


def test_the_statistics_of_one_model_are_understood_too() -> None:
    assert len(parsed({"analytics": analysis()}).statistics) == 1


def test_an_inception_says_when_and_with_how_much() -> None:
    rows = [inception(), inception("buynhold_btc")]
    result = parsed({"sinceInceptionValues": rows})
    first, second = result.inceptions
    assert first.started_at == datetime(2025, 10, 17, 22, 0, 9, 834185, tzinfo=UTC)
    assert first.initial_equity == 10000
    assert second.account_id == "buynhold_btc"
    assert result.accounts[1].is_benchmark


def test_an_inception_that_names_only_its_row_is_rejected() -> None:
    result = parsed({"sinceInceptionValues": [inception(model_id=None)]})
    assert (result.inceptions, len(result.rejected)) == ((), 1)


def test_prices_are_dated_in_milliseconds() -> None:
    (btc,) = parsed({"prices": {"BTC": price()}}).prices
    assert (btc.symbol, btc.price) == ("BTC", Decimal("114088.5"))
    assert btc.observed_at == datetime(2025, 10, 28, 7, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize("bad", [{"price": 0}, {"price": None}, {"symbol": 5}])
def test_a_bad_price_is_rejected_alone(bad: dict[str, Any]) -> None:
    result = parsed({"prices": {"BTC": price(**bad), "ETH": price("ETH")}})
    assert [one.symbol for one in result.prices] == ["ETH"]
    assert len(result.rejected) == 1
