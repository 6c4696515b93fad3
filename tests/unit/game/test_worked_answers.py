"""Right answers, worked out step by step, and as they are written."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.game.cases.lessons import lessons
from nof1_tracker.game.cases.questions import ask, can_ask
from nof1_tracker.game.cases.worked_answers import worked_answer
from nof1_tracker.records.asking.listed_rows import ObservedPosition
from nof1_tracker.records.enums import EquitySource, TradeSide
from nof1_tracker.records.progress.cases import AnswerUnit, Situation
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.rendering.players.case_words import (
    answer_words,
    asked_words,
    step_words,
    tolerance_words,
)

AT = datetime(2025, 10, 28, 12, tzinfo=UTC)
cents = st.integers(1_000, 10_000_000).map(lambda each: Decimal(each) / 100)


def situation(
    entry: Decimal, price: Decimal, stop: Decimal, side: TradeSide
) -> Situation:
    held = ObservedPosition(
        account_id="gpt-5",
        name="GPT 5",
        observed_at=AT,
        source=EquitySource.ACCOUNT_TOTALS,
        symbol="BTC",
        side=side,
        quantity=Decimal("1.25"),
        entry_price=entry,
        mark_price=price,
        liquidation_price=None,
        leverage=Decimal(10),
        margin=None,
        unrealized_pnl=None,
        confidence=None,
        risk_usd=None,
        profit_target=None,
        stop_loss=stop,
        invalidation_condition=None,
        entry_oid=1,
        opened_at=None,
    )
    return Situation(
        season=Decimal(1),
        account_id="gpt-5",
        name="GPT 5",
        symbol="BTC",
        asked_at=AT,
        equity=Decimal("10250.75"),
        available_cash=None,
        price=price,
        position=held,
        positions=(held,),
        prices=(),
        prompt=None,
    )


situations = st.builds(situation, cents, cents, cents, st.sampled_from(TradeSide))


@given(situations, st.sampled_from(Notion), st.text(max_size=3))
def test_the_last_step_is_the_right_answer(
    known: Situation, notion: Notion, case_id: str
) -> None:
    if not can_ask(notion, known):
        return
    question = ask(notion, known, case_id)
    givens = dict(question.givens)
    last = worked_answer(notion, givens)[-1]
    assert abs(last.value - question.right) <= abs(question.right) * Decimal("1e-20")
    assert last.unit.value == question.unit.value
    assert "{" not in asked_words(lessons()[notion].question, givens)
    for step in worked_answer(notion, givens):
        assert "{" not in "".join(step_words(step, "BTC"))


def test_a_fee_is_worked_out_as_on_paper() -> None:
    givens: dict[str, Decimal | str] = {
        "margin": Decimal(2_000),
        "leverage": Decimal(10),
        "rate": Decimal("0.00045"),
    }
    steps = worked_answer(Notion.FEE, givens)
    assert [step_words(each, "BTC") for each in steps] == [
        ("$2,000 x 10", "$20,000.00"),
        ("$20,000 x 0.045 %", "$9.00"),
    ]
    asked = asked_words(lessons()[Notion.FEE].question, givens)
    assert asked.startswith("You put up a margin of $2,000 at a leverage of 10")
    assert "The fee is 0.045 % of notional" in asked


def test_a_short_is_liquidated_above_its_entry_step_by_step() -> None:
    # At 100.5 with 10x, SOL at most 20x: 110.55 / 1.025.
    givens: dict[str, Decimal | str] = {
        "side": "short",
        "price": Decimal("100.5"),
        "leverage": Decimal(10),
        "most": Decimal(20),
    }
    steps = worked_answer(Notion.LIQUIDATION_PRICE, givens)
    assert [step_words(each, "SOL") for each in steps] == [
        ("1 / (2 x 20)", "2.5 %"),
        ("$100.50 x (1 + 1 / 10)", "$110.55"),
        ("$110.55 / (1 + 2.5 %)", "$107.85"),
    ]


def test_a_stop_at_the_entry_makes_no_question_of_risk() -> None:
    entry = Decimal("10.25")
    for side in TradeSide:
        at_entry = situation(entry, Decimal(10), entry, side)
        assert not can_ask(Notion.RISK_MULTIPLE, at_entry)


@pytest.mark.parametrize(
    ("unit", "least", "words"),
    [
        (AnswerUnit.USD, Decimal("0.005"), "answer, or within $0.005."),
        (AnswerUnit.FRACTION, Decimal("0.00005"), "within 0.005 percentage points."),
        (AnswerUnit.MULTIPLE, Decimal("0.005"), "or within 0.005."),
        (AnswerUnit.UNITS, None, "Right within 0.2 % of the answer."),
    ],
)
def test_a_tolerance_is_said_as_its_rule(
    unit: AnswerUnit, least: Decimal | None, words: str
) -> None:
    assert words in tolerance_words(unit, Decimal("0.002"), least)


def test_an_answer_has_its_unit() -> None:
    shown = {
        unit: answer_words(unit, Decimal("-0.0125"), "BTC")
        for unit in AnswerUnit
        if unit is not AnswerUnit.UNITS
    }
    assert shown[AnswerUnit.FRACTION] == "-1.25 %"
    assert shown[AnswerUnit.MULTIPLE] == "-0.01 R"
    assert shown[AnswerUnit.USD] == "-$0.01"
