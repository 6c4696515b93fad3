"""Computes ranks as a function of what is stored, whatever the order of arrival.

One observation of account_totals is an hour of the season (`hourly_marker`): each
account is ranked by its newest equity in that hour. The account value in a prompt
concerns a single account, so it is ranked among the newest trusted equities of the
others at that instant. Leaderboard rows are ranked among themselves. Benchmarks have
no rank.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.models import LeaderboardSnapshot as Snapshot
from nof1_tracker.database.models import LLMModel
from nof1_tracker.database.read.best_source import TRUSTED, newest_first, trust
from nof1_tracker.database.write.upsert import in_chunks

_COLUMNS = (
    Snapshot.id,
    Snapshot.model_id,
    Snapshot.timestamp,
    Snapshot.total_assets,
    Snapshot.rank,
    Snapshot.hourly_marker,
)


def rank_of(equity: Decimal, others: Iterable[Decimal]) -> int:
    """1 plus the number of others that are higher; equal equities share a rank."""
    return 1 + sum(1 for other in others if other > equity)


def newest_equities(
    rows: Iterable[tuple[int, datetime, Decimal]],
) -> dict[int, Decimal]:
    """The newest equity by account, from (account, time, equity) in any order."""
    newest: dict[int, tuple[datetime, Decimal]] = {}
    for account, time, equity in rows:
        if account not in newest or time > newest[account][0]:
            newest[account] = (time, equity)
    return {account: equity for account, (_, equity) in newest.items()}


def rank_among(account: int, equity: Decimal, newest: Mapping[int, Decimal]) -> int:
    """The rank of an account's equity among the newest of the other accounts."""
    return rank_of(equity, (e for other, e in newest.items() if other != account))


def ranks_among(
    newest: Mapping[int, Decimal], rows: Iterable[tuple[int, Decimal]]
) -> list[int]:
    """Like `rank_among`, for many rows of (account, equity) at once."""
    ascending = sorted(newest.values())
    return [
        1
        + len(ascending)
        - bisect_right(ascending, equity)
        - (newest.get(account, equity) > equity)
        for account, equity in rows
    ]


def refresh_hourly_ranks(
    session: Session, season_id: int, markers: Collection[int]
) -> None:
    """Recomputes the ranks of the account_totals rows of these hours of a season."""
    for chunk in in_chunks(sorted(markers), 500):
        hours: dict[int, list[Row[Any]]] = defaultdict(list)
        query = _ranked(
            Snapshot.season_id == season_id,
            Snapshot.hourly_marker.in_(chunk),
        )
        for row in session.execute(query):
            hours[row.hourly_marker].append(row)
        for rows in hours.values():
            newest = newest_equities(
                (r.model_id, r.timestamp, r.total_assets) for r in rows
            )
            ranks = ranks_among(newest, ((r.model_id, r.total_assets) for r in rows))
            _save(session, dict(zip(rows, ranks, strict=True)))


def refresh_instant_ranks(
    session: Session, season_id: int, changed: Mapping[int, Iterable[datetime]]
) -> None:
    """Recomputes the ranks that the changed snapshots (times by account) affect.

    A snapshot affects the others until the next one of the same account.
    """
    since = min(min(times) for times in changed.values())
    until = _bearing(session, season_id, changed)
    window = [Snapshot.season_id == season_id, Snapshot.timestamp >= since]
    if until is not None:
        window.append(Snapshot.timestamp <= until)
    query = _ranked(*window, Snapshot.source.in_(TRUSTED))
    # A season of account_totals need not be read if it has no prompt.
    if not session.execute(
        query.where(Snapshot.hourly_marker.is_(None)).limit(1)
    ).all():
        return
    # Of one instant the best source comes last, and so stands for what follows.
    oldest_first = Snapshot.timestamp, trust(Snapshot.source).desc()
    rows = session.execute(query.order_by(*oldest_first)).all()
    state = _newest_before(session, season_id, since)
    ranks = {}
    for _, instant in groupby(rows, attrgetter("timestamp")):
        together = list(instant)
        state |= {row.model_id: row.total_assets for row in together}
        for row in together:
            if row.hourly_marker is None:
                ranks[row] = rank_among(row.model_id, row.total_assets, state)
    _save(session, ranks)


def _bearing(
    session: Session, season_id: int, changed: Mapping[int, Iterable[datetime]]
) -> datetime | None:
    """The last instant that the changed snapshots affect; None means up to now."""
    last = []
    for account, times in changed.items():
        following = session.scalars(
            select(Snapshot.timestamp)
            .where(
                Snapshot.model_id == account,
                Snapshot.season_id == season_id,
                Snapshot.source.in_(TRUSTED),
                Snapshot.timestamp > max(times),
            )
            .order_by(Snapshot.timestamp)
            .limit(1)
        ).first()
        if following is None:
            return None
        last.append(following)
    return max(last)


def _newest_before(
    session: Session, season_id: int, time: datetime
) -> dict[int, Decimal]:
    equity = (
        select(Snapshot.total_assets)
        .where(
            Snapshot.model_id == LLMModel.id,
            Snapshot.season_id == season_id,
            Snapshot.source.in_(TRUSTED),
            Snapshot.timestamp < time,
        )
        .order_by(*newest_first(Snapshot))
        .limit(1)
        .scalar_subquery()
    )
    ranked = select(LLMModel.id, equity).where(~LLMModel.is_benchmark)
    return {
        account: newest
        for account, newest in session.execute(ranked)
        if newest is not None
    }


def refresh_season_ranks(session: Session, season_id: int) -> None:
    """Recomputes all ranks of a season, for instance after its span changed."""
    markers = session.scalars(
        select(Snapshot.hourly_marker)
        .where(Snapshot.season_id == season_id, Snapshot.hourly_marker.is_not(None))
        .distinct()
    )
    refresh_hourly_ranks(session, season_id, [m for m in markers if m is not None])
    first = session.execute(
        select(Snapshot.model_id, Snapshot.timestamp)
        .where(Snapshot.season_id == season_id, Snapshot.source.in_(TRUSTED))
        .order_by(Snapshot.timestamp)
        .limit(1)
    ).first()
    if first is not None:
        last = session.scalars(
            select(Snapshot.timestamp)
            .where(Snapshot.season_id == season_id)
            .order_by(Snapshot.timestamp.desc())
            .limit(1)
        ).one()
        refresh_instant_ranks(
            session, season_id, {first.model_id: [first.timestamp, last]}
        )


def _ranked(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(*_COLUMNS)
        .join(LLMModel, LLMModel.id == Snapshot.model_id)
        .where(and_(~LLMModel.is_benchmark, *conditions))
    )


def _save(session: Session, ranks: Mapping[Row[Any], int]) -> None:
    wrong = [
        {"row_id": row.id, "new_rank": rank}
        for row, rank in ranks.items()
        if row.rank != rank
    ]
    if wrong:
        table = cast("Table", Snapshot.__table__)
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values(rank=bindparam("new_rank"), updated_at=table.c.updated_at),
            wrong,
        )
