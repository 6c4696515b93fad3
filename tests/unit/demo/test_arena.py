"""The simulated season adds up, and is the same every time."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.arena.roster import SeasonName
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.game.engine.margin import liquidation_price, most_leverage
from tests.worlds import arena_of

ENDPOINTS = (
    "account-totals",
    "trades",
    "conversations",
    "leaderboard",
    "analytics",
    "since-inception-values",
    "crypto-prices",
)


@pytest.fixture(scope="module")
def arena() -> Arena:
    return arena_of(days=3)


@pytest.mark.parametrize("season", ["1", "1.5"])
def test_the_same_seed_gives_the_same_bytes(season: SeasonName) -> None:
    once, again = (Arena(seed=3, season=season, days=0.4) for _ in range(2))
    at = once.start + timedelta(hours=7, seconds=13)
    for endpoint in ENDPOINTS:
        first, second = (Payloads(each).serve(endpoint, at) for each in (once, again))
        assert json.dumps(first) == json.dumps(second)


def test_an_instant_looks_the_same_whatever_was_asked_before(arena: Arena) -> None:
    early = arena.start + timedelta(hours=20)
    payloads = Payloads(arena)
    before = json.dumps(payloads.serve("account-totals", early))
    payloads.serve("account-totals", arena.end)
    assert json.dumps(payloads.serve("account-totals", early)) == before


def test_liquidation_prices_are_those_of_the_exchanges_rule(arena: Arena) -> None:
    checked = 0
    for who in arena.accounts.values():
        for held in who.book.holdings:
            lever = Decimal(held.plan.leverage)
            if lever > most_leverage(held.symbol) or not held.quantity(held.opened):
                continue
            units = Decimal(held.quantity(held.opened))
            value = units * Decimal(held.entry_price(held.opened))
            rule = liquidation_price(held.symbol, units, value, abs(value) / lever)
            stated = held.liquidation_price(held.opened)
            assert stated == pytest.approx(float(rule or 0))
            checked += 1
    assert checked > 50


def test_another_seed_gives_another_season(arena: Arena) -> None:
    other = Arena(seed=8, days=1)
    at = arena.start + timedelta(days=1)
    assert other.equity("gpt-5", at) != arena.equity("gpt-5", at)


def test_equity_is_the_initial_cash_plus_realized_plus_unrealized(arena: Arena) -> None:
    payload = Payloads(arena).serve("account-totals", arena.end)
    assert payload is not None
    checked = 0
    for row in payload["accountTotals"]:
        book = arena.accounts[row["model_id"]].book
        at = row["timestamp"] - arena.start.timestamp()
        closed = book.legs_until(at)
        net = sum(leg.net_pnl for leg in closed)
        entry_fees = sum(
            lot.fee for held in book.holdings for lot in held.lots if lot.at <= at
        )
        open_fees = entry_fees - sum(leg.entry_fee for leg in closed)
        unrealized = sum(p["unrealized_pnl"] for p in row["positions"].values())
        assert row["total_unrealized_pnl"] == pytest.approx(unrealized, abs=1e-4)
        assert row["dollar_equity"] == pytest.approx(
            10_000 + net - open_fees + unrealized, abs=1e-3
        )
        checked += 1
    assert checked == 7 * 72


def test_the_upstream_sign_slip_is_in_realized_pnl(arena: Arena) -> None:
    payload = Payloads(arena).serve("account-totals", arena.end)
    assert payload is not None
    losing = 0
    for row in payload["accountTotals"]:
        true = row["dollar_equity"] - 10_000 - row["total_unrealized_pnl"]
        slip = 2 * min(row["total_unrealized_pnl"], 0)
        losing += slip < 0
        assert row["realized_pnl"] == pytest.approx(true + slip, abs=1e-4)
        assert row["cum_pnl_pct"] == round(row["dollar_equity"] / 100 - 100, 3)
    assert losing > 50


def test_a_leg_adds_up_and_repeats_its_entry_order(arena: Arena) -> None:
    stacked = partial = 0
    for legs in arena.legs_until(arena.end).values():
        oids = [leg.lot.oid for leg in legs]
        partial += len(oids) - len(set(oids))
        for leg in legs:
            assert leg.at > leg.lot.at
            gross = (leg.price - leg.lot.price) * leg.quantity
            assert leg.gross_pnl == pytest.approx(gross)
            assert leg.fees == pytest.approx(leg.entry_fee + leg.exit_fee)
            stacked += abs(leg.net_pnl - (gross - leg.fees)) > 0.01
    assert partial > 5
    assert 0 < stacked < 60


def test_positions_open_and_close_exactly_where_a_model_says_so(arena: Arena) -> None:
    for who in arena.talkers():
        said = {
            (act.holding.symbol, cycle, act.signal)
            for cycle, acts in who.actions.items()
            for act in acts
        }
        for held in who.book.holdings:
            signal = "buy_to_enter" if held.is_long else "sell_to_enter"
            for lot in held.lots:
                assert (held.symbol, lot.cycle, signal) in said
            for leg in held.legs:
                told = who.cycles.until(leg.at + 10)
                assert any(
                    (held.symbol, cycle, "close_position") in said
                    for cycle in (told - 1, told)
                )


def test_six_models_speak_about_165_times_an_hour_without_gaps(arena: Arena) -> None:
    begin = arena.start + timedelta(hours=30)
    turns = arena.conversations_between(begin, begin + timedelta(hours=4))
    assert 2.5 < len(turns) / 240 < 3.0
    for account in {turn.account for turn in turns}:
        cycles = [turn.cycle for turn in turns if turn.account == account]
        assert cycles == list(range(cycles[0], cycles[0] + len(cycles)))
    whole = arena.conversations_between(arena.start, arena.end)
    failed = sum(turn.failed for turn in whole) / len(whole)
    assert 0.01 < failed < 0.02
    assert len({turn.conversation_id for turn in whole}) == len(whole)


def test_holds_are_all_but_about_one_percent_of_the_signals(arena: Arena) -> None:
    payload = Payloads(arena).serve("analytics", arena.end)
    assert payload is not None
    tables = [row["signals_breakdown_table"] for row in payload["analytics"]]
    holds = sum(table["num_hold_signals"] for table in tables)
    assert holds / sum(table["total_signals"] for table in tables) > 0.97


def test_the_season_stands_still_after_its_end(arena: Arena) -> None:
    payloads = Payloads(arena)
    later = payloads.serve("trades", arena.end + timedelta(days=3))
    at_end = payloads.serve("trades", arena.end)
    assert later is not None
    assert at_end is not None
    assert later["trades"] == at_end["trades"]
    assert later["serverTime"] == at_end["serverTime"] + 3 * 86_400_000
