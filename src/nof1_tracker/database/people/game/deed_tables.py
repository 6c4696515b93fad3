"""What players did, from which XP and ranks follow, beside their games' ledgers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.clock import utc_now
from nof1_tracker.database.engine.column_types import (
    ExactNumeric,
    JsonColumn,
    text_enum,
)
from nof1_tracker.database.people.people_tables import (
    PEOPLE_SCHEMA,
    OfUser,
    PeopleBase,
)
from nof1_tracker.records.progress.cases import OwnDecision


class AnsweredCaseRow(OfUser, PeopleBase):
    """A case as a player answered it for the first time, which alone counts."""

    __tablename__ = "answered_cases"
    __table_args__ = (
        CheckConstraint("module BETWEEN 1 AND 5", name="ck_answered_cases_module"),
        CheckConstraint("module_size >= 1", name="ck_answered_cases_module_size"),
        CheckConstraint(
            "(decision IS NULL) = (completed_at IS NULL)",
            name="ck_answered_cases_completed",
        ),
        UniqueConstraint("user_id", "case_id"),
    )

    case_id: Mapped[str] = mapped_column(String(180))
    """Which case: the conversation and the symbol that it is about."""
    season: Mapped[Decimal] = mapped_column(ExactNumeric(4, 1))
    """Number of the season that it is from."""
    module: Mapped[int] = mapped_column(SmallInteger)
    """Number of its module, 1 to 5."""
    module_size: Mapped[int] = mapped_column(SmallInteger)
    """How many cases the module had at that time."""
    answers: Mapped[Any] = mapped_column(JsonColumn)
    """The player's answers, by what each question was about."""
    asked: Mapped[Any] = mapped_column(JsonColumn)
    """What its questions were about, in order."""
    right: Mapped[Any] = mapped_column(JsonColumn)
    """Those of them that were answered rightly."""
    decision: Mapped[OwnDecision | None] = mapped_column(
        text_enum(OwnDecision, "own_decision")
    )
    """What the player then decided; NULL until then."""
    completed_at: Mapped[datetime | None]
    """When that was (our clock); NULL until then."""


class SignInDayRow(OfUser, PeopleBase):
    """A day on which a player was here."""

    __tablename__ = "sign_in_days"
    __table_args__ = (UniqueConstraint("user_id", "day"),)

    day: Mapped[date]
    """Day of UTC."""


class NumberOneDayRow(OfUser, PeopleBase):
    """A day that a player was first of all who have played ten ranked windows."""

    __tablename__ = "number_one_days"
    __table_args__ = (UniqueConstraint("user_id", "day"),)

    day: Mapped[date]
    """Day of UTC."""


class SharedCardRow(OfUser, PeopleBase):
    """The card of a game that a player shared."""

    __tablename__ = "shared_cards"
    __table_args__ = (UniqueConstraint("user_id", "game_id"),)

    game_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.games.id", ondelete="CASCADE"), index=True
    )
    """The game that it is of."""


class GameResultRow(PeopleBase):
    """How a game ended, computed from its ledger and the prices of its window."""

    __tablename__ = "game_results"
    __table_args__ = (
        CheckConstraint("total_return >= -1", name="ck_game_results_total_return"),
        CheckConstraint("season_seconds > 0", name="ck_game_results_season_seconds"),
        Index("ix_game_results_created_at", "created_at"),
    )

    game_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.games.id", ondelete="CASCADE"), primary_key=True
    )
    """The game that it is of."""
    total_return: Mapped[float] = mapped_column(Double())
    """Equity at the end / equity at the start - 1."""
    model_returns: Mapped[Any] = mapped_column(JsonColumn)
    """The same of each model over the same window, by the site's id of its account."""
    volatile: Mapped[Any] = mapped_column(JsonColumn)
    """Numbers of the ledger's entries that opened a volatile trade."""
    season_seconds: Mapped[int] = mapped_column(BigInteger)
    """How long the season of its prices lasted, as known when it ended."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When it was computed (our clock)."""
