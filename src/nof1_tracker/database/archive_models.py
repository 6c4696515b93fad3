"""The tables of archives: which ones a database stores, and how far."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.database.models import Base


class ArchiveRow(Base):
    """An archive whose records this database stores."""

    __tablename__ = "archives"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """The archive's own id, as in its `archive.json`."""
    site: Mapped[str] = mapped_column(String(500))
    """Address of the site that it records."""
    simulated: Mapped[bool]
    """True if that is the simulated arena."""
    first_used_at: Mapped[datetime]
    """When this database first stored from it (our clock)."""


class ArchivePosition(Base):
    """How far the records of a segment are stored."""

    __tablename__ = "archive_positions"

    segment: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Name of the segment, which no other segment of any archive has."""
    archive_id: Mapped[str] = mapped_column(ForeignKey("archives.id"), index=True)
    """Archive that the segment belongs to."""
    record: Mapped[int]
    """Number of the last record that is stored or rejected; those before it are too."""
    stored_at: Mapped[datetime]
    """When that was (our clock)."""
