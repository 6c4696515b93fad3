"""How a model decides: by hand, and against the truth of the simulated arena."""

import math
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.decisions.decision_metrics import (
    RULES,
    DecisionMetrics,
    confidence_spread,
    count_answers,
    decision_metrics,
    decision_mix,
    missed_cycles,
    time_to_fill,
)
from nof1_tracker.analyzer.trades.entries import match_decisions
from nof1_tracker.demo import Arena
from nof1_tracker.demo.arena.arena import Contestant
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.season_history import ENTRY_SIDES, ChatPoint, EntryDecision
from tests.unit.analyzer.legs_and_decisions import (
    PlannedLeg,
    at,
    decision,
    entries_of,
    leg,
    match_rows,
    plans,
)

# --- conversations ------------------------------------------------------------------


def test_failed_answers_are_those_without_a_decision() -> None:
    found = count_answers(
        [
            ChatPoint(at(4), 3, True),
            ChatPoint(at(0), 1, True),
            ChatPoint(at(2), 2, False),
        ]
    )

    assert (found.conversations, found.failed) == (3, 1)
    assert found.failed_share == pytest.approx(1 / 3)
    assert found.span_seconds == 240.0


def test_without_conversations_no_share_failed() -> None:
    assert count_answers([]).failed_share is None
    assert count_answers([ChatPoint(at(0), 1, True)]).span_seconds is None


def test_gaps_in_the_numbering_are_missed_cycles() -> None:
    # 10 11 .. .. 14 .. 16
    found = missed_cycles([16, 10, 14, None, 11, 11])

    assert (found.stored, found.missed, found.longest) == (4, 3, 2)
    assert found.share == pytest.approx(3 / 7)


def test_without_a_number_nothing_is_known_to_be_missed() -> None:
    assert missed_cycles([None]).share is None
    assert missed_cycles([7]).share == 0


@given(st.sets(st.integers(1, 60), min_size=1))
def test_what_is_missed_and_what_is_stored_are_all_between_first_and_last(
    cycles: set[int],
) -> None:
    found = missed_cycles(cycles)
    missing = set(range(min(cycles), max(cycles) + 1)) - cycles

    assert (found.stored, found.missed) == (len(cycles), len(missing))
    assert found.longest <= found.missed


# --- decisions ----------------------------------------------------------------------


def test_decisions_per_day_by_kind() -> None:
    found = decision_mix(
        {"buy_to_enter": 6, "hold": 92, "close_position": 2}, span_seconds=2 * 86_400
    )

    assert found.total == 100
    assert found.counts == (("hold", 92), ("buy_to_enter", 6), ("close_position", 2))
    assert found.per_day == (
        ("hold", 46.0),
        ("buy_to_enter", 3.0),
        ("close_position", 1.0),
    )
    assert found.hold_share == 0.92


@pytest.mark.parametrize("span", [None, 0.0])
def test_without_a_span_there_is_no_rate(span: float | None) -> None:
    found = decision_mix({"hold": 3}, span_seconds=span)

    assert found.per_day is None
    assert found.hold_share == 1.0
    assert decision_mix({}, span_seconds=span).hold_share is None


def test_the_spread_of_confidence_is_in_fractions() -> None:
    found = confidence_spread([60.0, None, 70.0, 95.0])

    assert found.count == 3
    assert found.mean == pytest.approx(0.75)
    assert found.median == pytest.approx(0.7)
    # Deviations -0.15, -0.05, 0.2: (0.0225 + 0.0025 + 0.04) / 2.
    assert found.std == pytest.approx(math.sqrt(0.0325))
    assert (found.lowest, found.highest) == (0.6, 0.95)


def test_one_confidence_has_no_spread_and_none_has_no_mean() -> None:
    one, none = confidence_spread([60.0]), confidence_spread([None])

    assert (one.mean, one.std) == (0.6, None)
    assert (none.count, none.mean, none.median, none.lowest) == (0, None, None, None)


