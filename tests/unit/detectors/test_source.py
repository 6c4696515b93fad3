"""The competition and its source."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from nof1_tracker.detectors.detect import detect, detect_idle, first_memory, is_history
from nof1_tracker.detectors.rules import Rules
from nof1_tracker.detectors.source import (
    detect_gaps,
    detect_holds,
    detect_newcomers,
    detect_pause,
    detect_rejections,
    detect_schema_drift,
    detect_staleness,
    detect_unrecorded,
)
from nof1_tracker.records.changes import Archiving, ConversationGap, Hold, NewRejection
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.findings import (
    AccountJoined,
    BodiesRecordedAgain,
    BodiesUnrecorded,
    ConversationsMissed,
    EndpointAnswers,
    EndpointHeld,
    PayloadRejected,
    RecordingResumed,
    SchemaChanged,
    SeasonStarted,
    SourceRecovered,
    SourceStale,
)
from nof1_tracker.records.status import Drift
from tests.unit.detectors.table_changes import (
    ACCOUNTS,
    ADA,
    NOW,
    SEASON,
    changes,
    leg,
    memory,
    open_trade,
)

HOUR = timedelta(hours=1)
RULES = Rules(stale_after=HOUR)


def gap(model_id: int, after: int, before: int) -> ConversationGap:
    return ConversationGap(model_id, after, before, NOW - HOUR, NOW)


def test_a_source_is_stale_after_the_limit_and_told_once() -> None:
    old = changes(chat_at=NOW - HOUR - timedelta(seconds=1))
    events, stale = detect_staleness(old, memory(), RULES, NOW)
    age = HOUR + timedelta(seconds=1)
    assert [e.facts for e in events] == [SourceStale("ModelChat", NOW - age, age)]
    again, _ = detect_staleness(old, memory(stale=stale), RULES, NOW + HOUR / 2)
    assert again == []


def test_no_news_after_the_close_of_a_season_is_nothing_to_report() -> None:
    silent = changes(chat_at=NOW - 5 * HOUR)
    closed = replace(SEASON, closed_at=NOW - HOUR)
    assert detect_staleness(replace(silent, season=closed), memory(), RULES, NOW) == (
        [],
        {},
    )
    running = replace(SEASON, closed_at=NOW + HOUR)
    events, _ = detect_staleness(replace(silent, season=running), memory(), RULES, NOW)
    assert len(events) == 1


def test_a_source_exactly_at_the_limit_is_not_stale() -> None:
    events, stale = detect_staleness(changes(chat_at=NOW - HOUR), memory(), RULES, NOW)
    assert (events, stale) == ([], {})


def test_a_stale_source_that_has_news_recovers_once() -> None:
    before = memory(stale={"ModelChat": NOW - 5 * HOUR})
    events, stale = detect_staleness(changes(), before, RULES, NOW)
    assert [(e.kind, e.facts) for e in events] == [
        (EventKind.RECOVERED, SourceRecovered("ModelChat", NOW - 5 * HOUR))
    ]
    assert stale == {}


def test_trades_are_stale_by_when_they_were_last_fetched() -> None:
    before = memory(trades_at=NOW - 2 * HOUR)
    events, _ = detect_staleness(changes(), before, RULES, NOW)
    told = SourceStale("trades", NOW - 2 * HOUR, 2 * HOUR)
    assert [e.facts for e in events] == [told]


def test_what_never_had_news_is_not_stale() -> None:
    nothing = changes(chat_at=None, snapshot_at=None)
    assert detect_staleness(nothing, memory(), RULES, NOW) == ([], {})


def test_recording_that_resumes_after_a_pause_is_told() -> None:
    before = memory(last_look_at=NOW - 8 * HOUR)
    (event,) = detect_pause(before, RULES, NOW)
    assert event.facts == RecordingResumed(NOW - 8 * HOUR, 8 * HOUR)
    assert list(detect_pause(memory(), RULES, NOW)) == []


def test_between_cycles_only_time_is_looked_at() -> None:
    seen = changes(chat_at=NOW - 2 * HOUR, gaps=(gap(1, 3, 9),), trades=(leg(),))
    events, remembered = detect_idle(seen, memory(), RULES, NOW)
    assert [e.kind for e in events] == [EventKind.STALE_SOURCE]
    assert remembered.watermark == memory().watermark


def test_a_new_model_and_a_new_season_are_told() -> None:
    later = replace(
        SEASON, id=9, number=Decimal(2), name="Season 2", is_provisional=True
    )
    seen = changes(season=later, new_accounts=(2,))
    season, model = detect_newcomers(seen, memory(), NOW)
    assert season.facts == SeasonStarted(later)
    assert model.facts == AccountJoined(ACCOUNTS[2])
    assert model.account_id == "model-2"


def test_the_season_in_which_somebody_looked_first_is_not_new() -> None:
    assert list(detect_newcomers(changes(), memory(season_id=None), NOW)) == []
    assert list(detect_newcomers(changes(), memory(), NOW)) == []


def test_gaps_of_one_look_are_one_event() -> None:
    seen = changes(gaps=(gap(1, 10, 13), gap(2, 5, 10), gap(1, 20, 22)))
    (event,) = detect_gaps(seen, NOW)
    assert event.facts == ConversationsMissed(
        since=NOW - HOUR, until=NOW, by_account=((ACCOUNTS[2], 4), (ADA, 3))
    )
    assert event.numbers == {"missing": 7}
    assert event.account_id is None


def test_a_gap_of_one_account_names_it() -> None:
    (event,) = detect_gaps(changes(gaps=(gap(1, 10, 12),)), NOW)
    assert event.numbers == {"missing": 1}
    assert event.account_id == "model-1"


def test_a_reason_is_told_once_whatever_its_numbers() -> None:
    rows = (
        NewRejection("trades", "row 12: quantity is missing", NOW),
        NewRejection("trades", "row 13: quantity is missing", NOW),
        NewRejection("trades", "row 13: symbol is missing", NOW),
    )
    events = list(detect_rejections(changes(rejections=rows)))
    assert [e.facts for e in events] == [
        PayloadRejected(rows[0]),
        PayloadRejected(rows[2]),
    ]
    (later,) = detect_rejections(changes(rejections=rows[1:2]))
    assert later.key == events[0].key


def test_each_change_of_the_source_is_told_with_when_it_was_noted() -> None:
    new = Drift("trades", "funding", "number", "", "0.25", NOW, is_gone=False)
    gone = replace(new, path="entry_oid", noted_at=NOW - HOUR, is_gone=True)
    events = list(detect_schema_drift(changes(schema_drift=(new, gone))))
    assert [(e.facts, e.occurred_at) for e in events] == [
        (SchemaChanged(new), NOW),
        (SchemaChanged(gone), NOW - HOUR),
    ]


def test_a_change_keeps_its_key_and_a_later_one_of_the_field_has_another() -> None:
    change = Drift("trades", "funding", "number", "", "0.25", NOW, is_gone=False)
    (event,) = detect_schema_drift(changes(schema_drift=(change,)))
    again, later = detect_schema_drift(
        changes(schema_drift=(change, replace(change, noted_at=NOW + HOUR)))
    )
    assert (again.key == event.key, later.key == event.key) == (True, False)


def test_only_wanted_kinds_are_detected_in_the_order_of_their_time() -> None:
    rules = Rules(frozenset({EventKind.POSITION_OPENED, EventKind.GAP}))
    seen = changes(gaps=(gap(1, 3, 9),), trades=(leg(), open_trade()))
    events, _ = detect(seen, memory(), rules, NOW)
    assert [e.kind for e in events] == [EventKind.POSITION_OPENED, EventKind.GAP]


def test_what_happened_before_the_first_look_is_history() -> None:
    seen = changes(trades=(open_trade(),))
    first = first_memory(seen, NOW)
    (event,), _ = detect(seen, first, RULES, NOW)
    assert is_history(event, first)
    assert not is_history(event, memory())


def test_the_state_of_things_at_the_first_look_is_told_where_it_is_bad() -> None:
    old = changes(chat_at=NOW - 2 * HOUR)
    first = first_memory(old, NOW)
    (event,), _ = detect(old, first, RULES, NOW)
    assert event.kind is EventKind.STALE_SOURCE
    assert not is_history(event, first)


# --- pauses that the site asks for --------------------------------------------------


def hold(minutes: float = 15, **fields: Any) -> Hold:
    """ModelChat, left alone for that long; the site asked for a day."""
    usual = Hold("conversations", NOW, NOW + timedelta(minutes=minutes), 24 * HOUR)
    return replace(usual, **fields)


def test_an_endpoint_that_is_held_is_reported_once_and_so_is_its_end() -> None:
    begun, held = detect_holds([hold()], memory(), NOW)
    assert [(e.kind, e.facts) for e in begun] == [
        (EventKind.ENDPOINT_HELD, EndpointHeld(hold()))
    ]
    assert begun[0].numbers == {"wish_seconds": 86_400}
    longer = hold(until=NOW + 2 * HOUR)
    again, held = detect_holds([longer], memory(held=held), NOW + HOUR)
    assert again == []
    over, held = detect_holds([], memory(held=held), NOW + 2 * HOUR)
    assert [(e.kind, e.facts) for e in over] == [
        (EventKind.RECOVERED, EndpointAnswers("conversations", NOW, 2 * HOUR))
    ]
    assert held == {}


def test_each_hold_of_an_endpoint_has_a_key_of_its_own() -> None:
    later = hold(since=NOW + HOUR, until=NOW + 2 * HOUR)
    keys = [detect_holds([each], memory(), NOW)[0][0].key for each in (hold(), later)]
    assert len(set(keys)) == 2


def test_a_short_pause_is_not_worth_a_message_nor_is_its_end() -> None:
    found, held = detect_holds([hold(minutes=4.9)], memory(), NOW)
    assert (found, held) == ([], {})
    assert detect_holds([], memory(), NOW) == ([], {})


def test_a_cycle_that_asks_nothing_neither_begins_nor_ends_a_hold() -> None:
    since = {"conversations": NOW - HOUR}
    assert detect_holds(None, memory(held=since), NOW) == ([], since)


def test_what_is_held_is_remembered_from_look_to_look() -> None:
    events, after = detect(changes(), memory(), RULES, NOW, holds=[hold()])
    assert [e.kind for e in events] == [EventKind.ENDPOINT_HELD]
    events, after = detect(changes(), after, RULES, NOW, holds=None)
    assert events == []
    events, _ = detect(changes(), after, RULES, NOW, holds=[])
    assert [e.kind for e in events] == [EventKind.RECOVERED]


# --- bodies that cannot be recorded --------------------------------------------------

FULL = Archiving(unrecorded=3, reason="The disk is full.")


def test_bodies_that_are_not_recorded_are_reported_once_and_so_is_their_end() -> None:
    begun, since = detect_unrecorded(FULL, memory(), NOW)
    assert [(e.kind, e.facts) for e in begun] == [
        (EventKind.UNRECORDED, BodiesUnrecorded(3, "The disk is full."))
    ]
    assert begun[0].numbers == {"bodies": 3}
    still = memory(unrecorded_since=since)
    assert detect_unrecorded(FULL, still, NOW + HOUR) == ([], NOW)
    over, since = detect_unrecorded(Archiving(), still, NOW + 2 * HOUR)
    assert [(e.kind, e.facts) for e in over] == [
        (EventKind.RECOVERED, BodiesRecordedAgain(NOW, 2 * HOUR))
    ]
    assert since is None


def test_a_cycle_with_nothing_to_record_says_nothing_of_the_archive() -> None:
    assert detect_unrecorded(None, memory(), NOW) == ([], None)
    still = memory(unrecorded_since=NOW - HOUR)
    assert detect_unrecorded(None, still, NOW) == ([], NOW - HOUR)


def test_that_bodies_are_not_recorded_is_remembered_from_look_to_look() -> None:
    events, after = detect(changes(), memory(), RULES, NOW, archiving=FULL)
    assert [e.kind for e in events] == [EventKind.UNRECORDED]
    events, after = detect(changes(), after, RULES, NOW, archiving=FULL)
    assert events == []
    events, _ = detect(changes(), after, RULES, NOW, archiving=Archiving())
    assert [e.kind for e in events] == [EventKind.RECOVERED]
