"""What was rejected once is stored when the code understands it, on both databases."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from nof1_tracker.database.models import (
    Base,
    LeaderboardSnapshot,
    Position,
    RejectedPayload,
    Trade,
)
from nof1_tracker.main import app
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import Rejected
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.reprocess.rejected_rows import Reprocessed, reprocess
from tests.fakes import FakeClock
from tests.parsed_payloads import ALPHA, leg, store, trades_of
from tests.unit.scraper.site_rows import (
    CAPTURED_AT,
    account_total,
    position,
    served,
    standing,
    trade,
)


def refuse(engine: Engine, endpoint: str, *originals: Any) -> None:
    """Keeps these rows (or bodies, as text) as code before this one did."""
    rejected = [
        Rejected(
            endpoint,
            "not known then",
            each if isinstance(each, str) else json.dumps(each),
        )
        for each in originals
    ]
    payload = trades_of(leg(ALPHA, 2))
    undated = replace(payload.served, observed_at=None)
    faults = tuple(rejected)
    store(
        engine,
        replace(payload, rejected=faults, captured_at=CAPTURED_AT, served=undated),
    )


def again(engine: Engine) -> Reprocessed:
    return reprocess(engine, FakeClock())


def count(engine: Engine, table: type[Base]) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_row_that_passes_now_is_stored_and_no_longer_rejected(engine: Engine) -> None:
    refuse(engine, "trades", trade(1), trade(2))

    done = again(engine)

    assert (done.passed, done.left) == (2, 0)
    assert count(engine, RejectedPayload) == 0
    with Session(engine) as session:
        ids = session.scalars(select(Trade.trade_id)).all()
        assert {trade(1)["id"], trade(2)["id"]} < set(ids)


def test_a_row_that_still_fails_stays_as_it_was(engine: Engine) -> None:
    refuse(engine, "trades", trade(1), trade(2, exit_price=None), "no JSON {", "[")

    done = again(engine)

    assert (done.passed, done.left) == (1, 3)
    with Session(engine) as session:
        kept = session.scalars(select(RejectedPayload)).all()
        assert {row.reason for row in kept} == {"not known then"}
        assert {row.occurrences for row in kept} == {1}


def test_a_whole_body_that_is_understood_now_is_stored(engine: Engine) -> None:
    refuse(engine, "unknown", json.dumps({"trades": [trade(1), trade(2)]}))
    refuse(engine, "leaderboard", json.dumps([standing()]))

    done = again(engine)

    assert (done.passed, done.left) == (2, 0)
    assert count(engine, Trade) == 3


def test_a_row_without_a_time_is_dated_when_it_was_fetched(engine: Engine) -> None:
    refuse(engine, "leaderboard", standing())

    again(engine)

    with Session(engine) as session:
        (row,) = session.scalars(select(LeaderboardSnapshot))
        assert row.timestamp == CAPTURED_AT


def test_a_part_of_a_row_is_rejected_with_its_row_and_found_in_it_later(
    engine: Engine,
) -> None:
    row = account_total(positions={"ETH": position(entry_price="unheard of")})
    body = json.dumps({"accountTotals": [row]})
    Collector(engine, FakeClock()).import_payloads([served(body)], "test")
    assert (count(engine, LeaderboardSnapshot), count(engine, Position)) == (1, 0)
    with Session(engine) as session, session.begin():
        (kept,) = session.scalars(select(RejectedPayload))
        assert json.loads(kept.payload) == row
        # The site's new way to say 4000.5, had the code been taught it since.
        kept.payload = kept.payload.replace('"unheard of"', "4000.5")

    done = again(engine)

    assert (done.passed, done.left) == (1, 0)
    assert (count(engine, LeaderboardSnapshot), count(engine, Position)) == (1, 1)


def test_what_is_understood_in_part_is_stored_in_part_and_kept(engine: Engine) -> None:
    good, bad = position(), position(symbol="SOL", entry_price=None)
    refuse(engine, "account-totals", account_total(positions={"ETH": good, "SOL": bad}))

    assert again(engine).left == 1
    assert again(engine).left == 1

    assert (count(engine, Position), count(engine, RejectedPayload)) == (1, 1)


def test_nothing_rejected_is_nothing_to_do(engine: Engine) -> None:
    done = again(engine)

    assert (done.passed, done.left, done.summary.lines) == (0, 0, [])


def test_the_command_tells_what_passed_and_what_did_not(
    engine: Engine, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    refuse(engine, Endpoint.TRADES, trade(1), trade(2, exit_price=None))

    first = CliRunner().invoke(app, ["reprocess"], catch_exceptions=False)
    assert first.exit_code == 3, first.output
    assert "Now accepted: 1; still rejected: 1." in first.stdout

    as_json = CliRunner().invoke(app, ["reprocess", "--json"], catch_exceptions=False)
    assert json.loads(as_json.stdout)["transport"] == "reprocess"
