"""Cases out of the record: right, sound, growing, and without a word from later."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.game.cases.build_cases import (
    MODULE_SIZE,
    MODULES,
    build_cases,
    case_of,
    complete_case,
    module_sizes,
    reveal_of,
    situation_of,
)
from nof1_tracker.game.cases.lessons import lessons
from nof1_tracker.game.cases.questions import ask, can_ask
from nof1_tracker.game.progress.earning import XP_OF_CASE
from nof1_tracker.records.asking.listed_rows import ObservedPosition, ObservedPrice
from nof1_tracker.records.enums import EquitySource, PriceSource, TradeSide
from nof1_tracker.records.progress.cases import (
    AnswerUnit,
    BuiltCase,
    CaseEvidence,
    OwnDecision,
    Question,
    Situation,
)
from nof1_tracker.records.progress.player_history import ModuleSize, Notion
from tests.unit.game.case_evidence import capture_evidence, season_evidence
from tests.unit.game.histories import START

CAPTURES = Path(__file__).resolve().parents[4] / "shared" / "captures"


@pytest.fixture(scope="module")
def evidence() -> tuple[CaseEvidence, ...]:
    return season_evidence()


@pytest.fixture(scope="module")
def cases(evidence: tuple[CaseEvidence, ...]) -> tuple[BuiltCase, ...]:
    return build_cases(evidence)


def questions_of(cases: tuple[BuiltCase, ...]) -> list[Question]:
    return [question for each in cases for question in each.case.questions]


# --- a season -------------------------------------------------------------------------


def test_a_season_has_at_least_100_in_five_modules(
    cases: tuple[BuiltCase, ...],
) -> None:
    assert len(cases) >= 100
    assert module_sizes(cases) == tuple(
        ModuleSize(Decimal(1), module, MODULE_SIZE) for module in MODULES
    )
    assert len({each.case.case_id for each in cases}) == len(cases)
    assert set(MODULES) == set(XP_OF_CASE)


def test_they_are_about_decisions_that_acted_and_that_held(
    cases: tuple[BuiltCase, ...],
) -> None:
    signals = Counter(
        each.reveal[0].decision.signal for each in cases if each.reveal[0].decision
    )
    assert set(signals) == {"hold", "buy_to_enter", "sell_to_enter", "close_position"}
    assert signals["hold"] > 20


def test_modules_grow_from_one_question_to_four() -> None:
    assert [len(notions) for notions in MODULES.values()] == [1, 2, 2, 3, 4]
    assert {notion for notions in MODULES.values() for notion in notions} == set(Notion)


def test_the_record_that_was_captured_has_at_least_100() -> None:
    if not CAPTURES.is_dir():
        pytest.skip("the captures of the live site are not here")
    folders = [each.parent for each in sorted(CAPTURES.glob("*/conversations.json"))]
    found = build_cases(capture_evidence(folders))
    assert len(found) >= 100
    assert all(each.case.situation.prompt for each in found)
    assert all(_is_sound(each) for each in questions_of(found))
    pairs = _told_and_answered(found)
    assert len(pairs) > 20
    for told, right in pairs:
        assert abs(told - right) < abs(told) * Decimal("0.03")


def test_the_same_record_makes_the_same_cases_in_any_order(
    evidence: tuple[CaseEvidence, ...], cases: tuple[BuiltCase, ...]
) -> None:
    assert build_cases([*reversed(evidence), *evidence[:50]]) == cases


# --- nothing from later ---------------------------------------------------------------


def test_what_is_shown_was_known_when_the_model_was_asked(
    cases: tuple[BuiltCase, ...],
) -> None:
    for each in cases:
        shown = each.case.situation
        times = {price.observed_at for price in shown.prices}
        times |= {position.observed_at for position in shown.positions}
        assert max(times) <= shown.asked_at
        assert all(known.known_at > shown.asked_at for known in each.reveal)
        assert all(a.known_at <= b.known_at for a, b in pairwise(each.reveal[1:]))


@given(st.data())
def test_another_decision_and_another_outcome_make_the_same_case(
    data: st.DataObject,
) -> None:
    known, place = season_evidence(), st.integers(0, len(season_evidence()) - 1)
    given_evidence, others = known[data.draw(place)], known[data.draw(place)]
    amount = st.none() | st.decimals("0.01", "90000", places=2)
    decision = replace(
        given_evidence.decision,
        signal=data.draw(st.sampled_from(["hold", "buy_to_enter", "close_position"])),
        quantity=data.draw(amount),
        leverage=data.draw(amount),
        stop_loss=data.draw(amount),
        profit_target=data.draw(amount),
        confidence=data.draw(amount),
        justification=data.draw(st.text(max_size=5)),
    )
    then = given_evidence.asked_at + timedelta(seconds=1)
    later = tuple(replace(each, observed_at=then) for each in others.prices)
    opened = tuple(replace(each, observed_at=then) for each in others.positions)
    changed = replace(
        given_evidence,
        decision=decision,
        legs=others.legs,
        prices=(*later, *given_evidence.prices),
        positions=(*opened, *given_evidence.positions),
    )
    before, after = situation_of(given_evidence), situation_of(changed)
    assert before is not None
    assert after is not None
    assert before == after
    for module, notions in MODULES.items():
        if all(can_ask(each, before) for each in notions):
            assert case_of(before, "a", module) == case_of(after, "a", module)


def test_the_reveal_says_what_the_model_did_and_what_came_of_it(
    cases: tuple[BuiltCase, ...],
) -> None:
    with_an_outcome = [each for each in cases if len(each.reveal) > 1]
    assert len(with_an_outcome) > 20
    for each in with_an_outcome:
        first, *legs = each.reveal
        assert first.decision is not None
        for known in legs:
            assert known.leg is not None
            assert known.known_at == known.leg.closed_at
            assert known.leg.symbol == each.case.situation.symbol


def test_a_leg_that_is_closed_already_is_not_revealed() -> None:
    each = next(each for each in season_evidence() if each.legs)
    closed = replace(each.legs[0], closed_at=each.asked_at)
    still_open = replace(each.legs[0], closed_at=None)
    shown = reveal_of(replace(each, legs=(closed, still_open)))
    assert [known.leg for known in shown] == [None]


# --- questions ------------------------------------------------------------------------


def _is_sound(question: Question) -> bool:
    """The right choice is accepted, and no other of the four is."""
    accepted = [each for each in question.choices if question.accepts(each)]
    return len(question.choices) == 4 and accepted == [question.right]


def test_one_choice_of_four_is_right(cases: tuple[BuiltCase, ...]) -> None:
    assert all(_is_sound(each) for each in questions_of(cases))


def _told_and_answered(cases: tuple[BuiltCase, ...]) -> list[tuple[Decimal, Decimal]]:
    """Unrealized PnL as the prompt states it, and as the answer says."""
    return [
        (position.unrealized_pnl, question.right)
        for each in cases
        for question in each.case.questions
        if question.notion is Notion.UNREALIZED_PNL
        and (position := each.case.situation.position) is not None
        and position.unrealized_pnl is not None
    ]


def test_what_a_model_was_told_it_had_gained_is_the_right_answer(
    cases: tuple[BuiltCase, ...],
) -> None:
    pairs = _told_and_answered(cases)
    assert len(pairs) > 20
    for told, right in pairs:
        assert abs(told - right) < abs(told) * Decimal("0.03")


def test_choices_of_a_liquidation_price_are_prices_that_might_be(
    cases: tuple[BuiltCase, ...],
) -> None:
    for each in cases:
        price = each.case.situation.price
        for question in each.case.questions:
            if question.notion is Notion.LIQUIDATION_PRICE:
                assert price / 4 < question.choices[0]
                assert question.choices[-1] < price * 2


def test_choices_do_not_give_the_right_one_away(cases: tuple[BuiltCase, ...]) -> None:
    places = {notion: set[int]() for notion in Notion}
    for each in questions_of(cases):
        places[each.notion].add(each.choices.index(each.right))
    assert places == {notion: {0, 1, 2, 3} for notion in Notion}


def test_the_wording_uses_what_is_given_and_nothing_else(
    cases: tuple[BuiltCase, ...],
) -> None:
    assert set(lessons()) == set(Notion)
    for question in questions_of(cases):
        names = {name for name, _ in question.givens}
        assert names == lessons()[question.notion].givens


def held(**changes: Any) -> ObservedPosition:
    fields: dict[str, Any] = {
        "account_id": "alpha",
        "name": "Alpha",
        "observed_at": START,
        "source": EquitySource.MODEL_CHAT,
        "symbol": "ETH",
        "side": TradeSide.SHORT,
        "quantity": Decimal(2),
        "entry_price": Decimal(4_000),
        "mark_price": Decimal(3_900),
        "liquidation_price": None,
        "leverage": Decimal(10),
        "margin": None,
        "unrealized_pnl": None,
        "confidence": None,
        "risk_usd": None,
        "profit_target": None,
        "stop_loss": Decimal(4_050),
        "invalidation_condition": None,
        "entry_oid": 1,
        "opened_at": None,
    }
    return ObservedPosition(**(fields | changes))


def situation(**changes: Any) -> Situation:
    position = held()
    price = ObservedPrice("ETH", START, PriceSource.MODEL_CHAT, Decimal(3_900))
    fields: dict[str, Any] = {
        "season": Decimal(1),
        "account_id": "alpha",
        "name": "Alpha",
        "symbol": "ETH",
        "asked_at": START,
        "equity": Decimal(12_000),
        "available_cash": None,
        "price": price.price,
        "position": position,
        "positions": (position,),
        "prices": (price,),
        "prompt": None,
    }
    return Situation(**(fields | changes))


@pytest.mark.parametrize(
    ("notion", "right", "unit"),
    [
        # Short of 2 from 4,000 to 3,900; 100 gained of 50 at risk; 3,900 to 4,050.
        (Notion.UNREALIZED_PNL, Decimal(200), AnswerUnit.USD),
        (Notion.RISK_MULTIPLE, Decimal(2), AnswerUnit.MULTIPLE),
        (Notion.STOP_DISTANCE, Decimal(150) / Decimal(3_900), AnswerUnit.FRACTION),
    ],
)
def test_an_answer_follows_from_the_position(
    notion: Notion, right: Decimal, unit: AnswerUnit
) -> None:
    question = ask(notion, situation(), "a")
    assert question.right == pytest.approx(right)
    assert question.unit is unit


def test_an_answer_follows_from_what_is_given() -> None:
    fee = ask(Notion.FEE, situation(), "a")
    stated = {name: Decimal(value) for name, value in fee.givens}
    assert stated["rate"] == Decimal("0.0004")
    assert fee.right == stated["margin"] * stated["leverage"] * stated["rate"]
    size = ask(Notion.POSITION_SIZE, situation(), "a")
    stated = {name: Decimal(value) for name, value in size.givens}
    lost = size.right * abs(stated["price"] - stated["stop"])
    assert lost == pytest.approx(12_000 * stated["share"])
    earlier = situation(asked_at=datetime(2025, 10, 21, 23, 59, tzinfo=UTC))
    assert dict(ask(Notion.FEE, earlier, "a").givens)["rate"] == Decimal("0.00045")
    where = dict(ask(Notion.LIQUIDATION_PRICE, situation(), "a").givens)
    assert where["most"] == 25


def test_a_question_that_the_situation_cannot_answer_is_not_asked() -> None:
    flat = situation(position=None)
    assert not can_ask(Notion.UNREALIZED_PNL, flat)
    assert not can_ask(Notion.RISK_MULTIPLE, situation(position=held(stop_loss=None)))
    trailing = situation(position=held(stop_loss=Decimal(3_950)))
    assert not can_ask(Notion.RISK_MULTIPLE, trailing)
    tiny = held(mark_price=Decimal("3_999.6"))
    assert not can_ask(Notion.UNREALIZED_PNL, situation(position=tiny))
    assert not can_ask(Notion.LIQUIDATION_PRICE, situation(symbol="xyz:NVDA"))
    assert not can_ask(Notion.FEE, situation(equity=Decimal(999)))
    barely = held(mark_price=Decimal("4_000.24"), quantity=Decimal(99))
    assert not can_ask(Notion.UNREALIZED_PNL, situation(position=barely))
    unknown = situation(position=held(mark_price=None))
    assert not can_ask(Notion.RISK_MULTIPLE, unknown)
    with pytest.raises(ValueError, match="unrealized_pnl cannot be asked in a"):
        ask(Notion.UNREALIZED_PNL, flat, "a")


def test_a_decision_without_a_price_or_without_equity_makes_no_case() -> None:
    each = season_evidence()[0]
    assert situation_of(replace(each, prices=())) is None
    assert situation_of(replace(each, equity=Decimal(0))) is None
    assert build_cases([replace(each, prices=())]) == ()


# --- answering ------------------------------------------------------------------------


def test_a_case_is_graded_for_its_arithmetic_alone() -> None:
    case = case_of(situation(), "a", 5)
    answers = {each.notion: each.right for each in case.questions}
    done = complete_case(case, answers, START)
    assert done.is_all_right
    assert done.asked == MODULES[5]
    answers[Notion.RISK_MULTIPLE] += Decimal("0.02")
    del answers[Notion.STOP_DISTANCE]
    answers[Notion.UNREALIZED_PNL] = Decimal("NaN")
    assert complete_case(case, answers, START).right == (Notion.LIQUIDATION_PRICE,)


def test_an_answer_within_the_tolerance_is_right() -> None:
    pnl = ask(Notion.UNREALIZED_PNL, situation(), "a")
    assert pnl.accepts(Decimal("200.4"))
    assert not pnl.accepts(Decimal("200.41"))
    at_3_980 = held(mark_price=Decimal(3_980))
    multiple = ask(Notion.RISK_MULTIPLE, situation(position=at_3_980), "a")
    assert multiple.right == Decimal("0.4")
    assert multiple.accepts(Decimal("0.405"))


def test_a_player_decides_what_the_model_could_have_decided() -> None:
    assert case_of(situation(), "a", 1).options == (OwnDecision.HOLD, OwnDecision.CLOSE)
    flat = situation(position=None)
    assert case_of(flat, "a", 1).options == (
        OwnDecision.BUY,
        OwnDecision.SELL,
        OwnDecision.STAY_OUT,
    )
