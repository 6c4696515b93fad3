"""One message per event, digests of many, quiet hours on any night of the year."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from nof1_tracker.notify.messages import (
    LONGEST_BODY,
    LONGEST_TITLE,
    for_machines,
    for_people,
)
from nof1_tracker.notify.quiet_hours import QuietHours
from nof1_tracker.records.events import EventKind
from tests.unit.notify.stored_events import NOW, stored

NEVER = QuietHours()
NIGHT = QuietHours(time(22), time(7), ZoneInfo("Europe/Berlin"))


def test_a_few_events_are_told_one_by_one_with_their_time() -> None:
    messages = for_people([stored(1), stored(2)], 5, NEVER)
    assert [m.title for m in messages] == ["Event 1", "Event 2"]
    assert messages[0].text == "More of it\n2025-10-28 12:00 UTC"


def test_the_kind_is_said_where_no_heading_says_it() -> None:
    (message,) = for_people([stored(1, EventKind.LARGE_LOSS)], 5, NEVER)
    assert message.title == "Large loss: Event 1"


@pytest.mark.parametrize(("number", "messages"), [(5, 5), (6, 1), (500, 1)])
def test_more_than_the_limit_is_one_digest(number: int, messages: int) -> None:
    events = [stored(each) for each in range(number)]
    told = for_people(events, 5, NEVER)
    assert len(told) == messages
    assert sorted(k for m in told for k in m.keys) == sorted(
        e.event.key for e in events
    )


def test_a_digest_tells_the_gravest_first_and_counts_what_it_leaves_out() -> None:
    events = [stored(each) for each in range(20)]
    events.append(stored(99, EventKind.LIQUIDATION, title="Ada was liquidated"))
    (message,) = for_people(events, 5, NEVER)
    assert message.title == "nof1-tracker: 21 events"
    lines = message.text.splitlines()
    assert lines[:4] == [
        "Liquidations: 1",
        "- Ada was liquidated",
        "Positions closed: 20",
        "- Event 0",
    ]
    assert lines[-1] == "- and 12 more"


def test_a_digest_of_everything_at_its_longest_fits_a_message() -> None:
    events = [
        stored(number, kind, title="W" * 400)
        for number, kind in enumerate(list(EventKind) * 40)
    ]
    (message,) = for_people(events, 5, NEVER)
    assert len(message.text) <= LONGEST_BODY
    for kind in ("Liquidations: 40", "Recovered: 40"):
        assert kind in message.text


def test_a_long_title_is_cut() -> None:
    (message,) = for_people([stored(title="W" * 9999)], 5, NEVER)
    assert len(message.title) == LONGEST_TITLE


def test_what_was_held_back_at_night_comes_as_one_message() -> None:
    at_night = datetime(2025, 10, 28, 2, tzinfo=UTC)
    events = [stored(1, detected_at=at_night), stored(2, detected_at=at_night)]
    digest, fresh = for_people([*events, stored(3, detected_at=NOW)], 5, NIGHT)
    assert digest.title == "nof1-tracker: 2 events in quiet hours 22:00-07:00"
    assert fresh.title == "Event 3"


def test_a_single_one_that_was_held_back_needs_no_digest() -> None:
    at_night = datetime(2025, 10, 28, 2, tzinfo=UTC)
    (message,) = for_people([stored(1, detected_at=at_night)], 5, NIGHT)
    assert message.title == "Event 1"


def test_machines_get_every_event_by_itself() -> None:
    assert len(for_machines([stored(each) for each in range(50)])) == 50


# --- quiet hours ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "is_quiet"),
    [(21, 59, False), (22, 0, True), (0, 0, True), (6, 59, True), (7, 0, False)],
)
def test_quiet_hours_go_over_midnight(hour: int, minute: int, is_quiet: bool) -> None:
    quiet = QuietHours(time(22), time(7))
    assert quiet.holds(datetime(2025, 7, 1, hour, minute, tzinfo=UTC)) is is_quiet


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = QuietHours(time(12), time(13))
    assert noon.holds(NOW)
    assert not noon.holds(NOW + timedelta(hours=1))
    assert not any(NEVER.holds(NOW + timedelta(hours=h)) for h in range(24))


def quiet_minutes(night_begins: datetime) -> int:
    """Quiet minutes in the 24 hours after that noon."""
    minutes = (night_begins + timedelta(minutes=each) for each in range(24 * 60))
    return sum(NIGHT.holds(minute) for minute in minutes)


@pytest.mark.parametrize(
    ("noon", "hours"),
    [
        (datetime(2025, 10, 20, 12, tzinfo=UTC), 9),
        (datetime(2025, 10, 25, 12, tzinfo=UTC), 10),  # clocks go back
        (datetime(2026, 3, 28, 12, tzinfo=UTC), 8),  # clocks go forward
    ],
)
def test_a_night_on_which_the_clocks_change_is_quiet_by_the_wall_clock(
    noon: datetime, hours: int
) -> None:
    assert quiet_minutes(noon) == hours * 60


def test_the_hour_that_comes_twice_is_quiet_twice() -> None:
    span = QuietHours(time(2), time(3), ZoneInfo("Europe/Berlin"))
    first = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert span.holds(first)
    assert span.holds(first + timedelta(hours=1))
    assert not span.holds(first + timedelta(hours=2))


def test_the_end_of_the_night_moves_with_the_clocks() -> None:
    assert not NIGHT.holds(datetime(2025, 10, 25, 5, 0, tzinfo=UTC))  # 07:00 CEST
    assert NIGHT.holds(datetime(2025, 10, 26, 5, 59, tzinfo=UTC))  # 06:59 CET
    assert not NIGHT.holds(datetime(2025, 10, 26, 6, 0, tzinfo=UTC))
