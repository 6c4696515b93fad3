"""Every row is held against what the archive makes by today's code."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.exchange_models import (
    CandleRow,
    ExchangeEquity,
    FillRow,
    FundingPaymentRow,
    LedgerUpdateRow,
    PortfolioValue,
)
from nof1_tracker.database.metadata import Base
from nof1_tracker.database.models import (
    ChatDecisionRow,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Position,
    Price,
    ReportedStatistics,
    Trade,
)
from nof1_tracker.database.version_models import RevisionRow, RowVersion
from nof1_tracker.demo.exchange.exchange_server import DemoExchange
from nof1_tracker.records.enums import Endpoint, Kind, PriceSource, TradeSource
from nof1_tracker.records.payloads import Request
from tests.integration.backfill.exchange_worlds import end_season, fill_in
from tests.integration.backfill.test_recorded_answers import TickingClock
from tests.integration.recording.scenes import Scene, clock_in
from tests.integration.test_reprocess_all import legs_read_with
from tests.integration.verify.verified import run
from tests.worlds import arena_of

ARENA = arena_of(days=0.3)
AFTERWARDS = ARENA.end + timedelta(hours=2, minutes=5)
_LEG = Trade.exit_price.is_not(None)
_IN_SERIES = Price.source == PriceSource.MODEL_CHAT_SERIES
PLANTED: tuple[tuple[Any, str, Any, Any], ...] = (
    (LLMModel, "started_at", timedelta(hours=1), LLMModel.started_at.is_not(None)),
    (LeaderboardSnapshot, "total_assets", 1, True),
    (Position, "quantity", 1, True),
    (Trade, "fees", 1, _LEG & (Trade.source == TradeSource.SITE)),
    (Trade, "pnl", 1, _LEG & (Trade.source == TradeSource.HYPERLIQUID)),
    (Trade, "size", 1, ~_LEG),
    (ModelChat, "content", "!", True),
    (ChatDecisionRow, "signal", "!", True),
    (ReportedStatistics, "total_trades", 1, True),
    (Price, "price", 1, ~_IN_SERIES),
    (Price, "price", 1, _IN_SERIES),
    (FillRow, "fee", 1, True),
    (FundingPaymentRow, "amount", 1, True),
    (LedgerUpdateRow, "amount", 1, True),
    (PortfolioValue, "equity", 1, True),
    (CandleRow, "high", 1, True),
    (ExchangeEquity, "equity", 1, True),
)
"""Table, column, what is added to it, and the rows of which the last is changed."""


@pytest.fixture
def scene(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    folder = tmp_path / "own.archive"
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(folder))
    return Scene(engine, folder, ARENA, clock_in(ARENA))


def scraped(scene: Scene, *kinds: Kind) -> None:
    with scene.recording() as recording:
        scene.collector(recording).scrape(scene.source, kinds or Kind)
    scene.adopt = True
    scene.later(10)


def restate_a_leg(scene: Scene) -> str:
    """From now on the site serves a leg with another net; returns its id."""
    payload = scene.source.payload(Request(Endpoint.TRADES))
    body = json.loads(payload.body)
    leg = body["trades"][0]
    leg["realized_net_pnl"] += 5
    scene.source.broken[Endpoint.TRADES] = json.dumps(body).encode()
    return str(leg["id"])


def filled(scene: Scene) -> None:
    """The season's first half, recorded from the site; the rest from the exchange."""
    end_season(scene.engine, ARENA)
    scraped(scene)
    restate_a_leg(scene)
    scraped(scene, Kind.TRADES, Kind.MODEL_CHAT)
    scene.source.broken.clear()
    scraped(scene, Kind.TRADES)
    with DemoExchange(ARENA) as exchange, scene.recording() as recording:
        fill_in(
            scene.engine,
            ARENA,
            exchange,
            recording=recording,
            clock=TickingClock(AFTERWARDS),
        )


