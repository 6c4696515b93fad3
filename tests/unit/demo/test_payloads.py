"""The payloads have the site's caps, traps and shapes."""

import ast
import re
from collections import Counter
from datetime import datetime, timedelta
from statistics import stdev
from typing import Any

import pytest

from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.arena.statistics import held_signals
from nof1_tracker.demo.site.payloads import Payloads
from tests.worlds import arena_of

Json = dict[str, Any]


@pytest.fixture(scope="module")
def arena() -> Arena:
    return arena_of(days=3)


@pytest.fixture(scope="module")
def stocks() -> Arena:
    return arena_of("1.5", days=1)


def served(
    arena: Arena, endpoint: str, at: datetime | None = None, **query: str
) -> Json:
    payload = Payloads(arena).serve(endpoint, at or arena.end, query)
    assert payload is not None
    return payload


def test_trades_are_the_newest_hundred_per_model_newest_first(arena: Arena) -> None:
    rows = served(arena, "trades")["trades"]
    legs = arena.legs_until(arena.end)
    assert len(legs["gemini-2.5-pro"]) > 150
    for model, known in legs.items():
        mine = [row for row in rows if row["model_id"] == model]
        newest = sorted(known, key=lambda leg: leg.at, reverse=True)[:100]
        assert {row["id"] for row in mine} == {arena.trade_id(model, n) for n in newest}
        assert mine == sorted(mine, key=lambda row: -row["exit_time"])
    assert len({row["id"] for row in rows}) == len(rows)
    assert {(r["leverage"], r["confidence"], str(r["exit_plan"])) for r in rows} == {
        (1, 0, "{}")
    }


def test_conversations_are_the_newest_hundred_and_span_about_36_minutes(
    arena: Arena,
) -> None:
    rows = served(arena, "conversations")["conversations"]
    times = [row["timestamp"] for row in rows]
    assert len(rows) == 100
    assert times == sorted(times, reverse=True)
    assert 33 < (times[0] - times[-1]) / 60 < 40
    traces = {row["model_id"]: type(row["cot_trace"]) for row in rows}
    assert traces["qwen3-max"] is dict
    assert traces["gpt-5"] is str


def test_a_prompt_states_the_true_account(arena: Arena) -> None:
    for row in served(arena, "conversations")["conversations"]:
        prompt = row["user_prompt"]
        asked = re.search(r"The current time is (\S+ \S+) and you've been", prompt)
        value = re.search(r"\*\*Current Account Value:\*\* (-?[\d.]+)", prompt)
        total = re.search(r"Current Total Return \(percent\): (-?[\d.]+)%", prompt)
        assert re.search(r"Available Cash: [\d.]+", prompt)
        assert asked is not None
        assert value is not None
        assert total is not None
        at = datetime.fromisoformat(asked[1] + "+00:00")
        assert 10 < row["timestamp"] - at.timestamp() < 200
        equity = arena.equity(row["model_id"], at)
        assert float(value[1]) == pytest.approx(equity, abs=0.006)
        assert float(total[1]) == pytest.approx(equity / 100 - 100, abs=0.006)
        literals = prompt.partition("live positions & performance: \n")[2]
        lines = literals.partition("\n\nSharpe Ratio: ")[0].splitlines()
        held = {ast.literal_eval(line)["symbol"] for line in lines}
        answered = row["llm_response"]
        if "failed_json_response_raw_text" not in answered:
            known = {s for s, d in answered.items() if "enter" not in d["signal"]}
            assert known <= held <= set(answered)


def test_signals_state_the_plan_of_the_position_that_they_open(arena: Arena) -> None:
    who = arena.accounts["gemini-2.5-pro"]
    cycle, actions = sorted(who.actions.items())[40]
    at = arena.start + timedelta(seconds=who.cycles.served(cycle) + 1)
    rows = served(arena, "conversations", at)["conversations"]
    row = next(r for r in rows if r["model_id"] == who.key and r["cycle_id"] == cycle)
    for action in actions:
        said, plan = row["llm_response"][action.holding.symbol], action.holding.plan
        assert said["signal"] == action.signal
        assert said["confidence"] == plan.confidence
        assert said["leverage"] == plan.leverage
        assert said["risk_usd"] == plan.risk_usd
        assert said["profit_target"] == plan.profit_target
        assert said["quantity"] > 0


def test_account_totals_hold_every_hour_and_the_one_that_runs(arena: Arena) -> None:
    at = arena.start + timedelta(hours=5, minutes=30)
    payload = served(arena, "account-totals", at)
    assert payload["lastHourlyMarkerRead"] == 5
    assert payload["serverTime"] == int(at.timestamp() * 1000)
    counts = Counter(
        r["since_inception_hourly_marker"] for r in payload["accountTotals"]
    )
    assert counts == dict.fromkeys(range(6), 7)
    minutes = {r["since_inception_minute_marker"] for r in payload["accountTotals"]}
    assert minutes == {59, 119, 179, 239, 299, 329}
    newer = served(arena, "account-totals", at, lastHourlyMarker="3")["accountTotals"]
    assert {r["since_inception_hourly_marker"] for r in newer} == {4, 5}
    assert all(r["timestamp"] <= at.timestamp() for r in payload["accountTotals"])


