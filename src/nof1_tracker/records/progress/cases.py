"""Cases: real decisions of models, as questions with right answers.

Conventions: `records.parsed`. What a player is shown before answering was known when
the model was asked; what became known later is in the reveal alone.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from nof1_tracker.records.asking.listed_rows import (
    ListedDecision,
    ObservedPosition,
    ObservedPrice,
)
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.records.stored import StoredTrade


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """What is stored around one decision.

    Attributes:
        season: Number of the season.
        decision: What the model decided for one symbol.
        asked_at: When its prompt was written, before the decision.
        prompt: None where it is not stored, as in datasets.
        equity, available_cash: USD, as the prompt states them.
        positions: Those of the account as the prompt states them.
        prices: Those that the prompt states.
        legs: Of the position that was held or opened; they are known later.
    """

    season: Decimal
    decision: ListedDecision
    asked_at: datetime
    prompt: str | None
    equity: Decimal
    available_cash: Decimal | None
    positions: tuple[ObservedPosition, ...]
    prices: tuple[ObservedPrice, ...]
    legs: tuple[StoredTrade, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """What the model knew when it was asked, and so what a player is shown.

    Attributes:
        season: Number of the season.
        name: Display name of the account.
        price: The newest price of the symbol, USD per unit.
        position: The account's position in the symbol; None without one.
        prices: The newest of each symbol, by symbol.
    """

    season: Decimal
    account_id: str
    name: str
    symbol: str
    asked_at: datetime
    equity: Decimal
    available_cash: Decimal | None
    price: Decimal
    position: ObservedPosition | None
    positions: tuple[ObservedPosition, ...]
    prices: tuple[ObservedPrice, ...]
    prompt: str | None


class AnswerUnit(StrEnum):
    """What an answer is counted in."""

    USD = "usd"
    USD_PER_UNIT = "usd_per_unit"
    UNITS = "units"
    FRACTION = "fraction"
    MULTIPLE = "multiple"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one right answer.

    Attributes:
        givens: What it states, by the names that its wording in `lessons.json` has.
        tolerance: How far an answer may be off, in the unit, > 0.
        choices: Four answers from low to high, of which one is right.
    """

    notion: Notion
    givens: tuple[tuple[str, Decimal | str], ...]
    unit: AnswerUnit
    right: Decimal
    tolerance: Decimal
    choices: tuple[Decimal, ...]

    def accepts(self, answer: Decimal) -> bool:
        """True for an answer within the tolerance; False for NaN and infinities."""
        return answer.is_finite() and abs(answer - self.right) <= self.tolerance


class OwnDecision(StrEnum):
    """What a player may decide; it is compared with the model's, and never graded."""

    BUY = "buy"
    SELL = "sell"
    STAY_OUT = "stay_out"
    HOLD = "hold"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Case:
    """A case, without anything that was known later.

    Attributes:
        module: Number of its module, from 1.
        at_stake: The notion that its lesson is about, that of the first question.
    """

    case_id: str
    module: int
    at_stake: Notion
    situation: Situation
    questions: tuple[Question, ...]
    options: tuple[OwnDecision, ...]


@dataclass(frozen=True, slots=True)
class Revealed:
    """Something that became known after the model was asked.

    Attributes:
        known_at: From when on it was known.
        decision: What the model did and why; None where it is about a leg.
        leg: A leg that was closed; None where it is about the decision.
    """

    known_at: datetime
    decision: ListedDecision | None = None
    leg: StoredTrade | None = None


@dataclass(frozen=True, slots=True)
class BuiltCase:
    """A case with its reveal, oldest first; the two are handed out apart."""

    case: Case
    reveal: tuple[Revealed, ...]
