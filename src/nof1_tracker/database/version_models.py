"""The tables of what was served differently: versions of rows, and revisions."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.clock import utc_now
from nof1_tracker.database.engine.column_types import BigId, JsonColumn, text_enum
from nof1_tracker.database.models import Base
from nof1_tracker.records.enums import RevisionCause


class RowVersion(Base):
    """A version of a row that was served in more than one; all of them are here."""

    __tablename__ = "row_versions"
    __table_args__ = (UniqueConstraint("table_name", "row_id", "raw_digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    table_name: Mapped[str] = mapped_column(String(50))
    """Table of the row."""
    row_id: Mapped[int] = mapped_column(BigInteger)
    """The row's `id` in that table."""
    stated: Mapped[int] = mapped_column(BigInteger)
    """One bit per field of the row's group that is valid in this version."""
    raw_digest: Mapped[str] = mapped_column(String(32))
    """Digest of the row as served."""
    parser: Mapped[int] = mapped_column(SmallInteger)
    """Version of the parser that read it."""
    first_observed_at: Mapped[datetime | None]
    """When it was first served so (the source's clock); NULL where no time is known."""
    last_observed_at: Mapped[datetime | None]
    """When it was last served so."""
    fields: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """Its values by column; numbers as text."""
    raw_data: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    """The row as served."""


class RevisionRow(Base):
    """A change of a stored value, in the order in which the source was observed."""

    __tablename__ = "revisions"
    __table_args__ = (
        Index("ix_revisions_row", "table_name", "row_id"),
        Index("ix_revisions_noted_at", "noted_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    table_name: Mapped[str] = mapped_column(String(50))
    """Table of the row."""
    row_id: Mapped[int] = mapped_column(BigInteger)
    """The row's `id` in that table."""
    field: Mapped[str] = mapped_column(String(50))
    """Column that changed."""
    old: Mapped[Any] = mapped_column(JsonColumn)
    """Value that gave way; numbers as text."""
    new: Mapped[Any | None] = mapped_column(JsonColumn)
    """Value that stands since; NULL where the source stated that there is none."""
    observed_before: Mapped[datetime | None]
    """When the version that gave way was observed; NULL where no time is known."""
    observed_after: Mapped[datetime | None]
    """When the version that stands since was observed."""
    cause: Mapped[RevisionCause] = mapped_column(
        text_enum(RevisionCause, "revision_cause")
    )
    """newer, fuller or parser."""
    archive_entry: Mapped[str | None] = mapped_column(String(200))
    """Segment and record of the archive, `segment:record`, of the body with which the
    change became known; NULL where it was not recorded."""
    noted_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When this database noted it (our clock)."""
