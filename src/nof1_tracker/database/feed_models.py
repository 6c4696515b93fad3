"""The tables of the live feed: the version of the record, and what lately changed it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.database.engine.column_types import JsonColumn
from nof1_tracker.database.models import Base


class FeedVersion(Base):
    """The version of the record: one row, which each storing transaction bumps."""

    __tablename__ = "feed_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Always 1."""
    version: Mapped[int] = mapped_column(BigInteger)
    """How many transactions have stored anything."""
    changed_at: Mapped[datetime]
    """When the last of them was about to be committed (our clock)."""


class FeedRow(Base):
    """What one transaction changed, by kind; only the latest are kept."""

    __tablename__ = "feed"

    version: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )
    """The version that the transaction led to."""
    committed_at: Mapped[datetime]
    """When it was about to be committed (our clock)."""
    changes: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """By kind of the feed: `count`, and `ids`, or NULL where they are too many."""
