"""Cases as players see them: before the answers, after them, and at the end.

Nothing that a player has yet to find out is in a record that is shown before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.progress.answered_cases import AnsweredCase
from nof1_tracker.records.progress.cases import AnswerUnit, OwnDecision, Situation
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.records.stored import StoredTrade


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list.

    Attributes:
        name: Display name of the model.
        answered: As the player answered it; None if not, and for guests.
    """

    case_id: str
    at_stake: Notion
    name: str
    symbol: str
    asked_at: datetime
    questions: int
    answered: AnsweredCase | None

    @property
    def right(self) -> int | None:
        """How many questions were answered rightly; None if it was not answered."""
        return None if self.answered is None else len(self.answered.right)

    @property
    def is_completed(self) -> bool:
        """Whether the player has also decided."""
        return self.answered is not None and self.answered.completed_at is not None


@dataclass(frozen=True, slots=True)
class CaseModule:
    """A module with its cases, oldest first.

    Attributes:
        asks: What its cases ask.
        xp: What each of its cases earns.
    """

    number: int
    asks: tuple[Notion, ...]
    xp: int
    cases: tuple[CaseLine, ...]

    @property
    def completed(self) -> int:
        """How many of its cases the player has completed."""
        return sum(each.is_completed for each in self.cases)


@dataclass(frozen=True, slots=True)
class CaseList:
    """The cases of a season, module by module.

    Attributes:
        season: Number of the season; None where nothing is stored.
    """

    season: Decimal | None
    modules: tuple[CaseModule, ...]


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question without its answer.

    Attributes:
        title: Of the notion.
        wording: With the names of the givens in braces.
        choices: Four answers from low to high, of which one is right.
    """

    notion: Notion
    title: str
    wording: str
    givens: Mapping[str, Decimal | str]
    unit: AnswerUnit
    choices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """An answer beside the right one.

    Attributes:
        given: None where none was given.
    """

    notion: Notion
    unit: AnswerUnit
    given: Decimal | None
    right: Decimal
    is_right: bool


@dataclass(frozen=True, slots=True)
class CaseReveal:
    """What the model did, why, and what came of it.

    Attributes:
        own: What the player decided.
        legs: What was closed afterwards, oldest first.
        title, lesson: On the notion at stake.
    """

    own: OwnDecision
    decision: ListedDecision | None
    legs: tuple[StoredTrade, ...]
    title: str
    lesson: str

    @property
    def signal(self) -> str | None:
        """What the model decided; None where nothing is known of it."""
        return None if self.decision is None else self.decision.signal

    @property
    def justification(self) -> str | None:
        """Why, in the model's own words."""
        return None if self.decision is None else self.decision.justification

    @property
    def leverage(self) -> Decimal | None:
        """As the model chose it."""
        return None if self.decision is None else self.decision.leverage


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """A case as far as the player is with it.

    Attributes:
        module_size: How many cases its module has.
        situation: What the model knew, its prompt included.
        grades: Empty until it was answered.
        reveal: None until the player has decided as well.
        is_first: Whether these answers were the player's first, which alone count;
            False for guests, of whom nothing is stored.
    """

    case_id: str
    module: int
    module_size: int
    at_stake: Notion
    situation: Situation
    questions: tuple[ShownQuestion, ...]
    options: tuple[OwnDecision, ...]
    grades: tuple[Grade, ...] = ()
    reveal: CaseReveal | None = None
    is_first: bool = False
