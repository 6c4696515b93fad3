"""A report read by the hour has every figure of one that reads every snapshot."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, Table, insert, update
from sqlalchemy.orm import Session

from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.database.columns.bulk_load import fill
from nof1_tracker.database.hours import hourly_columns
from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    Position,
    Season,
    Trade,
)
from nof1_tracker.records.enums import (
    EquitySource,
    TradeSide,
    TradeSource,
    TradeStatus,
)
from nof1_tracker.rendering.html import render_html
from nof1_tracker.rendering.programs.output import to_json
from nof1_tracker.rendering.programs.report.report_object import report_object
from nof1_tracker.services.maintain import rebuild_hours
from nof1_tracker.services.report import read_report
from tests.databases import as_text, scratch_database
from tests.worlds import engine_on

pytestmark = pytest.mark.postgresql
START = datetime(2025, 10, 18, tzinfo=UTC)
DAYS = 6
NOW = START + timedelta(days=DAYS, minutes=17)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def engine(postgresql_server: Any, migrated_postgresql: str) -> Iterator[Engine]:
    """Days of minutes with all that is odd about them, and their hours."""
    with (
        scratch_database(postgresql_server, migrated_postgresql) as url,
        engine_on(as_text(url)) as engine,
    ):
        _fill(engine)
        rebuild_hours(engine)
        yield engine


def _fill(engine: Engine) -> None:
    chance = Random(11)  # noqa: S311  reproducible, not secret
    snapshots: list[dict[str, Any]] = []
    positions: list[dict[str, Any]] = []
    trades: list[dict[str, Any]] = []
    for account in range(1, 6):
        seen = list(_snapshots(chance, account))
        snapshots += seen
        positions += [
            each for row in seen if row["open_positions"] for each in _held(chance, row)
        ]
        trades += _trades(chance, account) if account < 5 else []
    with Session(engine) as session:
        session.execute(
            update(Season).where(Season.id == 2).values(start_date=START, end_date=None)
        )
        session.execute(insert(LLMModel), [_model(n) for n in range(1, 6)])
        for model, rows in (
            (LeaderboardSnapshot, snapshots),
            (Position, positions),
            (Trade, trades),
        ):
            table: Table = model.__table__  # type: ignore[assignment]
            fill(session.connection(), table, rows)
        session.commit()


def _model(number: int) -> dict[str, Any]:
    begun = {2: START + timedelta(minutes=25), 3: START + timedelta(hours=30.4)}
    return {
        "id": number,
        "name": f"Model {number}",
        "provider": "Made up",
        "model_id": f"model-{number}",
        "base_model": f"model-{number}",
        "is_benchmark": number == 5,
        "started_at": None if number == 4 else begun.get(number, START),
    }


def _snapshots(chance: Random, account: int) -> Iterator[dict[str, Any]]:
    equity = 10_000.0
    first = {3: 30 * 60 + 30}.get(account, 0)
    last = {4: 3 * 1440 + 100}.get(account, DAYS * 1440 + 12)
    for minute in range(first, last):
        if account == 1 and 2000 < minute < 2290:  # a gap of almost five hours
            continue
        equity = max(equity * (1 + chance.gauss(0.00002, 0.001)), 50.0)
        shown = round(equity, 2)
        if account == 2 and 4000 <= minute < 4010:
            shown = 0.0
        at = START + minute * MINUTE + chance.choice((0, 0, 1.5)) * MINUTE / 3
        source = EquitySource.MODEL_CHAT
        yield _snapshot(account, at, shown, source, _counted(chance, account, minute))
        if minute % 97 == 0:
            yield _snapshot(account, at, shown + 3, EquitySource.ACCOUNT_TOTALS, 1)
        if minute % 301 == 0:
            yield _snapshot(account, at, 1.0, EquitySource.LEADERBOARD, None)


def _counted(chance: Random, account: int, minute: int) -> int | None:
    if account == 1:
        return 2 if minute % 60 == 7 else None
    if account == 2:
        return chance.choice((0, 1))
    return chance.choice((None, 0, 3)) if minute % 20 == 0 else None


def _snapshot(
    account: int, at: datetime, equity: float, source: EquitySource, held: int | None
) -> dict[str, Any]:
    return {
        "season_id": 2,
        "model_id": account,
        "timestamp": at,
        "total_assets": Decimal(str(equity)),
        "pnl": Decimal(str(equity)) - 10_000,
        "source": source,
        "open_positions": held,
    }


def _held(chance: Random, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number in range(row["open_positions"]):
        is_priced = row["model_id"] != 3 or chance.random() < 0.8
        yield {
            "model_id": row["model_id"],
            "timestamp": row["timestamp"],
            "symbol": ("BTC", "ETH", "SOL")[number],
            "side": chance.choice((TradeSide.LONG, TradeSide.SHORT)),
            "quantity": Decimal("0.1"),
            "entry_price": Decimal(90_000),
            "mark_price": (
                Decimal(90_000 + chance.randint(-99, 99)) if is_priced else None
            ),
            "unrealized_pnl": Decimal(chance.randint(-50, 50)),
            "entry_oid": row["model_id"] * 100 + number,
            "source": row["source"],
        }


def _trades(chance: Random, account: int) -> Iterator[dict[str, Any]]:
    for number in range(60):
        opened = START + timedelta(minutes=chance.randint(1, DAYS * 1440 - 60))
        opened += timedelta(seconds=chance.choice((0, 0, 17)))
        net = Decimal(chance.randint(-400, 420)) / 10
        yield {
            "season_id": 2,
            "model_id": account,
            "trade_id": f"{account}-{number}",
            "symbol": "BTC",
            "side": TradeSide.LONG,
            "entry_price": Decimal(90_000),
            "exit_price": Decimal(90_010),
            "size": Decimal("0.1"),
            "pnl": net,
            "gross_pnl": net + 1,
            "fees": Decimal(1),
            "status": TradeStatus.CLOSED,
            "source": TradeSource.SITE,
            "opened_at": opened,
            "closed_at": opened + timedelta(minutes=chance.randint(1, 90)),
        }


def _shown(report: SeasonReport) -> tuple[str, str]:
    return to_json(report_object(report)), render_html(report)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (None, None),
        (START + timedelta(days=1, minutes=17, seconds=3), None),
        (START + timedelta(days=2), START + timedelta(days=4)),
        (None, START + timedelta(days=3, hours=2, minutes=31)),
        (START + timedelta(hours=26), START + timedelta(days=5, hours=1, minutes=59)),
    ],
)
def test_no_figure_differs_from_that_of_every_snapshot(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    since: datetime | None,
    until: datetime | None,
) -> None:
    by_hour = read_report(engine, NOW, season=Decimal(1), since=since, until=until)
    monkeypatch.setattr(hourly_columns, "DENSE", float("inf"))
    whole = read_report(engine, NOW, season=Decimal(1), since=since, until=until)
    assert _shown(by_hour) == _shown(whole)
    for one, other in zip(by_hour.models, whole.models, strict=True):
        assert (one.curve is None) is (other.curve is None)
        if one.curve is not None and other.curve is not None:
            assert np.array_equal(one.curve.equity, other.curve.equity, equal_nan=True)
            assert one.curve.observations == other.curve.observations
            fewer = len(one.curve.observed.times), len(other.curve.observed.times)
            assert fewer[0] < fewer[1]
