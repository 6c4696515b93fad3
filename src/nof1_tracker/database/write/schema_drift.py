"""Compares the shape of served payloads with that of earlier ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import SourceTrait
from nof1_tracker.records.parsed import Trait
from nof1_tracker.records.status import Drift

LEARNING = timedelta(days=1)
"""How long an endpoint is watched before something new in it counts as a change.

By then what is rare (a failed answer, a first short) has been seen.
"""

Key = tuple[str, str, str]


class SchemaDriftRepository:
    """Notes what payloads look like; a change is noted once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(self, endpoint: str, traits: Sequence[Trait], seen_at: datetime) -> None:
        """Records the traits of one payload.

        After an endpoint has been watched for a day, a trait not seen before is a
        change. So is the absence of a field of the rows themselves that every earlier
        payload had. Without traits (no rows) nothing is learnt.
        """
        if not traits:
            return
        known = self._known(endpoint)
        first_seen = min((row.first_seen_at for row in known.values()), default=seen_at)
        is_learnt = seen_at - first_seen >= LEARNING
        self._note_missing(known, {each.path for each in traits}, seen_at, is_learnt)
        unseen = [each for each in traits if _key(each) not in known]
        if unseen:
            # What the first payload had, or a field that is new altogether, may turn
            # out to be in all of them.
            may_be_constant = not known or is_learnt
            self._session.execute(
                insert(SourceTrait),
                [
                    {
                        "endpoint": endpoint,
                        "path": each.path,
                        "json_type": each.json_type,
                        "word": each.word,
                        "example": each.example,
                        "first_seen_at": seen_at,
                        "is_constant": may_be_constant and _is_own_field(each),
                        "noted_at": seen_at if is_learnt else None,
                    }
                    for each in unseen
                ],
            )

    def changes(self, limit: int) -> Sequence[Drift]:
        """The most recent changes, newest first."""
        rows = self._session.scalars(
            select(SourceTrait)
            .where(SourceTrait.noted_at.is_not(None))
            .order_by(SourceTrait.noted_at.desc(), SourceTrait.id)
            .limit(limit)
        )
        return [_drift(row) for row in rows]

    def count_changes(self, since: datetime) -> int:
        """The number of changes recorded since then."""
        query = select(func.count()).where(SourceTrait.noted_at >= since)
        return self._session.scalar(query) or 0

    def _known(self, endpoint: str) -> Mapping[Key, SourceTrait]:
        rows = self._session.scalars(
            select(SourceTrait).where(SourceTrait.endpoint == endpoint)
        )
        return {(row.path, row.json_type, row.word): row for row in rows}

    def _note_missing(
        self,
        known: Mapping[Key, SourceTrait],
        served: set[str],
        seen_at: datetime,
        is_learnt: bool,
    ) -> None:
        """Records fields that this payload lacks for the first time, or that returned."""
        for row in known.values():
            if not row.is_constant:
                continue
            if row.path in served:
                # It returned, so it is not constant, and its next absence is not news.
                row.is_constant = row.gone_at is None
                row.gone_at = None
            elif not is_learnt:
                row.is_constant = False
            elif row.gone_at is None:
                row.noted_at = row.gone_at = seen_at
        self._session.flush()


def _key(trait: Trait) -> Key:
    return trait.path, trait.json_type, trait.word


def _is_own_field(trait: Trait) -> bool:
    """True for a field of the rows themselves; nested fields come and go."""
    return not trait.word and not {".", "["} & set(trait.path)


def _drift(row: SourceTrait) -> Drift:
    noted_at = row.noted_at
    assert noted_at is not None  # noqa: S101  changes asks for those only
    return Drift(
        endpoint=row.endpoint,
        path=row.path,
        json_type=row.json_type,
        word=row.word,
        example=row.example,
        noted_at=noted_at,
        is_gone=row.gone_at is not None,
    )
