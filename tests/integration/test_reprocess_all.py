"""`reprocess --all`: today's code reads again what is stored as it was served."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from nof1_tracker.database import models
from nof1_tracker.database.version_models import RevisionRow, RowVersion
from nof1_tracker.database.write.versions import served_rows
from nof1_tracker.main import app
from nof1_tracker.records.enums import Endpoint, RevisionCause
from nof1_tracker.records.parsed import Leg
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper import parse
from nof1_tracker.scraper.trades import parse_trades
from nof1_tracker.scraper.wire.payload_rows import PayloadRows
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.reprocess.rejected_rows import reprocess
from tests.fakes import FakeClock
from tests.unit.scraper.site_rows import (
    CAPTURED_AT,
    account_total,
    analysis,
    conversation,
    position,
    prompt,
    prompt_position,
    served,
    standing,
    trade,
)
from tests.worlds import rows_in

TABLE = {"columns": ["MODEL", "ACCT VALUE"], "rows": [["GPT 5", "$10,100"]]}
BODIES: tuple[Any, ...] = (
    {"accountTotals": [account_total(), account_total(marker=130, positions={})]},
    {"trades": [trade(1), trade(2)]},
    {"conversations": [conversation(1), conversation(2, user_prompt=prompt())]},
    {"leaderboard": [standing()]},
    {"analytics": [analysis()]},
    {"renderedLeaderboard": TABLE},
)
VERSIONED: tuple[type[Any], ...] = (
    models.LeaderboardSnapshot,
    models.Position,
    models.Trade,
    models.ModelChat,
    models.ChatDecisionRow,
    models.ReportedStatistics,
)


def take(engine: Engine, *documents: Any, minutes: float = 0) -> RunSummary:
    """Imports bodies as observed so many minutes after the usual time."""
    at = CAPTURED_AT + timedelta(minutes=minutes)
    payloads = [
        replace(served(json.dumps(each)), captured_at=at, observed_at=at)
        for each in documents
    ]
    return Collector(engine, FakeClock()).import_payloads(payloads, "test")


def again(engine: Engine) -> RunSummary:
    return reprocess(engine, FakeClock(), everything=True).summary


def sums(summary: RunSummary) -> tuple[int, int, int]:
    """How many rows were inserted, updated and left alone."""
    lines = summary.lines
    return (
        sum(line.inserted for line in lines),
        sum(line.updated for line in lines),
        sum(line.unchanged for line in lines),
    )


THIS = parse.PARSER_VERSION
NEWER = THIS + 1


def newer_parser(patch: pytest.MonkeyPatch) -> None:
    """From now on, the parser has a newer version."""
    patch.setattr(parse, "PARSER_VERSION", NEWER)


def legs_read_with(patch: pytest.MonkeyPatch, **changes: Any) -> None:
    """From now on, a newer parser reads legs with these values."""

    def read(payload: PayloadRows) -> dict[str, Iterable[Leg]]:
        return {"legs": tuple(replace(leg, **changes) for leg in parse_trades(payload))}

    newer_parser(patch)
    patch.setitem(parse._PARSERS, Endpoint.TRADES, read)


def older_code(engine: Engine) -> None:
    """Makes the rows what they are after the upgrade from the schema before."""
    unknown: dict[str, Any] = {
        "parser": 0,
        "stated": 0,
        "first_observed_at": None,
        "last_observed_at": None,
    }
    with engine.begin() as connection:
        for table in VERSIONED:
            had_digest = table is models.ModelChat
            digest = {} if had_digest else {"raw_digest": None}
            connection.execute(update(table.__table__).values(**unknown, **digest))


def parsers(engine: Engine) -> dict[str, set[int]]:
    """The versions of the parser that read the rows, by table.

    Open positions in `trades` follow from other rows: no parser read them.
    """
    with Session(engine) as session:
        found = {
            table.__tablename__: set(session.scalars(select(table.parser)))
            for table in VERSIONED
        }
    return found | {"trades": {leg.parser for leg in legs(engine)}}


def values(engine: Engine) -> dict[str, Any]:
    """All that the tables of served rows say, but for who read it."""
    told = {"parser", "raw_digest", "stated", "updated_at"}
    tables = {table.__tablename__ for table in VERSIONED}
    return {
        name: [{k: v for k, v in row.items() if k not in told} for row in rows]
        for name, rows in rows_in(engine).items()
        if name in tables
    }


def causes(engine: Engine) -> list[tuple[str, Any, Any, str]]:
    with Session(engine) as session:
        rows = session.scalars(select(RevisionRow).order_by(RevisionRow.field))
        return [(row.field, row.old, row.new, row.cause.value) for row in rows]


def legs(engine: Engine) -> list[models.Trade]:
    with Session(engine) as session:
        query = select(models.Trade).where(models.Trade.exit_price.is_not(None))
        return list(session.scalars(query.order_by(models.Trade.trade_id)))


def test_every_row_is_read_again_and_says_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(engine, *BODIES)
    before = values(engine)
    assert all(before.values())
    newer_parser(monkeypatch)

    inserted, updated, unchanged = sums(again(engine))

    assert (inserted, updated) == (0, 0)
    assert unchanged >= 10
    assert values(engine) == before
    assert set().union(*parsers(engine).values()) == {NEWER}
    assert causes(engine) == []


def test_what_this_code_read_is_not_read_again(engine: Engine) -> None:
    take(engine, *BODIES)
    assert again(engine).lines == []


def test_of_one_body_todays_code_wins_and_the_cause_is_the_parser(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(engine, *BODIES)
    legs_read_with(monkeypatch, fees=Decimal(7), net_pnl=Decimal(-300))

    assert sums(again(engine))[:2] == (0, 2)

    assert {(leg.fees, leg.pnl, leg.parser) for leg in legs(engine)} == {
        (Decimal(7), Decimal(-300), NEWER)
    }
    assert {cause for *_, cause in causes(engine)} == {"parser"}
    assert len(causes(engine)) == 4
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(RowVersion)) == 0


def test_a_second_run_changes_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(engine, *BODIES)
    take(engine, {"trades": [trade(1, realized_net_pnl=-1)]}, minutes=5)
    legs_read_with(monkeypatch, fees=Decimal(7))
    again(engine)
    before = rows_in(engine)

    assert sums(again(engine))[:2] == (0, 0)
    assert rows_in(engine) == before


def test_the_same_body_imported_again_is_repaired_in_the_same_way(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(engine, *BODIES)
    legs_read_with(monkeypatch, fees=Decimal(7))

    summary = take(engine, *BODIES)

    assert sums(summary)[:2] == (0, 2)
    assert {leg.fees for leg in legs(engine)} == {Decimal(7)}
    assert {cause for *_, cause in causes(engine)} == {"parser"}
    assert sums(take(engine, *BODIES))[:2] == (0, 0)


@pytest.mark.parametrize("way", ["reprocess", "import"])
def test_rows_that_older_code_stored_are_read_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    take(engine, *BODIES)
    older_code(engine)
    legs_read_with(monkeypatch, fees=Decimal(7))

    summary = again(engine) if way == "reprocess" else take(engine, *BODIES)

    assert sums(summary)[:2] == (0, 2)
    assert set().union(*parsers(engine).values()) == {NEWER}
    assert (
        causes(engine) == [("fees", "50.120000000000", "7.000000000000", "parser")] * 2
    )


def test_older_code_that_read_the_same_leaves_no_revision(engine: Engine) -> None:
    take(engine, *BODIES)
    before = {name: len(rows) for name, rows in values(engine).items()}
    older_code(engine)

    assert sums(again(engine))[:2] == (0, 0)

    assert {name: len(rows) for name, rows in values(engine).items()} == before
    assert set().union(*parsers(engine).values()) == {THIS}
    assert causes(engine) == []


def test_the_versions_beside_a_row_are_read_again_too(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(engine, {"trades": [trade(1)]})
    take(engine, {"trades": [trade(1, realized_net_pnl=-300)]}, minutes=5)
    legs_read_with(monkeypatch, fees=Decimal(7))

    again(engine)

    with Session(engine) as session:
        versions = session.scalars(select(RowVersion)).all()
        assert {(each.parser, each.fields["fees"]) for each in versions} == {
            (NEWER, "7.000000000000")
        }
    assert [(field, cause) for field, *_, cause in causes(engine)] == [
        ("fees", "parser"),
        ("pnl", "newer"),
    ]


def test_positions_are_read_again_with_the_row_that_they_were_part_of(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {"ETH": position(), "SOL": position(symbol="SOL", entry_oid=5)}
    bad = {"ETH": position(), "SOL": position(symbol="SOL", entry_price=None)}
    rows = [account_total(positions=held), account_total(marker=131, positions=bad)]
    rows[1]["timestamp"] = rows[0]["timestamp"] + 3600
    take(engine, {"accountTotals": rows})
    before = values(engine)
    newer_parser(monkeypatch)

    assert sums(again(engine))[:2] == (0, 0)

    assert values(engine) == before
    shown = [row["open_positions"] for row in before["leaderboard_snapshots"]]
    assert sorted(shown, key=str) == [2, None]
    assert parsers(engine)["positions"] == {NEWER}


def test_what_prompts_state_is_read_again_with_their_conversations(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = prompt(repr(prompt_position()))
    take(engine, {"conversations": [conversation(1, user_prompt=stated)]})
    before = values(engine)
    assert before["positions"]
    assert before["leaderboard_snapshots"]
    newer_parser(monkeypatch)

    again(engine)

    assert values(engine) == before
    assert set().union(*parsers(engine).values()) == {NEWER}


def test_a_response_that_stands_for_a_thought_keeps_the_order_it_was_served_in(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = {"ETH": {"signal": "hold", "coin": "ETH", "confidence": 0.5}}
    row = conversation(1, cot_trace="", llm_response=response)
    take(engine, {"conversations": [row]})
    (before,) = values(engine)["model_chats"]
    assert before["content"].index("signal") < before["content"].index("coin")
    newer_parser(monkeypatch)

    assert sums(again(engine))[:2] == (0, 0)

    assert values(engine)["model_chats"] == [before]
    assert causes(engine) == []


def test_a_row_that_is_not_understood_any_longer_stays_as_it_is(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(engine, {"trades": [trade(1), trade(2)]})
    before = values(engine)
    newer_parser(monkeypatch)
    monkeypatch.setitem(parse._PARSERS, Endpoint.TRADES, lambda _: {})

    assert sums(again(engine)) == (0, 0, 2)

    assert values(engine) == before
    assert parsers(engine)["trades"] == {THIS}


def test_more_rows_than_a_chunk_are_read_one_chunk_after_the_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(engine, {"trades": [trade(number) for number in range(1, 8)]})
    small = [replace(rows, at_once=3) for rows in served_rows.SERVED_ROWS]
    monkeypatch.setattr(
        "nof1_tracker.services.reprocess.stored_rows.SERVED_ROWS", small
    )
    legs_read_with(monkeypatch, fees=Decimal(7))
    told: list[str] = []

    summary = reprocess(engine, FakeClock(), told.append, everything=True).summary

    assert sums(summary) == (0, 7, 0)
    assert told == [f"reading stored rows again: {done} of 7" for done in (3, 6, 7)]


def test_the_command_says_what_became_of_the_rows(
    engine: Engine, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    take(engine, {"trades": [trade(1), trade(2)]})
    legs_read_with(monkeypatch, fees=Decimal(7))

    result = CliRunner().invoke(app, ["reprocess", "--all"], catch_exceptions=False)

    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.stdout.splitlines() if "trades " in line]
    assert line.split()[:6] == ["trades", "trades", "2", "0", "2", "0"]
    assert RevisionCause.PARSER in CliRunner().invoke(app, ["revisions"]).stdout
