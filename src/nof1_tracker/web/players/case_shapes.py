"""The shapes of answers about cases."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from nof1_tracker.records.asking.listed_rows import ObservedPrice
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.progress.cases import AnswerUnit, OwnDecision
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.web.players.player_shapes import Exact, Shape

CaseId = Annotated[
    str, Field(examples=["5c0a5c0e-8d0e-4a3e-9d5a-3a0f6b1d2c11:BTC"], max_length=180)
]


class CaseRow(Shape):
    id: CaseId = Field(validation_alias="case_id")
    at_stake: Notion
    model: str = Field(
        validation_alias="name", description="Display name of the model."
    )
    symbol: str
    asked_at: datetime
    questions: int
    right: int | None = Field(description="Answered rightly; null if not answered.")
    is_completed: bool


class ModuleShape(Shape):
    module: int = Field(validation_alias="number", ge=1, le=5)
    asks: list[Notion]
    xp: int = Field(description="What each of its cases earns.", examples=[100])
    completed: int
    cases: list[CaseRow]


class CasesShape(Shape):
    season: Exact | None
    data: list[ModuleShape] = Field(validation_alias="modules")


class PositionShape(Shape):
    symbol: str
    side: TradeSide
    quantity: Exact
    entry_price: Exact
    mark_price: Exact | None
    liquidation_price: Exact | None
    leverage: Exact | None
    unrealized_pnl: Exact | None
    profit_target: Exact | None
    stop_loss: Exact | None


def _by_symbol(prices: Iterable[ObservedPrice]) -> dict[str, Decimal]:
    return {each.symbol: each.price for each in prices}


Prices = Annotated[dict[str, Exact], BeforeValidator(_by_symbol)]


class SituationShape(Shape):
    model: str = Field(
        validation_alias="name", description="Display name of the model."
    )
    symbol: str
    asked_at: datetime
    equity: Exact = Field(description="USD.")
    price: Exact = Field(description="USD per unit.")
    position: PositionShape | None
    positions: list[PositionShape]
    prices: Prices = Field(description="By symbol, USD per unit.")
    prompt: str | None = Field(description="As the model was asked.")


class QuestionShape(Shape):
    notion: Notion
    title: str
    wording: str = Field(description="With the names of the givens in braces.")
    givens: dict[str, Annotated[str, BeforeValidator(str)]]
    unit: AnswerUnit
    choices: list[Exact] = Field(description="One of them is right.")


class GradeShape(Shape):
    notion: Notion
    unit: AnswerUnit
    given: Exact | None
    right: Exact
    is_right: bool


class LegShape(Shape):
    side: TradeSide
    quantity: Exact
    entry_price: Exact
    exit_price: Exact | None
    net_pnl: Exact | None
    opened_at: datetime
    closed_at: datetime | None


class RevealShape(Shape):
    own: OwnDecision
    signal: str | None = Field(description="What the model decided.")
    justification: str | None = Field(description="Why, in its own words.")
    leverage: Exact | None
    legs: list[LegShape] = Field(description="What came of it, oldest first.")
    title: str
    lesson: str


class CaseShape(Shape):
    id: CaseId = Field(validation_alias="case_id")
    module: int = Field(ge=1, le=5)
    module_size: int
    at_stake: Notion
    situation: SituationShape
    questions: list[QuestionShape]
    options: list[OwnDecision]
    grades: list[GradeShape] = Field(description="Empty until it is answered.")
    reveal: RevealShape | None = Field(description="null until it is decided.")
    is_first: bool = Field(description="Whether these answers count.")
