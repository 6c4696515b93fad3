"""A case as its page shows it: what the model knew, the questions, and the reveal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from nof1_tracker.game.cases.lessons import lessons
from nof1_tracker.game.cases.questions import LEAST_TOLERANCE, TOLERANCE
from nof1_tracker.game.cases.worked_answers import worked_answer
from nof1_tracker.records.asking.listed_rows import ListedDecision, ObservedPosition
from nof1_tracker.records.progress.cases import OwnDecision, Situation
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.records.progress.shown_cases import (
    CaseReveal,
    Grade,
    ShownCase,
    ShownQuestion,
)
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.rendering.decision_words import decision_terms
from nof1_tracker.rendering.html.cells import Cell, money
from nof1_tracker.rendering.players.case_words import (
    answer_words,
    asked_words,
    decided_words,
    did_the_same,
    model_did_words,
    step_words,
    tolerance_words,
    unit_words,
)
from nof1_tracker.rendering.text import UNKNOWN, price, quantity, span, usd
from nof1_tracker.web.player_pages.typed_answers import field_of

LONG_PROMPT = 1_200
"""Characters from which a prompt is folded."""
POSITION_COLUMNS = ("Quantity", "Entry", "Price", "Leverage", "Stop", "Target")
"""Without PnL and liquidation price, for which questions ask."""


@dataclass(frozen=True, slots=True)
class SituationView:
    """What the model knew, and so what a player is shown.

    Attributes:
        facts: Term and figure.
        positions: Side and symbol, and a text for each of `POSITION_COLUMNS`.
        prices: Symbol and price.
        length: Characters of the prompt, where it is so long that it is folded.
    """

    facts: tuple[tuple[str, str], ...]
    positions: tuple[tuple[str, tuple[str, ...]], ...]
    prices: tuple[tuple[str, str], ...]
    prompt: str | None
    length: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with its field.

    Attributes:
        typed: What the player typed; kept where it is not a number.
        wrong: Why it cannot be taken; empty where it can.
    """

    field: str
    title: str
    words: str
    unit: str
    tolerance: str
    typed: str
    wrong: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A question with the player's answer and the right one, worked out.

    Attributes:
        given: The player's answer; None where there is none.
        steps: Name, calculation and result of each.
    """

    title: str
    words: str
    given: str | None
    right: str
    is_right: bool
    steps: tuple[tuple[str, str, str], ...]
    lesson: str


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """A leg that was closed later."""

    at: datetime
    words: str
    net: Cell
    path: str | None


@dataclass(frozen=True, slots=True)
class ModelView:
    """What the model did, and what came of it.

    Attributes:
        own: What the player decided, beside it.
        path: Address of the conversation; None where it is not stored.
    """

    did: str
    terms: str
    why: str
    own: str
    path: str | None
    outcomes: tuple[OutcomeView, ...]


def case_path(case_id: str) -> str:
    """Address of a case."""
    return f"/play/cases/{quote(case_id, safe=':')}"


def situation_view(known: Situation) -> SituationView:
    """What the model knew."""
    prompt = known.prompt or ""
    return SituationView(
        facts=tuple(
            (term, f"${usd(amount)}")
            for term, amount in (
                ("Equity", known.equity),
                ("Available cash", known.available_cash),
            )
            if amount is not None
        ),
        positions=tuple(
            (clean(f"{each.side.value} {each.symbol}"), tuple(_figures(each)))
            for each in known.positions
        ),
        prices=tuple((clean(each.symbol), price(each.price)) for each in known.prices),
        prompt=known.prompt,
        length=f"{len(prompt):,}" if len(prompt) > LONG_PROMPT else "",
    )


def question_views(
    case: ShownCase, typed: Mapping[str, str], wrong: Mapping[Notion, str]
) -> Sequence[QuestionView]:
    """The questions with what was typed."""
    return [
        QuestionView(
            field=field_of(each.notion),
            title=each.title,
            words=asked_words(each.wording, each.givens),
            unit=unit_words(each.unit, clean(case.situation.symbol)),
            tolerance=tolerance_words(
                each.unit, TOLERANCE, LEAST_TOLERANCE.get(each.unit)
            ),
            typed=typed.get(field_of(each.notion), ""),
            wrong=wrong.get(each.notion, ""),
        )
        for each in case.questions
    ]


def option_views(options: Iterable[OwnDecision]) -> Sequence[tuple[OwnDecision, str]]:
    """What the player may decide."""
    return [(each, decided_words(each).capitalize()) for each in options]


def answer_views(case: ShownCase) -> Sequence[AnswerView]:
    """The player's answers beside the right ones."""
    symbol = clean(case.situation.symbol)
    return [
        _answer(question, grade, symbol)
        for question, grade in zip(case.questions, case.grades, strict=True)
    ]


def model_view(case: ShownCase, reveal: CaseReveal) -> ModelView | None:
    """The model's decision with its outcome; None where that is not stored."""
    decision = reveal.decision
    if decision is None:
        return None
    held = case.situation.position is not None
    same = did_the_same(reveal.own, decision.signal, held=held)
    said_in = decision.conversation_id
    as_model = "as the model did" if same else "other than the model did"
    return ModelView(
        did=model_did_words(decision.signal, held=held),
        terms=decision_terms(decision),
        why=clean(decision.justification or ""),
        own=f"You decided to {decided_words(reveal.own)}, {as_model}.",
        path=f"/chat/{quote(said_in, safe='')}" if said_in else None,
        outcomes=tuple(_outcomes(reveal.legs, decision)),
    )


def _answer(question: ShownQuestion, grade: Grade, symbol: str) -> AnswerView:
    steps = worked_answer(question.notion, question.givens)
    unit, given = question.unit, grade.given
    return AnswerView(
        title=question.title,
        words=asked_words(question.wording, question.givens),
        given=None if given is None else answer_words(unit, given, symbol),
        right=answer_words(unit, grade.right, symbol),
        is_right=grade.is_right,
        steps=tuple((step.name, *step_words(step, symbol)) for step in steps),
        lesson=lessons()[question.notion].lesson,
    )


def _figures(held: ObservedPosition) -> Iterator[str]:
    yield quantity(held.quantity)
    yield price(held.entry_price)
    yield price(held.mark_price)
    yield UNKNOWN if held.leverage is None else f"{quantity(held.leverage)}x"
    yield price(held.stop_loss)
    yield price(held.profit_target)


def _outcomes(
    legs: Iterable[StoredTrade], decision: ListedDecision
) -> Iterator[OutcomeView]:
    for leg in legs:
        if leg.closed_at is None:
            continue
        later = span(leg.closed_at - decision.observed_at)
        words = (
            f"{leg.side.value} {quantity(leg.quantity)} {clean(leg.symbol)},"
            f" {price(leg.entry_price)} to {price(leg.exit_price)}, closed {later} later"
        )
        path = f"/trades/{quote(leg.trade_id, safe='')}" if leg.trade_id else None
        yield OutcomeView(leg.closed_at, words, money(leg.net_pnl, signed=True), path)
