"""The shapes of answers about cases."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from nof1_tracker.records.asking.listed_rows import ObservedPosition
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.progress.cases import AnswerUnit, OwnDecision, Situation
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.records.progress.shown_cases import (
    CaseLine,
    CaseList,
    CaseModule,
    CaseReveal,
    Grade,
    ShownCase,
    ShownQuestion,
)
from nof1_tracker.web.players.player_shapes import Exact

CaseId = Annotated[
    str, Field(examples=["5c0a5c0e-8d0e-4a3e-9d5a-3a0f6b1d2c11:BTC"], max_length=180)
]


class CaseRow(BaseModel):
    id: CaseId
    at_stake: Notion
    model: str = Field(description="Display name of the model.")
    symbol: str
    asked_at: datetime
    questions: int
    right: int | None = Field(description="Answered rightly; null if not answered.")
    is_completed: bool

    @classmethod
    def of(cls, line: CaseLine) -> Self:
        """The case as it is answered."""
        answered = line.answered
        return cls(
            id=line.case_id,
            at_stake=line.at_stake,
            model=line.name,
            symbol=line.symbol,
            asked_at=line.asked_at,
            questions=line.questions,
            right=None if answered is None else len(answered.right),
            is_completed=answered is not None and answered.completed_at is not None,
        )


class ModuleShape(BaseModel):
    module: int = Field(ge=1, le=5)
    asks: list[Notion]
    xp: int = Field(description="What each of its cases earns.", examples=[100])
    completed: int
    cases: list[CaseRow]

    @classmethod
    def of(cls, module: CaseModule) -> Self:
        """The module as it is answered."""
        return cls(
            module=module.number,
            asks=list(module.asks),
            xp=module.xp,
            completed=module.completed,
            cases=list(map(CaseRow.of, module.cases)),
        )


class CasesShape(BaseModel):
    season: Exact | None
    data: list[ModuleShape]

    @classmethod
    def of(cls, found: CaseList) -> Self:
        """The list as it is answered."""
        modules = list(map(ModuleShape.of, found.modules))
        return cls(season=found.season, data=modules)


class PositionShape(BaseModel):
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

    @classmethod
    def of(cls, held: ObservedPosition) -> Self:
        """The position as it is answered."""
        return cls(**{name: getattr(held, name) for name in cls.model_fields})


class SituationShape(BaseModel):
    model: str = Field(description="Display name of the model.")
    symbol: str
    asked_at: datetime
    equity: Exact = Field(description="USD.")
    price: Exact = Field(description="USD per unit.")
    position: PositionShape | None
    positions: list[PositionShape]
    prices: dict[str, Exact] = Field(description="By symbol, USD per unit.")
    prompt: str | None = Field(description="As the model was asked.")

    @classmethod
    def of(cls, known: Situation) -> Self:
        """The situation as it is answered."""
        held = known.position
        return cls(
            model=known.name,
            symbol=known.symbol,
            asked_at=known.asked_at,
            equity=known.equity,
            price=known.price,
            position=None if held is None else PositionShape.of(held),
            positions=list(map(PositionShape.of, known.positions)),
            prices={each.symbol: each.price for each in known.prices},
            prompt=known.prompt,
        )


class QuestionShape(BaseModel):
    notion: Notion
    title: str
    wording: str = Field(description="With the names of the givens in braces.")
    givens: dict[str, str]
    unit: AnswerUnit
    choices: list[Exact] = Field(description="One of them is right.")

    @classmethod
    def of(cls, question: ShownQuestion) -> Self:
        """The question as it is answered."""
        return cls(
            notion=question.notion,
            title=question.title,
            wording=question.wording,
            givens={name: str(each) for name, each in question.givens.items()},
            unit=question.unit,
            choices=list(question.choices),
        )


class GradeShape(BaseModel):
    notion: Notion
    unit: AnswerUnit
    given: Exact | None
    right: Exact
    is_right: bool

    @classmethod
    def of(cls, grade: Grade) -> Self:
        """The grade as it is answered."""
        return cls(
            notion=grade.notion,
            unit=grade.unit,
            given=grade.given,
            right=grade.right,
            is_right=grade.is_right,
        )


class LegShape(BaseModel):
    side: TradeSide
    quantity: Exact
    entry_price: Exact
    exit_price: Exact | None
    net_pnl: Exact | None
    opened_at: datetime
    closed_at: datetime | None


class RevealShape(BaseModel):
    own: OwnDecision
    signal: str | None = Field(description="What the model decided.")
    justification: str | None = Field(description="Why, in its own words.")
    leverage: Exact | None
    legs: list[LegShape] = Field(description="What came of it, oldest first.")
    title: str
    lesson: str

    @classmethod
    def of(cls, reveal: CaseReveal) -> Self:
        """The reveal as it is answered."""
        decision = reveal.decision
        return cls(
            own=reveal.own,
            signal=decision and decision.signal,
            justification=decision and decision.justification,
            leverage=decision and decision.leverage,
            legs=[
                LegShape(**{name: getattr(leg, name) for name in LegShape.model_fields})
                for leg in reveal.legs
            ],
            title=reveal.title,
            lesson=reveal.lesson,
        )


class CaseShape(BaseModel):
    id: CaseId
    module: int = Field(ge=1, le=5)
    module_size: int
    at_stake: Notion
    situation: SituationShape
    questions: list[QuestionShape]
    options: list[OwnDecision]
    grades: list[GradeShape] = Field(description="Empty until it is answered.")
    reveal: RevealShape | None = Field(description="null until it is decided.")
    is_first: bool = Field(description="Whether these answers count.")

    @classmethod
    def of(cls, case: ShownCase) -> Self:
        """The case as it is answered."""
        return cls(
            id=case.case_id,
            module=case.module,
            module_size=case.module_size,
            at_stake=case.at_stake,
            situation=SituationShape.of(case.situation),
            questions=list(map(QuestionShape.of, case.questions)),
            options=list(case.options),
            grades=list(map(GradeShape.of, case.grades)),
            reveal=None if case.reveal is None else RevealShape.of(case.reveal),
            is_first=case.is_first,
        )