def test_the_time_to_fill_counts_entries_whose_decision_is_stored() -> None:
    legs = [leg(0.1, 9, 1.0), leg(20.2, 29, 1.0), leg(39.9, 49, 1.0), leg(90, 99, 1.0)]
    matches = match_decisions(
        entries_of(*legs),
        [decision(0), decision(20), decision(40)],
        before=RULES.fill_before,
        within=RULES.fill_within,
    )
    found = time_to_fill(matches)

    # 6 s, 12 s and -6 s: the last conversation is dated after its own order.
    assert (found.matched, found.entries) == (3, 4)
    assert found.mean_seconds == pytest.approx(4.0)
    assert found.median_seconds == pytest.approx(6.0)
    nothing = match_decisions(
        entries_of(), [], before=RULES.fill_before, within=RULES.fill_within
    )
    assert time_to_fill(nothing).mean_seconds is None


# --- a whole story ------------------------------------------------------------------


def test_a_short_life_by_hand() -> None:
    found = decision_metrics(
        [
            ChatPoint(at(0), 1, True),
            ChatPoint(at(3), 2, False),
            ChatPoint(at(9), 4, True),
            ChatPoint(at(1440), 5, True),
        ],
        {"hold": 2, "buy_to_enter": 1, "sell_to_enter": 1},
        [
            decision(0, 80.0, stop=90.0, target=120.0),
            decision(9, 60.0, side=TradeSide.SHORT, stop=110.0, target=80.0),
        ],
        plans(
            [
                leg(0.1, 8, -10.0, oid=1, exit_price=85.0),
                leg(9.1, 60, 30.0, oid=2, side=TradeSide.SHORT, exit_price=79.0),
            ]
        ),
    )

    assert (found.answers.failed, found.cycles.missed) == (1, 1)
    assert found.decisions.per_day is not None
    assert dict(found.decisions.per_day)["hold"] == pytest.approx(2.0)
    assert found.confidence.mean == pytest.approx(0.7)
    # The long lost at 0.8, the short won at 0.6: the mean of 0.64 and 0.16.
    assert found.calibration.brier_score == pytest.approx(0.4)
    assert (found.discipline.beyond_stop, found.discipline.took_profit) == (1, 1)
    assert found.flips.flips == 1
    assert found.time_to_fill.median_seconds == pytest.approx(6.0)
    assert found.rules == RULES


def test_of_nothing_nothing_is_known() -> None:
    found = decision_metrics([], {}, [], plans([]))

    assert found.answers.failed_share is None
    assert found.decisions.per_day is None
    assert found.confidence.mean is None
    assert found.calibration.brier_score is None
    assert found.discipline.respected_share is None
    assert found.flips.share is None
    assert found.time_to_fill.median_seconds is None


# --- the simulated arena, where the truth is known -----------------------------------


@pytest.fixture(scope="module", params=["1", "1.5"])
def arena(request: pytest.FixtureRequest) -> Arena:
    return Arena(seed=11, season=request.param, days=2)


def moment(arena: Arena, seconds: float) -> datetime:
    return datetime.fromtimestamp(arena.unix(seconds), UTC)


def side_of(quantity: float) -> TradeSide:
    return TradeSide.LONG if quantity > 0 else TradeSide.SHORT


def answers_of(arena: Arena, who: Contestant) -> list[ChatPoint]:
    turns = [arena.turn(who, cycle) for cycle in range(1, who.cycles.count + 1)]
    return [
        ChatPoint(
            datetime.fromtimestamp(turn.timestamp, UTC), turn.cycle, not turn.failed
        )
        for turn in turns
    ]


def decisions_of(arena: Arena, who: Contestant) -> list[EntryDecision]:
    return [
        EntryDecision(
            symbol=action.holding.symbol,
            side=ENTRY_SIDES[action.signal],
            decided_at=moment(arena, who.cycles.answered(action.cycle)),
            confidence=action.holding.plan.confidence * 100,
            stop_loss=action.holding.plan.stop_loss,
            profit_target=action.holding.plan.profit_target,
        )
        for actions in who.actions.values()
        for action in actions
        if action.signal in ENTRY_SIDES
    ]


