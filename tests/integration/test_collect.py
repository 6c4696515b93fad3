"""The use case as a whole, with a fake site: what is asked, stored and told."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from nof1_tracker.database import create_db_engine
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.database.models import (
    ChatDecisionRow,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Position,
    RejectedPayload,
    ScrapeRun,
    Season,
    Trade,
)
from nof1_tracker.demo import Arena, Payloads
from nof1_tracker.errors import (
    ConfigurationError,
    SourceBusyError,
    SourceUnreachableError,
)
from nof1_tracker.records.enums import (
    ChatDecision,
    Endpoint,
    Kind,
    RowKind,
    RunStatus,
)
from nof1_tracker.records.payloads import (
    FetchFailure,
    FetchResult,
    NotModified,
    RawPayload,
    Request,
)
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper.capture import ArchivingSource, CaptureSource
from nof1_tracker.services.collect import Collector, known_validators
from tests.fakes import FakeClock, FakeSource
from tests.parsed_payloads import contents

SERVED = (
    Endpoint.INCEPTION,
    Endpoint.ACCOUNT_TOTALS,
    Endpoint.CONVERSATIONS,
    Endpoint.LEADERBOARD,
    Endpoint.TRADES,
    Endpoint.ANALYTICS,
    Endpoint.PRICES,
)


@pytest.fixture(scope="module")
def payloads() -> dict[Endpoint, RawPayload]:
    """What the arena serves after half a day."""
    arena = Arena(seed=3, season="1", days=0.5)
    site = Payloads(arena)
    return {
        endpoint: RawPayload(
            body=json.dumps(site.serve(endpoint.value, arena.end)).encode(),
            origin=f"http://arena.test/api/{endpoint}",
            captured_at=arena.end,
            transport="http",
            endpoint=endpoint,
        )
        for endpoint in SERVED
    }


def _scrape(
    engine: Engine, *results: FetchResult | Any, kinds: tuple[Kind, ...] = tuple(Kind)
) -> tuple[RunSummary, FakeSource]:
    source = FakeSource(*results)
    return Collector(engine, FakeClock()).scrape(source, kinds), source


def _count(engine: Engine, table: type) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_whole_scrape_is_stored_and_told(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    summary, _ = _scrape(engine, *payloads.values())
    assert summary.status is RunStatus.COMPLETE
    lines = {(line.kind, line.source): line for line in summary.lines}
    assert lines[RowKind.MODEL_CHAT, "conversations"].inserted == 100
    assert lines[RowKind.TRADES, "trades"].inserted == _legs(engine)
    assert lines[RowKind.LEADERBOARD, "leaderboard"].inserted == 6
    assert summary.rejected == 0


def _legs(engine: Engine) -> int:
    with Session(engine) as session:
        query = select(func.count()).where(Trade.exit_price.is_not(None))
        return session.scalar(query) or 0


def test_the_same_scrape_again_stores_nothing(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    _scrape(engine, *payloads.values())
    before = contents(engine)
    summary, _ = _scrape(engine, *payloads.values())
    assert sum(line.inserted + line.updated for line in summary.lines) == 0
    assert contents(engine) == before


def test_account_totals_are_asked_from_the_last_hour_on(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    _, first = _scrape(engine, payloads[Endpoint.ACCOUNT_TOTALS])
    _, second = _scrape(engine)
    assert Request(Endpoint.ACCOUNT_TOTALS) in first.asked[0]
    asked = next(r for r in second.asked[0] if r.endpoint is Endpoint.ACCOUNT_TOTALS)
    with Session(engine) as session:
        newest = session.scalar(select(func.max(LeaderboardSnapshot.hourly_marker)))
    assert newest is not None
    assert asked.query == (("lastHourlyMarker", str(newest - 1)),)


@pytest.mark.parametrize(
    ("kind", "endpoint"),
    [
        (Kind.LEADERBOARD, Endpoint.ACCOUNT_TOTALS),
        (Kind.TRADES, Endpoint.TRADES),
        (Kind.MODEL_CHAT, Endpoint.CONVERSATIONS),
    ],
)
def test_a_kind_asks_for_what_it_needs(
    engine: Engine, kind: Kind, endpoint: Endpoint
) -> None:
    _, source = _scrape(engine, kinds=(kind,))
    asked = [request.endpoint for request in source.asked[0]]
    assert endpoint in asked
    assert len(asked) == len(set(asked))
    assert (Endpoint.TRADES in asked) == (kind is Kind.TRADES)


def test_with_competitions_each_is_asked_for_its_own_chat(engine: Engine) -> None:
    arena = Arena(seed=3, season="1.5", days=0.1)
    body = json.dumps(Payloads(arena).serve("conversations", arena.end)).encode()
    payload = RawPayload(body, "o", arena.end, "http", Endpoint.CONVERSATIONS)
    _, source = _scrape(engine, payload)
    queries = [request.query for request in source.asked[1]]
    assert queries == [(("competitionId", str(number)),) for number in (1, 2, 3, 4)]


def test_a_kind_that_fails_takes_no_other_down(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    failure = FetchFailure(Request(Endpoint.TRADES), SourceBusyError("It is busy."))
    summary, _ = _scrape(engine, failure, payloads[Endpoint.CONVERSATIONS])
    assert summary.status is RunStatus.PARTIAL
    assert summary.failures == ["trades: It is busy."]
    assert _count(engine, ModelChat) == 100


def test_a_run_that_stored_nothing_failed(engine: Engine) -> None:
    failure = FetchFailure(Request(Endpoint.TRADES), SourceBusyError("It is busy."))
    summary, _ = _scrape(engine, failure)
    assert summary.status is RunStatus.FAILED


def test_no_news_is_no_failure(engine: Engine) -> None:
    summary, _ = _scrape(engine, NotModified(Request(Endpoint.TRADES), "o"))
    assert summary.status is RunStatus.COMPLETE
    assert summary.not_modified == ["trades"]


def _runs(engine: Engine) -> list[ScrapeRun]:
    with Session(engine, expire_on_commit=False) as session:
        return list(session.scalars(select(ScrapeRun).order_by(ScrapeRun.id)))


def test_every_run_is_in_the_journal(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    _scrape(engine, payloads[Endpoint.PRICES])
    with pytest.raises(SourceUnreachableError):
        _scrape(engine, SourceUnreachableError("No connection."))
    good, bad = _runs(engine)
    assert good.status is RunStatus.COMPLETE
    assert good.counts is not None
    assert good.counts[0]["kind"] == "prices"
    assert (bad.status, bad.error) == (RunStatus.FAILED, "No connection.")
    assert bad.finished_at is not None


def test_what_came_before_the_connection_broke_is_kept(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    broken = SourceUnreachableError("No connection.")
    with pytest.raises(SourceUnreachableError):
        _scrape(engine, payloads[Endpoint.CONVERSATIONS], broken)
    assert _count(engine, ModelChat) == 100
    assert _runs(engine)[0].status is RunStatus.PARTIAL


def test_a_season_can_be_forced(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    collector = Collector(engine, FakeClock(), season=Decimal("1.5"))
    collector.scrape(FakeSource(*payloads.values()), Kind)
    with Session(engine) as session:
        for table in (LeaderboardSnapshot, Trade, ModelChat):
            numbers = session.scalars(
                select(Season.season_number).join(table.season).distinct()
            )
            assert numbers.all() == [Decimal("1.5")]


def test_a_season_that_is_not_known_is_told(engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="no season 7") as caught:
        Collector(engine, FakeClock(), season=Decimal(7)).scrape(FakeSource(), Kind)
    assert "seasons set 7" in caught.value.remedy


def test_etags_are_remembered_for_the_next_run(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    served = payloads[Endpoint.PRICES]
    tagged = RawPayload(
        served.body, served.origin, served.captured_at, "http", served.endpoint, '"v1"'
    )
    _scrape(engine, tagged)
    assert known_validators(engine) == {served.origin: '"v1"'}


# --- the real captures ----------------------------------------------------------

NET_PNL = {
    "gpt-5": "-6507.69",
    "claude-sonnet-4-5": "1514.79",
    "gemini-2.5-pro": "-1379.79",
    "grok-4": "-2262.05",
    "deepseek-chat-v3.1": "10049.01",
    "qwen3-max": "7091.06",
}


def _import(engine: Engine, captures: Path, *, backwards: bool = False) -> RunSummary:
    payloads = list(CaptureSource([captures]).payloads())
    return Collector(engine, FakeClock()).import_payloads(
        reversed(payloads) if backwards else payloads, "captures"
    )


@pytest.mark.captures
def test_the_captures_come_out_right_to_the_cent(
    engine: Engine, captures: Path
) -> None:
    summary = _import(engine, captures)
    assert summary.rejected == 0
    with Session(engine) as session:
        closed = Trade.exit_price.is_not(None)
        rows = session.execute(
            select(LLMModel.model_id, func.sum(Trade.pnl), func.count())
            .join(Trade.model)
            .where(closed, Trade.status == "closed")
            .group_by(LLMModel.model_id)
        ).all()
        assert sum(count for *_, count in rows) == 253
        sums = {name: str(round(Decimal(str(total)), 2)) for name, total, _ in rows}
        assert sums == NET_PNL
        observed = datetime(2025, 10, 24, tzinfo=UTC)
        query = select(func.count()).where(Position.timestamp < observed)
        assert session.scalar(query) == 25


@pytest.mark.captures
def test_the_captures_hold_125_conversations(engine: Engine, captures: Path) -> None:
    _import(engine, captures)
    with Session(engine) as session:
        signals = session.execute(
            select(ChatDecisionRow.signal, func.count()).group_by(
                ChatDecisionRow.signal
            )
        ).all()
        assert {row[0]: row[1] for row in signals} == {
            "hold": 567,
            "buy_to_enter": 2,
            "close_position": 2,
        }
        decisions = session.execute(
            select(ModelChat.decision, func.count()).group_by(ModelChat.decision)
        ).all()
        counted = {row[0]: row[1] for row in decisions}
        assert sum(counted.values()) == 125
        assert counted[ChatDecision.NONE] == 2


@pytest.mark.captures
def test_legs_of_the_captures_carry_the_leverage_of_their_position(
    engine: Engine, captures: Path
) -> None:
    _import(engine, captures)
    with Session(engine) as session:
        entries = select(Position.entry_oid).where(
            Position.timestamp < datetime(2025, 10, 24, tzinfo=UTC)
        )
        legs = session.scalars(
            select(Trade).where(
                Trade.entry_oid.in_(entries), Trade.exit_price.is_not(None)
            )
        ).all()
        assert len(legs) == 21
        assert all(row.leverage and row.leverage >= 5 for row in legs)
        assert all(row.confidence and 50 <= row.confidence <= 100 for row in legs)


@pytest.mark.captures
def test_importing_the_captures_again_changes_nothing(
    engine: Engine, captures: Path
) -> None:
    _import(engine, captures)
    before = contents(engine)
    summary = _import(engine, captures)
    assert sum(line.inserted + line.updated for line in summary.lines) == 0
    assert contents(engine) == before


@pytest.mark.captures
def test_importing_the_captures_backwards_gives_the_same_tables(
    engine: Engine, captures: Path, tmp_path: Path
) -> None:
    other = create_db_engine(f"sqlite:///{tmp_path / 'forwards.db'}")
    upgrade(other)
    _import(other, captures)
    _import(engine, captures, backwards=True)
    assert contents(engine) == contents(other)
    other.dispose()


# --- what an audit found ----------------------------------------------------------


def _tagged(payload: RawPayload, etag: str = '"v1"') -> RawPayload:
    return replace(payload, etag=etag)


def test_every_look_at_the_leaderboard_is_an_observation(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    """It has no time of its own: a 304 would let the proof of its staleness age."""
    _scrape(engine, _tagged(payloads[Endpoint.LEADERBOARD]))
    assert known_validators(engine) == {}


def test_an_etag_too_long_to_keep_is_no_validator(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    summary, _ = _scrape(engine, _tagged(payloads[Endpoint.PRICES], "x" * 501))
    assert summary.status is RunStatus.COMPLETE
    assert known_validators(engine) == {}


class _CompetitionFails(FakeSource):
    """Serves the whole chat, and fails when asked for a competition."""

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        for request in requests:
            if request.query:
                yield FetchFailure(request, SourceBusyError("It is busy."))
        if not any(request.query for request in requests):
            yield from super().fetch(requests)


def test_a_competition_that_failed_is_asked_again(engine: Engine) -> None:
    arena = Arena(seed=3, season="1.5", days=0.1)
    body = json.dumps(Payloads(arena).serve("conversations", arena.end)).encode()
    chat = RawPayload(
        body, "http://a.test/c", arena.end, "http", Endpoint.CONVERSATIONS, '"v1"'
    )
    Collector(engine, FakeClock()).scrape(_CompetitionFails(chat), Kind)
    assert known_validators(engine) == {}


def test_an_archive_of_what_was_stored_brings_nothing_new(
    engine: Engine, payloads: dict[Endpoint, RawPayload], tmp_path: Path
) -> None:
    late = [
        replace(p, captured_at=p.captured_at + timedelta(milliseconds=1500 + n))
        for n, p in enumerate(payloads.values())
    ]
    source = ArchivingSource(FakeSource(*late), tmp_path / "archive", print)
    Collector(engine, FakeClock()).scrape(source, Kind)
    before = contents(engine)
    summary = _import(engine, tmp_path / "archive")
    assert sum(line.inserted + line.updated for line in summary.lines) == 0
    assert contents(engine) == before


@pytest.mark.parametrize("forced_first", [True, False])
def test_a_forced_season_holds_for_all_kinds_in_either_order(
    engine: Engine, payloads: dict[Endpoint, RawPayload], forced_first: bool
) -> None:
    forced = Collector(engine, FakeClock(), season=Decimal("1.5"))
    plain = Collector(engine, FakeClock())
    for collector in (forced, plain) if forced_first else (plain, forced):
        collector.scrape(FakeSource(*payloads.values()), Kind)
    with Session(engine) as session:
        for table in (LeaderboardSnapshot, Trade, ModelChat):
            query = select(Season.season_number).join(table.season).distinct()
            assert session.scalars(query).all() == [Decimal("1.5")]


def test_rows_beside_the_rows_are_kept_for_a_look(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    body = json.loads(payloads[Endpoint.PRICES].body)
    body["surprises"] = [{"id": 1}, {"id": 2}]
    odd = replace(payloads[Endpoint.PRICES], body=json.dumps(body).encode())
    summary, _ = _scrape(engine, odd)
    assert summary.status is RunStatus.PARTIAL
    with Session(engine) as session:
        rejected = session.scalars(select(RejectedPayload)).one()
    assert json.loads(rejected.payload) == {"surprises": [{"id": 1}, {"id": 2}]}


def test_a_name_too_long_for_its_column_rejects_its_row_alone(engine: Engine) -> None:
    arena = Arena(seed=3, season="1.5", days=0.1)
    served = Payloads(arena).serve("account-totals", arena.end)
    assert served is not None
    rows = served["accountTotals"]
    rows[0] |= {"run_name": f"X - {'b' * 150}", "competition_id": None}
    payload = RawPayload(
        json.dumps(served).encode(), "o", arena.end, "http", Endpoint.ACCOUNT_TOTALS
    )
    summary, _ = _scrape(engine, payload)
    assert summary.rejected == 1
    assert _count(engine, LeaderboardSnapshot) == len(rows) - 1


def test_a_page_that_serves_the_whole_season_is_read_from_the_running_hours_on(
    engine: Engine, payloads: dict[Endpoint, RawPayload]
) -> None:
    totals = payloads[Endpoint.ACCOUNT_TOTALS]
    served = json.loads(totals.body)["accountTotals"]
    newest = max(row["since_inception_hourly_marker"] for row in served)
    _scrape(engine, *payloads.values())
    before = contents(engine)
    summary, source = _scrape(engine, totals, kinds=(Kind.LEADERBOARD,))
    (asked,) = [r for r in source.asked[0] if r.endpoint is totals.endpoint]
    settled = int(dict(asked.query)["lastHourlyMarker"])
    running = [r for r in served if r["since_inception_hourly_marker"] > settled]
    lines = {(line.kind, line.source): line for line in summary.lines}
    assert newest - 2 <= settled < newest
    assert lines[RowKind.LEADERBOARD, "account_totals"].unchanged == len(running)
    assert contents(engine) == before
