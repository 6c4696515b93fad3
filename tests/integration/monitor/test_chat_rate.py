"""How fast ModelChat goes and what was missed of it, read off the tables."""

import logging

import pytest
from sqlalchemy import Engine

from nof1_tracker.database import UnitOfWork
from nof1_tracker.database.read.chat_rate import MissedChats
from nof1_tracker.monitor.chat_watch import ChatWatch
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import Conversation
from tests.parsed_payloads import (
    ALPHA,
    BETA,
    account,
    at,
    chats_of,
    conversation,
    parsed,
    store,
)


def talk(account_id: str, minute: float, cycle: int | None) -> Conversation:
    return conversation(account_id, minute / 60, cycle_id=cycle)


def talks(account_id: str, *minutes: float, first: int = 1) -> list[Conversation]:
    return [talk(account_id, m, first + n) for n, m in enumerate(minutes)]


def rates(engine: Engine) -> dict[str, float]:
    with UnitOfWork(engine) as unit:
        return dict(unit.repositories.chat_rate.rates())


def missed(engine: Engine, newest_id: int) -> list[MissedChats]:
    with UnitOfWork(engine) as unit:
        return list(unit.repositories.chat_rate.missed_after(newest_id))


def newest_id(engine: Engine) -> int:
    with UnitOfWork(engine) as unit:
        return unit.repositories.chat_rate.newest_id()


def test_an_empty_table_has_no_rate_and_no_gap(engine: Engine) -> None:
    assert rates(engine) == {}
    assert missed(engine, newest_id(engine)) == []


def test_the_rate_adds_up_over_the_models_of_a_window(engine: Engine) -> None:
    store(engine, chats_of(*talks(ALPHA, 0, 2, 4, 6), *talks(BETA, 0, 4, 8)))
    assert rates(engine) == {"": pytest.approx(0.5 + 0.25)}


def test_each_competition_has_a_rate_of_its_own(engine: Engine) -> None:
    accounts = [account(ALPHA, variant="Monk"), account(BETA, variant="Max")]
    store(
        engine,
        parsed(
            Endpoint.CONVERSATIONS,
            accounts=accounts,
            conversations=[*talks(ALPHA, 0, 2), *talks(BETA, 0, 10)],
        ),
    )
    assert rates(engine) == {"Monk": pytest.approx(0.5), "Max": pytest.approx(0.1)}


def test_what_was_missed_counts_in_the_rate(engine: Engine) -> None:
    store(engine, chats_of(talk(ALPHA, 0, 1), talk(ALPHA, 10, 4)))
    assert rates(engine) == {"": pytest.approx(0.3)}


def test_cycle_ids_that_begin_anew_do_not_make_the_rate_absurd(engine: Engine) -> None:
    store(engine, chats_of(talk(ALPHA, 0, 5000), talk(ALPHA, 10, 1)))
    assert rates(engine)[""] <= 0.4


def test_only_the_last_two_hours_count(engine: Engine) -> None:
    store(engine, chats_of(*talks(ALPHA, 0, 1, 2, 3, 600, 610)))
    assert rates(engine) == {"": pytest.approx(0.1)}


def test_a_gap_before_new_conversations_is_found_once(engine: Engine) -> None:
    store(engine, chats_of(*talks(ALPHA, 0, 2)))
    seen = newest_id(engine)
    store(engine, chats_of(*talks(ALPHA, 20, 22, first=7), talk(BETA, 0, 50)))
    name = ALPHA.title()
    assert missed(engine, seen) == [MissedChats(name, 4, at(2 / 60), at(20 / 60))]
    assert missed(engine, newest_id(engine)) == []


def test_conversations_without_a_cycle_id_are_no_gap(engine: Engine) -> None:
    store(engine, chats_of(talk(ALPHA, 0, None), talk(ALPHA, 9, None)))
    assert missed(engine, 0) == []


def test_the_watch_tells_gaps_and_adapts_the_pace(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    watch = ChatWatch(engine, interval=900, rate_limit=30)
    store(engine, chats_of(*talks(ALPHA, 0, 0.25)))
    watch.before()
    store(engine, chats_of(talk(ALPHA, 0.75, 5)))
    watch.after()
    messages = [record.getMessage() for record in caplog.records]
    assert watch.parts == 2
    assert any("2 conversations were missed" in text for text in messages)
    assert any("every 7.5 min" in text for text in messages)
