"""How far each part of a backfill has come, so that it goes on there."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from nof1_tracker.database.exchange_models import BackfillPosition


class BackfillPositions:
    """Positions of sources; noted in the transaction that stores what lies before."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def reached(self, source: str, subject: str) -> str | None:
        """The position noted last; None where the part has not begun."""
        row = self._session.get(BackfillPosition, (source, subject))
        return None if row is None else row.reached

    def begun(self, source: str, beginning: str) -> Mapping[str, str]:
        """The positions of all parts whose names begin so, by name."""
        rows = self._session.scalars(
            select(BackfillPosition).where(
                BackfillPosition.source == source,
                BackfillPosition.subject.startswith(beginning, autoescape=True),
            )
        )
        return {row.subject: row.reached for row in rows}

    def note(self, source: str, subject: str, reached: str) -> None:
        """Notes a position in place of the one before."""
        self._session.merge(
            BackfillPosition(source=source, subject=subject, reached=reached)
        )