def test_the_leaderboard_is_stale_and_never_ahead(arena: Arena) -> None:
    rows = served(arena, "leaderboard")["leaderboard"]
    assert {row["num_trades"] for row in rows} == {1}
    wrong = [
        r for r in rows if abs(r["equity"] - arena.equity(r["id"], arena.end)) > 50
    ]
    assert len(wrong) >= 4


def test_analytics_are_true_for_all_legs_also_those_no_longer_served(
    arena: Arena,
) -> None:
    rows = {row["id"]: row for row in served(arena, "analytics")["analytics"]}
    for model, legs in arena.legs_until(arena.end).items():
        net = [leg.net_pnl for leg in legs]
        money = rows[model]["fee_pnl_moves_breakdown_table"]
        overview = rows[model]["overall_trades_overview_table"]
        winners = rows[model]["winners_losers_breakdown_table"]
        assert overview["total_trades"] == len(legs)
        assert money["overall_pnl_with_fees"] == pytest.approx(sum(net))
        assert money["std_net_pnl"] == pytest.approx(stdev(net))
        share = 100 * sum(n > 0 for n in net) / len(net)
        assert winners["win_rate"] == pytest.approx(share)


def test_hold_counts_are_those_of_the_conversations(arena: Arena) -> None:
    who = arena.accounts["gpt-5"]
    newest = who.cycles.until(4 * 3600)
    answers = _answers(arena, "gpt-5", until=who.cycles.served(newest) + 0.001)
    assert sorted(answers) == list(range(1, newest + 1))
    counted = Counter(
        said["confidence"]
        for answer in answers.values()
        if "failed_json_response_raw_text" not in answer
        for said in answer.values()
        if said["signal"] == "hold"
    )
    assert counted.total() > 100
    assert held_signals(arena, who, newest) == counted


def _answers(arena: Arena, model: str, until: float) -> dict[int, Json]:
    """What a model answered in the first so many seconds, by cycle.

    Asked for twice an hour: what is served holds the newest 36 minutes.
    """
    found = {}
    for seconds in (*range(1800, int(until), 1800), until):
        at = arena.start + timedelta(seconds=seconds)
        for row in served(arena, "conversations", at)["conversations"]:
            if row["model_id"] == model:
                found[row["cycle_id"]] = row["llm_response"]
    return found


def test_season_one_and_a_half_has_32_accounts_with_names_of_their_own(
    stocks: Arena,
) -> None:
    totals = served(stocks, "account-totals")["accountTotals"]
    assert len({row["run_id"] for row in totals}) == 32
    names = {row["run_name"] for row in totals}
    assert "GROK-4.20 - 3: SITUATIONAL AWARENESS" in names
    assert "GROK-4 - 2: MONK MODE" in names
    assert {row["competition_id"] for row in totals} == {1, 2, 3, 4}
    assert len({row["aggregation_id"] for row in totals}) == 8
    assert {"nav" in row for row in totals if row["competition_id"] == 4} == {True}
    symbols = {key for row in totals for key in row["positions"]}
    assert "xyz:NVDA" in symbols
    positions = [p for row in totals for p in row["positions"].values()]
    assert any("coin" in p and "position" in p for p in positions)
    assert any("symbol" in p and "quantity" in p for p in positions)
    assert all("is_active" in p for p in positions)
    prices = served(stocks, "crypto-prices")["prices"]
    assert {"BTC", "NVDA", "XYZ100"} <= set(prices)


def test_the_mystery_model_is_renamed_and_keeps_its_run(stocks: Arena) -> None:
    early = stocks.start + timedelta(hours=3)
    names = [
        {
            row["run_id"]: row["model_name"]
            for row in served(stocks, "trades", at)["trades"]
        }
        for at in (early, stocks.end)
    ]
    runs = [run for run, name in names[0].items() if name == "mystery-model"]
    assert runs
    assert {names[1][run] for run in runs} == {"grok-4.20 (prev. mystery-model)"}


def test_one_competition_is_served_on_its_own_and_twice_as_far_back(
    stocks: Arena,
) -> None:
    everything = served(stocks, "conversations")["conversations"]
    mine = served(stocks, "conversations", competitionId="3")["conversations"]
    assert len(everything) == 100
    assert len(mine) == 200
    assert {row["competition_id"] for row in mine} == {3}


def test_leaderboard_rows_of_season_one_and_a_half_carry_a_personality(
    stocks: Arena,
) -> None:
    rows = served(stocks, "leaderboard")["leaderboard"]
    assert {row["current_personality"] for row in rows} == {
        "New Baseline",
        "Monk Mode",
        "Situational Awareness",
        "Max Leverage",
    }


def test_an_unknown_endpoint_has_no_payload(arena: Arena) -> None:
    assert Payloads(arena).serve("positions", arena.end) is None
    assert Payloads(arena).serve("analytics/nobody", arena.end) is None