def legs_of(arena: Arena, who: Contestant) -> list[PlannedLeg]:
    closed = [
        PlannedLeg(
            symbol=each.symbol.rpartition(":")[2],
            side=side_of(each.quantity),
            opened_at=moment(arena, each.lot.at),
            closed_at=moment(arena, each.at),
            exit_price=each.price,
            net_pnl=each.net_pnl,
            entry_oid=each.lot.oid,
        )
        for each in who.book.legs
    ]
    left = [
        PlannedLeg(
            symbol=held.symbol.rpartition(":")[2],
            side=side_of(lot.quantity),
            opened_at=moment(arena, lot.at),
            closed_at=None,
            exit_price=None,
            net_pnl=None,
            entry_oid=lot.oid,
        )
        for held in who.book.holdings
        for lot in held.lots
        if held.closed is None
    ]
    return closed + left


def decision_metrics_of(arena: Arena, who: Contestant) -> DecisionMetrics:
    return _metrics_by_key(arena)[who.key]


@cache
def _metrics_by_key(arena: Arena) -> dict[str, DecisionMetrics]:
    """Of each contestant that talks, computed once: an arena never changes."""
    return {who.key: _metrics_of(arena, who) for who in arena.talkers()}


def _metrics_of(arena: Arena, who: Contestant) -> DecisionMetrics:
    signals = Counter(
        action.signal for actions in who.actions.values() for action in actions
    )
    return decision_metrics(
        answers_of(arena, who),
        signals,
        decisions_of(arena, who),
        plans(legs_of(arena, who)),
    )


def test_every_entry_finds_the_very_decision_that_opened_it(arena: Arena) -> None:
    for who in arena.talkers():
        truth = {
            lot.oid: moment(arena, who.cycles.answered(lot.cycle))
            for held in who.book.holdings
            for lot in held.lots
        }
        opened = {leg.opened_at: leg.entry_oid for leg in legs_of(arena, who)}
        decisions = decisions_of(arena, who)
        found = match_decisions(
            entries_of(*legs_of(arena, who)),
            decisions,
            before=RULES.fill_before,
            within=RULES.fill_within,
        )
        matches = match_rows(found, decisions)

        assert len(matches) == len(truth)
        for match in matches:
            oid = opened[match.entry.opened_at]
            assert oid is not None
            assert match.decision is not None
            assert match.decision.decided_at == truth[oid]


def test_the_calibration_is_that_of_the_book(arena: Arena) -> None:
    for who in arena.talkers():
        nets: defaultdict[int, float] = defaultdict(float)
        stated: dict[int, float] = {}
        unfinished = set()
        for held in who.book.holdings:
            for lot in held.lots:
                stated[lot.oid] = held.plan.confidence
                if held.closed is None:
                    unfinished.add(lot.oid)
        for each in who.book.legs:
            nets[each.lot.oid] += each.net_pnl
        over = [oid for oid in stated if oid not in unfinished]
        found = decision_metrics_of(arena, who).calibration

        assert found.bets == found.from_decisions == len(over)
        assert sum(each.wins for each in found.bins) == sum(
            nets[oid] > 0 for oid in over
        )
        if over:
            errors = [(stated[oid] - (nets[oid] > 0)) ** 2 for oid in over]
            assert found.brier_score == pytest.approx(sum(errors) / len(errors))


def test_the_simulated_models_answer_every_cycle_and_fill_within_seconds(
    arena: Arena,
) -> None:
    for who in arena.talkers():
        found = decision_metrics_of(arena, who)
        failures = sum(
            arena.turn(who, cycle).failed for cycle in range(1, who.cycles.count + 1)
        )

        assert found.answers.conversations == who.cycles.count
        assert found.answers.failed == failures
        assert found.cycles.missed == 0
        assert found.time_to_fill.matched == found.time_to_fill.entries
        if found.time_to_fill.mean_seconds is not None:
            assert 2.5 <= found.time_to_fill.mean_seconds <= 6.0


def test_every_closed_entry_of_the_simulation_is_judged_by_its_plan(
    arena: Arena,
) -> None:
    for who in arena.talkers():
        found = decision_metrics_of(arena, who)

        assert found.discipline.known == found.calibration.bets
        assert found.discipline.unknown == 0
