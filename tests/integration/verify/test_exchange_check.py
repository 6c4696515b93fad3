"""What the exchange has on record is held against the legs that are stored."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from nof1_tracker.database.exchange_models import (
    BackfillPosition,
    ExchangeEquity,
    FillRow,
    PortfolioValue,
)
from nof1_tracker.database.models import LLMModel, Trade
from nof1_tracker.demo.exchange.exchange_server import DemoExchange
from nof1_tracker.main import app
from nof1_tracker.records.enums import TradeSource
from nof1_tracker.rendering.programs.report.report_object import report_object
from nof1_tracker.services.report import read_report
from tests.integration.backfill.exchange_worlds import end_season, fill_in
from tests.integration.verify.verified import NOW, imported, run
from tests.worlds import arena_of, write_captures

ARENA = arena_of(days=0.5)
ACCOUNT = "gpt-5"
PLANTED: tuple[tuple[str, str, Any], ...] = (
    ("price", "entry_price", Decimal("0.05")),
    ("price", "exit_price", Decimal("-0.05")),
    ("size", "size", Decimal("0.001")),
    ("fee", "fees", Decimal("0.02")),
    ("net", "pnl", Decimal("-0.02")),
    ("time", "opened_at", timedelta(seconds=-2)),
    ("time", "closed_at", timedelta(seconds=2)),
)
"""Kind, column, and by how much it is changed."""


@pytest.fixture
def filled(engine: Engine, tmp_path: Path) -> Engine:
    """A season that the site served in part, filled in from the exchange."""
    at = ARENA.start + timedelta(hours=8)
    folder = write_captures(ARENA, tmp_path, at, ("account-totals", "trades"))
    imported(engine, folder)
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    return engine


def legs_of(engine: Engine, source: TradeSource = TradeSource.SITE) -> list[Trade]:
    """The account's completed legs, oldest first."""
    query = (
        select(Trade)
        .join(LLMModel)
        .where(LLMModel.model_id == ACCOUNT, Trade.source == source)
        .where(Trade.exit_price.is_not(None))
        .order_by(Trade.closed_at)
    )
    with Session(engine, expire_on_commit=False) as session:
        return list(session.scalars(query))


def change(engine: Engine, leg: Trade, **values: object) -> None:
    with Session(engine) as session:
        session.execute(update(Trade).where(Trade.id == leg.id).values(**values))
        session.commit()


def told(found: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(c["kind"], c["model_id"], c["trade_id"]) for c in found["contradictions"]]


def add_like(engine: Engine, leg: Trade, **values: object) -> None:
    """Adds a leg that differs from another one in these columns."""
    columns = {each.name: getattr(leg, each.name) for each in Trade.__table__.columns}
    del columns["id"]
    with Session(engine) as session:
        session.execute(insert(Trade).values(columns | values))
        session.commit()


def remove(engine: Engine, leg: Trade) -> None:
    with Session(engine) as session:
        session.execute(delete(Trade).where(Trade.id == leg.id))
        session.commit()


def test_legs_of_the_site_and_of_fills_agree_within_the_tolerances(
    filled: Engine, migrated_url: str
) -> None:
    assert legs_of(filled)
    assert legs_of(filled, TradeSource.HYPERLIQUID)
    leg = legs_of(filled)[0]
    change(
        filled,
        leg,
        fees=(leg.fees or 0) + Decimal("0.009"),
        pnl=(leg.pnl or 0) - Decimal("0.009"),
        closed_at=(leg.closed_at or ARENA.end) + timedelta(seconds=0.9),
        size=leg.size * Decimal("1.0000005"),
    )
    _, found = run(migrated_url)
    assert found["contradictions"] == []
    assert not [line for line in found["unchecked"] if "exchange" in line]


def test_a_planted_contradiction_of_each_kind_is_found_and_nothing_else(
    filled: Engine, migrated_url: str
) -> None:
    legs = iter(legs_of(filled))
    planted = []
    for (kind, column, by), leg in zip(PLANTED, legs, strict=False):
        change(filled, leg, **{column: getattr(leg, column) + by})
        planted.append((kind, ACCOUNT, leg.trade_id))
    gone = next(legs)
    remove(filled, gone)
    add_like(filled, next(legs), trade_id="made_up", entry_oid=1)
    code, found = run(migrated_url, "--model", ACCOUNT)
    assert code == 1
    assert found["contradicted"]
    assert len(planted) == len(PLANTED)
    planted += [("missing", ACCOUNT, None), ("extra", ACCOUNT, "made_up")]
    assert sorted(told(found), key=str) == sorted(planted, key=str)
    assert all(c["expected"] != c["found"] for c in found["contradictions"])
    (missing,) = (c for c in found["contradictions"] if c["kind"] == "missing")
    assert str(gone.entry_oid) in missing["expected"]
    assert run(migrated_url, "--model", "grok-4")[1]["contradictions"] == []


def test_a_leg_outside_the_fills_is_not_checked_and_not_blamed(
    filled: Engine, migrated_url: str
) -> None:
    leg = legs_of(filled)[0]
    with Session(filled) as session:
        session.execute(delete(FillRow).where(FillRow.filled_at > leg.opened_at))
        early = (ARENA.start + timedelta(minutes=1)).isoformat()
        session.execute(update(BackfillPosition).values(reached=early))
        session.commit()
    _, found = run(migrated_url, "--model", ACCOUNT)
    assert found["contradictions"] == []
    assert "legs were not compared with the exchange" in " ".join(found["unchecked"])


def test_without_fills_it_says_that_nothing_was_compared(
    filled: Engine, migrated_url: str
) -> None:
    with Session(filled) as session:
        session.execute(delete(FillRow))
        session.commit()
    _, found = run(migrated_url, "--model", ACCOUNT)
    assert found["contradictions"] == []
    told = "Not compared with the exchange, as no fills are stored: gpt-5."
    assert told in found["unchecked"]


def test_equities_of_the_exchange_are_compared_with_the_sites_as_information(
    filled: Engine, migrated_url: str
) -> None:
    _, found = run(migrated_url, "--model", ACCOUNT)
    one, other = found["exchange_equities"]
    assert (one["model_id"], one["interval"]) == (ACCOUNT, "15m")
    assert other["interval"] == "portfolio"
    assert one["points"] == 48
    assert 0 < one["compared"] <= 8
    assert 0 <= one["median_difference"] <= one["largest_difference"]
    words = CliRunner().invoke(
        app, ["verify", ACCOUNT], env={"NOF1_DATABASE_URL": migrated_url}
    )
    assert "gpt-5: equity out of the exchange's record (15m): off the site's" in (
        " ".join(words.stdout.split())
    )


def test_a_report_has_the_equity_of_the_exchange_apart(filled: Engine) -> None:
    report = report_object(read_report(filled, NOW, season=Decimal(1)))
    (model,) = (each for each in report["models"] if each["model_id"] == ACCOUNT)
    curve, stated = model["exchange_equity"]
    assert (curve["interval"], stated["interval"]) == ("15m", "portfolio")
    assert len(stated["equity"]) > 1
    assert len(curve["observed_at"]) == len(curve["equity"]) == 48
    with Session(filled) as session:
        session.execute(delete(ExchangeEquity))
        session.execute(delete(PortfolioValue))
        session.commit()
    others = report_object(read_report(filled, NOW, season=Decimal(1)))
    (bare,) = (each for each in others["models"] if each["model_id"] == ACCOUNT)
    assert bare.pop("exchange_equity") == []
    model.pop("exchange_equity")
    assert bare == model
