"""The table of the equity by hour, which follows from the snapshots."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.database.models import USD, Base


class EquityHour(Base):
    """An account's equity within one hour, out of its trusted snapshots.

    Where two sources observed an instant, only the more trustworthy one counts. The rows
    are written in the transaction that changes the snapshots, and can be made again from
    them: `nof1-tracker db rebuild-hours`.
    """

    __tablename__ = "equity_hourly"
    __table_args__ = ({"sqlite_with_rowid": False},)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("llm_models.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """The full hour of UTC that ends it; what was observed then still belongs to it."""
    observations: Mapped[int]
    """Number of instants at which the equity was observed."""
    first_at: Mapped[datetime]
    """When the first of them was, by the source's clock."""
    first_equity: Mapped[Decimal] = mapped_column(USD)
    """USD."""
    last_at: Mapped[datetime]
    """When the last of them was."""
    last_equity: Mapped[Decimal] = mapped_column(USD)
    """USD: the equity at the end of the hour."""
    last_source: Mapped[str] = mapped_column(String(20))
    """Where the last one was read from."""
    lowest_at: Mapped[datetime]
    """When the equity was lowest; the first time of several."""
    lowest_equity: Mapped[Decimal] = mapped_column(USD)
    """USD."""
    highest_at: Mapped[datetime]
    """When the equity was highest; the first time of several."""
    highest_equity: Mapped[Decimal] = mapped_column(USD)
    """USD."""
    known: Mapped[int]
    """Number of the observations that tell the number of open positions."""
    first_known_at: Mapped[datetime | None]
    """When the first of these was; NULL where there is none."""
    first_known_equity: Mapped[Decimal | None] = mapped_column(USD)
    """USD."""
    first_known_positions: Mapped[int | None]
    """Number of open positions."""
    last_known_at: Mapped[datetime | None]
    """When the last of these was; NULL where there is none."""
    last_known_equity: Mapped[Decimal | None] = mapped_column(USD)
    """USD."""
    last_known_positions: Mapped[int | None]
    """Number of open positions."""
