"""Finds when positions were opened, and bounds the openings that nobody saw.

Order ids grow with time over all accounts: 254 of 254 known entries of season 1 are in
the order of their opening. So an entry was not opened before one with a smaller id.
Exits bound nothing, because stops and targets are placed long before they are filled.
Nor was it opened before its account was last seen without it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from nof1_tracker.database.exchange_models import FillRow
from nof1_tracker.database.models import LeaderboardSnapshot, Trade
from nof1_tracker.database.write.position_entries import Entry
from nof1_tracker.database.write.upsert import in_chunks

_CHUNK = 500


def stated_openings(
    session: Session, entries: Collection[Entry]
) -> Mapping[Entry, datetime]:
    """When the entries were opened, as the legs that closed parts of them state it.

    Where there is no leg yet, the exchange's fills of the order tell.
    """
    found: dict[Entry, datetime] = {}
    fills = select(FillRow.model_id, FillRow.oid, func.min(FillRow.filled_at)).group_by(
        FillRow.model_id, FillRow.oid
    )
    fills = fills.where(FillRow.model_id.in_({model_id for model_id, _ in entries}))
    query = (
        select(Trade.model_id, Trade.entry_oid, func.min(Trade.opened_at))
        .where(Trade.exit_price.is_not(None), Trade.oddity.is_(None))
        .group_by(Trade.model_id, Trade.entry_oid)
    )
    for chunk in in_chunks(sorted({oid for _, oid in entries}), _CHUNK):
        for each in (
            fills.where(FillRow.oid.in_(chunk)),
            query.where(Trade.entry_oid.in_(chunk)),
        ):
            rows: Iterable[Any] = session.execute(each)
            found |= {(model_id, oid): at for model_id, oid, at in rows}
    return found


def refresh_opening_bounds(
    session: Session, model_ids: Collection[int], entries: Collection[Entry]
) -> None:
    """Updates `opened_not_earlier_than` where it may have changed.

    That is for unknown openings of the accounts, whose snapshots may be new, and for
    those with a greater id than the least of the entries, whose openings may be.
    Each costs two index probes.
    """
    least = min((oid for _, oid in entries), default=None)
    unknown: Sequence[Any] = session.execute(_unknown(model_ids, least)).all()
    wrong = []
    for row_id, stored, *bounds in unknown:
        bound = max((each for each in bounds if each is not None), default=None)
        if bound != stored:
            wrong.append({"row_id": row_id, "bound": bound})
    for chunk in in_chunks(sorted({oid for _, oid in entries}), _CHUNK):
        known = session.scalars(_known_with_bound(chunk))
        wrong += [{"row_id": row_id, "bound": None} for row_id in known]
    if wrong:
        session.connection().execute(_change(), wrong)


def _change() -> Any:
    table = cast("Table", Trade.__table__)
    column = table.c.opened_not_earlier_than
    return (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(opened_not_earlier_than=bindparam("bound", type_=column.type))
    )


def _unknown(model_ids: Collection[int], least: int | None) -> Select[Any]:
    """Unknown openings: id, the stored bound, and the two that hold now."""
    concerned: list[ColumnElement[bool]] = [
        Trade.model_id.in_(model_ids),
        # A database that was upgraded has none yet.
        Trade.opened_not_earlier_than.is_(None),
    ]
    if least is not None:
        concerned.append(Trade.entry_oid > least)
    return select(
        Trade.id,
        Trade.opened_not_earlier_than,
        _opening_before(),
        _last_seen_without(),
    ).where(Trade.opened_at_known.is_(False), or_(*concerned))


def _opening_before() -> Any:
    """When the last order before the row's own was opened."""
    other = aliased(Trade)
    return (
        select(other.opened_at)
        .where(
            other.entry_oid < Trade.entry_oid,
            other.opened_at_known.is_(True),
            other.oddity.is_(None),
            other.opened_at <= Trade.opened_at,
        )
        .order_by(other.entry_oid.desc())
        .limit(1)
        .correlate(Trade)
        .scalar_subquery()
    )


def _last_seen_without() -> Any:
    """When all positions of the account were last seen before the first sighting."""
    seen = LeaderboardSnapshot
    return (
        select(seen.timestamp)
        .where(
            seen.model_id == Trade.model_id,
            seen.timestamp < Trade.opened_at,
            seen.open_positions.is_not(None),
        )
        .order_by(seen.timestamp.desc())
        .limit(1)
        .correlate(Trade)
        .scalar_subquery()
    )


def _known_with_bound(oids: Collection[int]) -> Select[int]:
    """Ids of rows whose opening is known by now, and needs no bound any more."""
    return select(Trade.id).where(
        Trade.entry_oid.in_(oids),
        Trade.opened_at_known.is_(True),
        Trade.opened_not_earlier_than.is_not(None),
    )
