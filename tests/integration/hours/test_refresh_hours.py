"""The equity by hour is what follows from the snapshots, whatever happens to them."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.engine.schema import alembic_config
from nof1_tracker.database.hour_models import EquityHour
from nof1_tracker.database.models import LeaderboardSnapshot
from nof1_tracker.records.enums import Endpoint, EquitySource
from nof1_tracker.records.parsed import Snapshot
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.maintain import SeasonChange, change_season, rebuild_hours
from nof1_tracker.services.storing.store_records import store_records
from tests.fakes import FakeClock
from tests.integration.served_versions import NOW, random_world
from tests.parsed_payloads import ALPHA, BETA, parsed, snapshot, store, totals_of

ONE_DATABASE = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
TRUST = [EquitySource.ACCOUNT_TOTALS, EquitySource.MODEL_CHAT]
POINTS = ("first", "last", "lowest", "highest")


def expected(session: Session) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The hours as this test computes them, from every snapshot."""
    best: dict[tuple[Any, ...], LeaderboardSnapshot] = {}
    for row in session.scalars(select(LeaderboardSnapshot)):
        if row.source in TRUST:
            key = (row.season_id, row.model_id, row.timestamp)
            other = best.get(key)
            if other is None or TRUST.index(row.source) < TRUST.index(other.source):
                best[key] = row
    hours = defaultdict(list)
    for (season, model, at), row in sorted(best.items(), key=lambda each: each[0]):
        full = at.replace(minute=0, second=0, microsecond=0)
        hours[season, model, full if at == full else full + timedelta(hours=1)].append(
            row
        )
    return {key: _hour(rows) for key, rows in hours.items()}


def _hour(rows: list[LeaderboardSnapshot]) -> dict[str, Any]:
    """Of one hour; the rows are in order of time."""
    known = [row for row in rows if row.open_positions is not None]
    points: dict[str, LeaderboardSnapshot | None] = {
        "first": rows[0],
        "last": rows[-1],
        "lowest": min(rows, key=lambda row: (row.total_assets, row.timestamp)),
        "highest": min(rows, key=lambda row: (-row.total_assets, row.timestamp)),
        "first_known": known[0] if known else None,
        "last_known": known[-1] if known else None,
    }
    found: dict[str, Any] = {"observations": len(rows), "known": len(known)}
    for name, row in points.items():
        found[f"{name}_at"] = row and row.timestamp
        found[f"{name}_equity"] = row and row.total_assets
        if name not in POINTS:
            found[f"{name}_positions"] = row and row.open_positions
    return found | {"last_source": rows[-1].source.value}


def stored(session: Session) -> dict[tuple[Any, ...], dict[str, Any]]:
    table = EquityHour.__table__
    keys = ("season_id", "model_id", "hour")
    return {
        tuple(row[name] for name in keys): {
            name: row[name] for name in row.keys() if name not in keys  # noqa: SIM118
        }
        for row in session.execute(select(table)).mappings()
    }


def assert_hours_follow(session: Session) -> None:
    session.expire_all()
    found, wanted = stored(session), expected(session)
    assert found == wanted


instants = st.one_of(
    st.integers(0, 300).map(lambda minutes: minutes / 60),
    st.sampled_from([0.0, 1.0, 2.0, 1.0 + 1e-9, 800.0, 800.5]),
)


@st.composite
def snapshots(draw: Callable[..., Any]) -> Snapshot:
    return snapshot(
        draw(st.sampled_from([ALPHA, BETA])),
        draw(instants),
        str(draw(st.sampled_from([Decimal("9000.5"), 10000, Decimal("10000.01")]))),
        source=draw(st.sampled_from([*TRUST, EquitySource.LEADERBOARD])),
        hourly_marker=None,
        positions=draw(st.sampled_from([(), None])),
        unrealized_pnl=draw(st.sampled_from([None, Decimal(5)])),
    )


bodies = st.lists(
    st.tuples(st.lists(snapshots(), max_size=12), st.sampled_from([None, None, 3])),
    min_size=1,
    max_size=4,
)


@ONE_DATABASE
@given(bodies=bodies)
def test_whatever_is_stored_the_hours_follow_from_it(
    engine: Engine, bodies: list[tuple[list[Snapshot], int | None]]
) -> None:
    with UnitOfWork(engine, writes=True) as unit:  # never committed
        for number, (rows, season_id) in enumerate(bodies):
            payload = parsed(
                Endpoint.ACCOUNT_TOTALS,
                snapshots=rows,
                observed=number,
            )
            store_records(unit.repositories, payload, season_id)
            assert_hours_follow(unit.session)


def test_other_versions_other_sources_and_joined_accounts_change_hours(
    engine: Engine,
) -> None:
    world = random_world(5)
    Collector(engine, FakeClock(NOW)).import_payloads(world.payloads, "here")
    with Session(engine) as session:
        assert_hours_follow(session)
        assert stored(session)


def test_a_season_that_begins_elsewhere_takes_its_hours_along(engine: Engine) -> None:
    store(
        engine,
        totals_of(*(snapshot(ALPHA, hour / 4, "10000") for hour in range(12))),
    )
    started = datetime(2025, 10, 20, 1, 20, tzinfo=UTC)
    change_season(engine, SeasonChange(number=Decimal(1), start=started))
    with Session(engine) as session:
        assert_hours_follow(session)
        assert len({season for season, _, _ in stored(session)}) == 2


def test_rebuilding_makes_them_again_after_rows_changed_by_hand(
    engine: Engine,
) -> None:
    store(engine, totals_of(*(snapshot(ALPHA, hour / 4, "10000") for hour in range(9))))
    with engine.begin() as connection:
        connection.execute(update(LeaderboardSnapshot).values(total_assets=7))
        connection.execute(text("DELETE FROM leaderboard_snapshots WHERE id % 2 = 0"))
    assert rebuild_hours(engine) == 1
    with Session(engine) as session:
        assert_hours_follow(session)


def test_the_migration_fills_the_table_from_what_is_stored(
    engine: Engine,
) -> None:
    Collector(engine, FakeClock(NOW)).import_payloads(random_world(6).payloads, "here")
    with engine.connect().execution_options(writes=True) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        with connection.begin():
            command.downgrade(config, "0017")
            command.upgrade(config, "head")
    with Session(engine) as session:
        assert_hours_follow(session)
