"""Which ids a person may mean who gives a part of one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session


def ids_alike(
    session: Session,
    served_id: InstrumentedAttribute[str | None],
    text: str,
    *,
    newest_first: ColumnElement[datetime] | InstrumentedAttribute[datetime],
    limit: int,
) -> Sequence[str]:
    """The id itself if it is stored, else those that end with the text, else contain it.

    At most `limit` of them, the newest first. Case does not matter.
    """
    for is_alike in (
        served_id == text,
        served_id.iendswith(text, autoescape=True),
        served_id.icontains(text, autoescape=True),
    ):
        query = select(served_id).where(is_alike).order_by(newest_first.desc())
        found = [each for each in session.scalars(query.limit(limit)) if each]
        if found:
            return found
    return ()