def of_tables(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Kind and table of each contradiction of the archive."""
    told = []
    for each in found["contradictions"]:
        words = each["found"] if each["kind"] == "extra" else each["expected"]
        told.append((each["kind"], words.split(" ")[0].rstrip(":")))
    return sorted(each for each in told if each[1] in Base.metadata.tables)


def about(found: dict[str, Any], words: str) -> str:
    (line,) = (line for line in found["unchecked"] if words in line)
    return str(line)


def plant(session: Session, model: Any, column: str, by: Any, condition: Any) -> None:
    query = select(model).order_by(model.id.desc()).limit(1)
    row = session.scalars(query if condition is True else query.where(condition)).one()
    setattr(row, column, getattr(row, column) + by)


def test_what_is_stored_as_recorded_is_not_contradicted(
    scene: Scene, migrated_url: str
) -> None:
    filled(scene)
    code, found = run(migrated_url)
    assert found["contradictions"] == []
    assert code == 3
    assert not [line for line in found["unchecked"] if "archive" in line]


def test_a_planted_change_of_each_table_is_found(
    scene: Scene, migrated_url: str
) -> None:
    filled(scene)
    with Session(scene.engine) as session:
        for each in PLANTED:
            plant(session, *each)
        version = session.scalars(select(RowVersion).limit(1)).one()
        version.fields = {**version.fields, "fees": "123"}
        other = select(RevisionRow.row_id).where(RevisionRow.row_id != version.row_id)
        assert session.scalars(other).first() is None
        session.commit()
    code, found = run(migrated_url)
    assert code == 1
    wanted = [("changed", model.__tablename__) for model, *_ in PLANTED]
    assert of_tables(found) == sorted([*wanted, ("changed", "trades")])


def test_rows_that_are_gone_or_follow_from_nothing_are_found(
    scene: Scene, migrated_url: str
) -> None:
    scraped(scene)
    with Session(scene.engine) as session:
        session.delete(session.scalars(select(Position).limit(1)).one())
        leg = session.scalars(select(Trade).where(~_LEG).limit(1)).one()
        columns = {
            each.name: getattr(leg, each.name) for each in Trade.__table__.columns
        }
        del columns["id"]
        made_up = {"trade_id": "made_up", "entry_oid": 1}
        session.execute(insert(Trade).values(columns | made_up))
        session.commit()
    _, found = run(migrated_url)
    assert of_tables(found) == [("extra", "trades"), ("missing", "positions")]
    _, found = run(migrated_url, "--no-tables")
    assert found["contradictions"] == []
    assert about(found, "were not compared with the archive")


def test_rows_from_before_the_archive_are_counted_and_not_blamed(
    scene: Scene, migrated_url: str
) -> None:
    scene.collector(None).scrape(scene.source, Kind)
    scene.later(30)
    scraped(scene)
    with Session(scene.engine) as session:
        # What an unrecorded body may have led to contradicts nothing.
        session.execute(update(Trade).where(~_LEG).values(leverage=Decimal(3)))
        session.commit()
    _, found = run(migrated_url)
    assert found["contradictions"] == []
    assert "model_chats" in about(found, "no record of these rows")
    assert "trades" in about(found, "may be")


def test_a_row_that_stands_as_an_unrecorded_body_has_it_is_not_blamed(
    scene: Scene, migrated_url: str
) -> None:
    scraped(scene, Kind.TRADES)
    name = restate_a_leg(scene)
    scene.collector(None).scrape(scene.source, [Kind.TRADES])
    _, found = run(migrated_url)
    assert found["contradictions"] == []
    assert "trades" in about(found, "may be")
    with Session(scene.engine) as session:
        leg = select(Trade).where(Trade.trade_id == name)
        session.scalars(leg).one().fees = Decimal(123)
        session.commit()
    _, found = run(migrated_url)
    assert [each["trade_id"] for each in found["contradictions"]] == [name]


def test_rows_that_other_code_read_otherwise_are_told(
    scene: Scene, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        legs_read_with(patch, fees=Decimal(7))
        scraped(scene, Kind.TRADES)
    code, found = run(migrated_url, "--model", "gpt-5")
    assert code == 1
    assert {each["model_id"] for each in found["contradictions"]} == {"gpt-5"}
    assert all("fees 7" in each["found"] for each in found["contradictions"])
