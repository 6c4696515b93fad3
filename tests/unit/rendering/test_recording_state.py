"""Whether recording goes on, in words."""

from datetime import UTC, datetime, timedelta

from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.records.enums import Kind
from nof1_tracker.rendering.recording_state import RecordingState, recording_state

NOW = datetime(2025, 10, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _ago(hours: float) -> datetime:
    return NOW - hours * HOUR


def state_of(freshness: Freshness, *, is_over: bool = False) -> RecordingState:
    return recording_state(freshness, is_over=is_over, looked_every=HOUR)


def test_what_is_recorded_needs_no_words() -> None:
    state = state_of(Freshness(NOW, HOUR, {Kind.TRADES: _ago(0.5)}))
    assert (state.is_healthy, state.newest, state.words) == (True, _ago(0.5), "")


def test_what_is_not_recorded_is_named_with_its_age_and_the_remedy() -> None:
    successes = {Kind.LEADERBOARD: _ago(5), Kind.TRADES: None}
    state = state_of(Freshness(NOW, HOUR, successes))
    assert state.words == (
        "Not being recorded: equity (last 5 h ago), trades (never)."
        " `nof1-tracker monitor` goes on recording."
    )


def test_a_source_that_repeats_itself_is_told_from_one_that_is_not_recorded() -> None:
    fresh = {Kind.MODEL_CHAT: _ago(0.1)}
    state = state_of(Freshness(NOW, HOUR, fresh, {Kind.MODEL_CHAT: _ago(9)}, 3 * HOUR))
    assert not state.is_healthy
    assert state.words.endswith("nothing new for long: ModelChat.")


def test_an_empty_record_is_not_stale() -> None:
    state = state_of(Freshness(NOW, HOUR, dict.fromkeys(Kind)))
    assert (state.newest, state.words) == (None, "")


def test_after_the_season_nothing_has_to_be_recorded() -> None:
    old, fresh = {Kind.TRADES: _ago(900)}, {Kind.TRADES: _ago(0.5)}

    over = state_of(Freshness(NOW, HOUR, old), is_over=True)
    assert (over.is_healthy, over.is_over) == (False, True)
    assert "Not being recorded" not in over.words
    still = state_of(Freshness(NOW, HOUR, fresh), is_over=True)
    assert (still.is_healthy, still.is_over) == (True, False)


def test_after_the_season_one_look_an_hour_is_enough() -> None:
    looked, unwatched = {Kind.TRADES: _ago(1.5)}, {Kind.TRADES: _ago(3)}

    assert state_of(Freshness(NOW, HOUR, looked), is_over=True).words == ""
    words = state_of(Freshness(NOW, HOUR, unwatched), is_over=True).words
    assert words.startswith("The season is over")
    assert "since" not in words.partition("Nobody")[0]
    assert words.endswith("3 h ago: `nof1-tracker monitor` does.")
