"""Keeps `equity_hourly` what follows from the snapshots, within the caller's transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from nof1_tracker.database.engine.column_types import UtcDateTime
from nof1_tracker.database.hour_models import EquityHour
from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel
from nof1_tracker.database.read.best_source import TRUSTED

HOUR: Final = timedelta(hours=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_APART: Final = timedelta(days=1)
"""Hours further apart are refreshed by statements of their own."""

_HOUR_OF: Final = {
    "postgresql": (
        "date_trunc('hour', timestamp - interval '1 microsecond', 'UTC')"
        " + interval '1 hour'"
    ),
    "sqlite": (
        "CASE WHEN substr(timestamp, 15) = '00:00.000000' THEN timestamp"
        " ELSE strftime('%Y-%m-%d %H:00:00.000000', timestamp, '+1 hour') END"
    ),
}
_POINTS: Final = (
    ("first", "nth = 1"),
    ("last", "nth_last = 1"),
    ("lowest", "nth_low = 1"),
    ("highest", "nth_high = 1"),
    ("first_known", "nth_known = 1 AND open_positions IS NOT NULL"),
    ("last_known", "nth_last_known = 1 AND open_positions IS NOT NULL"),
)
_ORDERS: Final = {
    "nth": "timestamp",
    "nth_last": "timestamp DESC",
    "nth_low": "total_assets, timestamp",
    "nth_high": "total_assets DESC, timestamp",
    "nth_known": "open_positions IS NULL, timestamp",
    "nth_last_known": "open_positions IS NULL, timestamp DESC",
}


def refresh_hours(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Makes the hours again of snapshots that were inserted or changed.

    Args:
        rows: With `model_id` and `timestamp`; other sources than trusted ones have no
            hours.
    """
    hours: dict[datetime, set[int]] = defaultdict(set)
    for row in rows:
        if row["source"] in TRUSTED:
            hours[hour_of(row["timestamp"])].add(row["model_id"])
    for span in _spans(sorted(hours)):
        accounts = set().union(*(hours[hour] for hour in span))
        refresh_span(session, span[0] - HOUR, span[-1], accounts)


def refresh_accounts(session: Session, accounts: Collection[int]) -> None:
    """Makes all hours of these accounts again, one account after the other."""
    for account in sorted(accounts):
        _make_again(session, [account], None)


def rebuild_hours(session: Session) -> int:
    """Makes all hours of all accounts again; returns how many accounts there are.

    Day by day, which is the order of the rows on disk.
    """
    accounts = session.scalars(select(LLMModel.id)).all()
    session.execute(delete(EquityHour).execution_options(synchronize_session=False))
    time = LeaderboardSnapshot.timestamp
    first, last = session.execute(select(func.min(time), func.max(time))).one()
    while accounts and first is not None and first <= last:
        until = first + timedelta(days=1)
        refresh_span(session, hour_of(first) - HOUR, hour_of(until) - HOUR, accounts)
        first = hour_of(until) - HOUR + timedelta(microseconds=1)
    return len(accounts)


def refresh_span(
    session: Session,
    after: datetime,
    until: datetime,
    accounts: Collection[int] | None = None,
) -> None:
    """Makes the hours again that hold any time in (after, until].

    Args:
        accounts: Only of these; None: of all.
    """
    if accounts is None:
        accounts = session.scalars(select(LLMModel.id)).all()
    first, last = hour_of(after + timedelta(microseconds=1)), hour_of(until)
    _make_again(session, sorted(accounts), (first, last))


def hour_of(time: datetime) -> datetime:
    """The full hour of UTC that ends the hour in which it lies."""
    return time + (_EPOCH - time) % HOUR


def _spans(hours: list[datetime]) -> Iterator[list[datetime]]:
    """The hours in runs without a long break."""
    run: list[datetime] = []
    for hour in hours:
        if run and hour - run[-1] > _APART:
            yield run
            run = []
        run.append(hour)
    if run:
        yield run


def _make_again(
    session: Session,
    accounts: list[int],
    span: tuple[datetime, datetime] | None,
) -> None:
    """Writes the hours from the first to the last, both included, again."""
    gone = delete(EquityHour).where(EquityHour.model_id.in_(accounts))
    values: dict[str, Any] = {"accounts": accounts}
    condition = ""
    if span is not None:
        first, last = span
        gone = gone.where(EquityHour.hour.between(first, last))
        values |= {"after": first - HOUR, "until": last}
        condition = "AND timestamp > :after AND timestamp <= :until"
    session.execute(gone.execution_options(synchronize_session=False))
    hour = _HOUR_OF[session.get_bind().dialect.name].replace(":", r"\:")
    statement = text(_statement(hour, condition)).bindparams(
        bindparam("accounts", expanding=True),
        *(
            bindparam(name, type_=UtcDateTime())
            for name in ("after", "until")
            if span is not None
        ),
    )
    session.execute(statement, values)


def _statement(hour: str, condition: str) -> str:
    """Inserts the hours of the accounts; `trust` is that of `records.enums`."""
    points = {
        f"{point}_{name}": f"max(CASE WHEN {is_it} THEN {column} END)"
        for point, is_it in _POINTS
        for name, column in (
            ("at", "timestamp"),
            ("equity", "total_assets"),
            ("source", "source"),
            ("positions", "open_positions"),
        )
        if f"{point}_{name}" in EquityHour.__table__.c
    }
    orders = ", ".join(
        f"row_number() OVER (of_hour ORDER BY {order}) AS {name}"
        for name, order in _ORDERS.items()
    )
    places = " ".join(f"WHEN '{each}' THEN {n}" for n, each in enumerate(TRUSTED))
    names = ", ".join(f"'{each}'" for each in TRUSTED)
    return f"""
        INSERT INTO equity_hourly
            (season_id, model_id, hour, observations, known, {", ".join(points)})
        SELECT season_id, model_id, hour, count(*), count(open_positions),
            {", ".join(points.values())}
        FROM (
            SELECT best.*, {orders} FROM (
                SELECT season_id, model_id, timestamp, source, total_assets,
                    open_positions, {hour} AS hour, row_number() OVER (
                        PARTITION BY season_id, model_id, timestamp
                        ORDER BY CASE source {places} END
                    ) AS place
                FROM leaderboard_snapshots
                WHERE model_id IN :accounts AND source IN ({names}) {condition}
            ) best WHERE place = 1
            WINDOW of_hour AS (PARTITION BY season_id, model_id, hour)
        ) marked GROUP BY season_id, model_id, hour
        """  # noqa: S608  names of ours
