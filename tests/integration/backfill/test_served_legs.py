"""What the site served, and what came from a dataset, stand for legs cut from fills."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from nof1_tracker.database.models import Trade
from nof1_tracker.demo.exchange.exchange_server import DemoExchange
from nof1_tracker.records.enums import TradeSource
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.services.dataset.build import build_dataset
from nof1_tracker.services.dataset.load import load_dataset
from tests.integration.backfill.exchange_worlds import end_season, fill_in
from tests.integration.backfill.test_exchange_backfill import (
    ARENA,
    assert_all_legs,
    legs_in,
    number_of,
    record,
    true_legs,
)
from tests.parsed_payloads import store
from tests.worlds import engine_on, write_captures

OF_FILLS = Trade.source == TradeSource.HYPERLIQUID


def test_a_half_filled_row_leaves_the_leg_cut_from_all_fills(
    engine: Engine, tmp_path: Path
) -> None:
    """The site serves a closing order when it is half filled, and when it is filled."""
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    (path,) = write_captures(ARENA, tmp_path, ARENA.end, ("trades",)).iterdir()
    whole = json.loads(path.read_bytes())
    half = {**whole["trades"][0], "id": "half", "trade_id": "half"}
    half["quantity"] /= 2

    before = number_of(engine, Trade, OF_FILLS)
    store(engine, parse_payload(served_trades([half])))
    assert number_of(engine, Trade, OF_FILLS) == before
    assert number_of(engine, Trade, Trade.trade_id == "half") == 1
    store(engine, parse_payload(served_trades(whole["trades"])))
    assert number_of(engine, Trade, OF_FILLS) == 0
    assert len(legs_in(engine)) == len(true_legs(ARENA.end)) + 1
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    assert number_of(engine, Trade, OF_FILLS) == 0


def served_trades(rows: list[dict[str, object]]) -> RawPayload:
    body = json.dumps({"trades": rows}).encode()
    return RawPayload(body, "trades.json", ARENA.end, "capture")


def test_a_leg_of_a_dataset_replaces_the_one_cut_from_fills(
    engine: Engine, migrated_sqlite: Path, tmp_path: Path
) -> None:
    """A dataset has no exit orders: time and size tell its legs."""
    file = tmp_path / "site.db"
    shutil.copy(migrated_sqlite, file)
    with engine_on(f"sqlite:///{file}") as other:
        record(other, tmp_path / "captures", ARENA.start + timedelta(hours=6))
        own = number_of(other, Trade, Trade.exit_price.is_not(None))
        build_dataset(other, tmp_path / "dataset")
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    for _ in range(2):
        load_dataset(engine, tmp_path / "dataset")
        assert_all_legs(engine)
        of_site = (Trade.source == TradeSource.SITE, Trade.exit_price.is_not(None))
        assert number_of(engine, Trade, *of_site) == own > 0
