"""A row dated 2099, which older code stored, is not the newest of anything."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nof1_tracker.clock import utc_now
from nof1_tracker.database import LLMModel, UnitOfWork
from nof1_tracker.database.models import SourceValidator
from nof1_tracker.records.changes import Changes
from nof1_tracker.records.enums import Endpoint, Kind
from nof1_tracker.records.parsed import (
    INITIAL_EQUITY,
    Inception,
    ParsedPayload,
    Rejected,
    Served,
)
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.wire.json_text import exact_json
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.read import read_condition, read_health
from nof1_tracker.services.reprocess.rejected_rows import reprocess
from tests.fakes import FakeClock
from tests.parsed_payloads import (
    ALPHA,
    BETA,
    START,
    account,
    at,
    chats_of,
    conversation,
    leg,
    parsed,
    snapshot,
    store,
    totals_of,
    trades_of,
)
from tests.unit.scraper.site_rows import account_total
from tests.worlds import rows_in

FAR = (datetime(2099, 1, 1, tzinfo=START.tzinfo) - START).total_seconds() / 3600
REFUSED = Rejected(
    Endpoint.INCEPTION, "inception_date: too late", "{}", is_untimely=True
)


def listed(*ids: str, refused: str = "", etag: str | None = None) -> ParsedPayload:
    """A list of accounts, whose starts are believed but for the refused one."""
    return parsed(
        Endpoint.INCEPTION,
        inceptions=[Inception(each, START, INITIAL_EQUITY) for each in ids],
        accounts=[account(each) for each in (*ids, refused) if each],
        rejected=[REFUSED] if refused else [],
        observed=10,
        etag=etag,
    )


def active(engine: Engine) -> set[str | None]:
    with Session(engine) as session:
        return set(session.scalars(select(LLMModel.model_id).where(LLMModel.is_active)))


def changes(engine: Engine) -> Changes:
    with UnitOfWork(engine) as unit:
        return unit.repositories.changes.read(None)


def settled(engine: Engine) -> int | None:
    with UnitOfWork(engine) as unit:
        hours = unit.repositories.hours.settled()
    return None if hours is None else hours.last


def test_the_pace_of_model_chat_is_that_of_the_others(engine: Engine) -> None:
    store(engine, chats_of(conversation(ALPHA, 1), conversation(ALPHA, 1.1)))
    with UnitOfWork(engine) as unit:
        before = unit.repositories.chat_rate.rates()
    store(engine, chats_of(conversation(BETA, FAR, cycle_id=1)))
    with UnitOfWork(engine) as unit:
        rates = unit.repositories.chat_rate.rates()
    assert rates == before == {"": pytest.approx(1 / 6)}


def test_it_opens_no_gap(engine: Engine) -> None:
    store(engine, chats_of(conversation(ALPHA, 1, cycle_id=10)))
    store(engine, chats_of(conversation(ALPHA, FAR, cycle_id=99)))
    with UnitOfWork(engine) as unit:
        assert unit.repositories.chat_rate.missed_after(1) == []
    store(engine, chats_of(conversation(ALPHA, 2, cycle_id=100)))
    with UnitOfWork(engine) as unit:
        (missed,) = unit.repositories.chat_rate.missed_after(2)
    assert (missed.missing, missed.since, missed.until) == (89, at(1), at(2))


def test_accounts_that_left_are_still_noticed(engine: Engine) -> None:
    store(engine, totals_of(snapshot(BETA, FAR, "10000")))
    store(engine, listed(ALPHA, BETA), listed(ALPHA))
    assert active(engine) == {ALPHA}


def test_an_account_with_a_refused_start_is_still_listed(engine: Engine) -> None:
    store(engine, listed(ALPHA, BETA), listed(ALPHA, refused=BETA))
    assert active(engine) == {ALPHA, BETA}
    store(engine, listed(ALPHA, "gamma-3"), listed(ALPHA, refused=BETA))
    assert active(engine) == {ALPHA, BETA}


def test_a_refused_row_does_not_make_every_request_unconditional(
    engine: Engine,
) -> None:
    """No later version of the program would store it."""
    store(engine, listed(ALPHA, refused=BETA, etag='"same"'))
    with Session(engine) as session:
        assert session.scalars(select(SourceValidator.etag)).all() == ['"same"']


def test_the_next_hours_are_asked_for_from_where_the_others_are(
    engine: Engine,
) -> None:
    hours = [snapshot(each, h, "10000") for each in (ALPHA, BETA) for h in range(9)]
    store(engine, listed(ALPHA, BETA), totals_of(*hours))
    assert settled(engine) == 7
    far = snapshot(BETA, FAR, "10000", hourly_marker=600_000)
    store(engine, totals_of(far))
    assert settled(engine) == 7
    with Session(engine) as session:
        beta = session.scalars(select(LLMModel).where(LLMModel.model_id == BETA)).one()
        beta.started_at = at(FAR)
        session.commit()
    assert settled(engine) == 7


def test_a_silent_source_is_still_noticed(engine: Engine) -> None:
    store(
        engine,
        totals_of(snapshot(ALPHA, 5, "10000"), snapshot(ALPHA, FAR, "9000")),
        chats_of(conversation(ALPHA, 6), conversation(ALPHA, FAR)),
    )
    found = changes(engine)
    assert (found.snapshot_at, found.chat_at) == (at(5), at(6))
    assert [each.observed_at for each in found.standing] == [at(5)]


def test_health_and_status_show_the_newest_that_is_believed(engine: Engine) -> None:
    store(
        engine,
        totals_of(snapshot(ALPHA, 5, "10000"), snapshot(ALPHA, FAR, "9000")),
        chats_of(conversation(ALPHA, 6), conversation(ALPHA, FAR)),
        replace(
            trades_of(leg(ALPHA, 4), leg(ALPHA, FAR)),
            served=Served(at(4)),
        ),
    )
    health = read_health(engine, utc_now(), list(Kind), at(1) - at(0))
    newest = {kind: times[ALPHA] for kind, times in health.observations.items()}
    assert newest == {
        Kind.LEADERBOARD: at(5),
        Kind.MODEL_CHAT: at(6),
        Kind.TRADES: at(4),
    }
    (row,) = read_condition(engine, utc_now()).newest
    assert at(FAR) not in (row.snapshot_at, row.trade_at, row.chat_at)


def test_its_refusal_is_not_taken_back_when_its_time_has_come(engine: Engine) -> None:
    observed = at(0)
    body = exact_json({"accountTotals": [account_total(timestamp=at(90).timestamp())]})
    payload = RawPayload(body.encode(), "x", observed, "http", observed_at=observed)
    Collector(engine, FakeClock(observed)).import_payloads([payload], "x")
    done = reprocess(engine, FakeClock(at(900)))
    assert (done.passed, done.left) == (0, 1)
    assert rows_in(engine)["leaderboard_snapshots"] == []
