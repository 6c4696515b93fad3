"""What proves that a kind is being recorded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nof1_tracker.analyzer.freshness import Freshness, last_successes
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.records.status import StoredRun
from nof1_tracker.rendering.programs.freshness import freshness_object
from nof1_tracker.rendering.terminal.freshness import unhealthy_lines

NOW = datetime(2025, 10, 28, 7, tzinfo=UTC)
MAX_AGE = timedelta(minutes=45)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def run(minutes: float, *lines: dict[str, Any]) -> StoredRun:
    """A run over HTTP that ended so long ago, having stored a row per line."""
    counts = tuple({"inserted": 1, "rejected": 0, "source": "x"} | x for x in lines)
    began, ended = ago(minutes + 1), ago(minutes)
    return StoredRun(began, ended, "http", "site", RunStatus.PARTIAL, counts, None)


def success(kind: Kind, *runs: StoredRun) -> datetime | None:
    return last_successes([kind], runs, {})[kind]


def test_a_kind_succeeded_when_the_newest_run_that_stored_it_ended() -> None:
    runs = [run(5, {"kind": "trades"}), run(9, {"kind": "model_chat"})]
    older = run(20, {"kind": "model_chat"})
    assert success(Kind.TRADES, *runs, older) == ago(5)
    assert success(Kind.MODEL_CHAT, *runs, older) == ago(9)
    assert success(Kind.LEADERBOARD, *runs, older) is None


@pytest.mark.parametrize(
    ("line", "proves"),
    [
        ({"inserted": 0, "unchanged": 3}, True),
        ({"inserted": 0}, True),  # an empty body, or no news since the last one
        ({"inserted": 0, "rejected": 100}, False),
        ({"inserted": 1, "rejected": 99}, True),
        ({"inserted": None, "updated": None}, True),  # as older versions wrote it
    ],
)
def test_a_run_proves_a_kind_unless_all_of_it_was_rejected(
    line: dict[str, Any], proves: bool
) -> None:
    found = success(Kind.TRADES, run(1, {"kind": "trades"} | line))
    assert (found is not None) is proves


@pytest.mark.parametrize("source", ["leaderboard", "page", "model_chat"])
def test_equity_from_elsewhere_does_not_prove_the_leaderboard(source: str) -> None:
    line = {"kind": "leaderboard", "source": source}
    assert success(Kind.LEADERBOARD, run(1, line)) is None


@pytest.mark.parametrize("source", ["account_totals", "account-totals"])
def test_account_totals_prove_the_leaderboard(source: str) -> None:
    line = {"kind": "leaderboard", "source": source}
    assert success(Kind.LEADERBOARD, run(1, line)) == ago(1)


def test_an_observation_proves_that_it_was_fetched_whatever_the_journal_says() -> None:
    found = last_successes(
        [Kind.TRADES, Kind.MODEL_CHAT],
        [run(30, {"kind": "trades"})],
        {Kind.TRADES: ago(90), Kind.MODEL_CHAT: ago(2)},
    )
    assert found == {Kind.TRADES: ago(30), Kind.MODEL_CHAT: ago(2)}


def test_runs_are_read_only_as_far_as_needed() -> None:
    def runs() -> Any:
        yield run(1, {"kind": "trades"}, {"kind": "model_chat"})
        yield run(2)
        pytest.fail("read on")

    last_successes([Kind.TRADES, Kind.MODEL_CHAT], runs(), {})


def test_a_kind_is_stale_when_it_is_older_than_allowed_or_unknown() -> None:
    report = Freshness(
        NOW,
        MAX_AGE,
        {
            Kind.LEADERBOARD: NOW - MAX_AGE,
            Kind.TRADES: NOW - MAX_AGE - timedelta(seconds=1),
            Kind.MODEL_CHAT: None,
        },
    )
    assert report.stale == (Kind.TRADES, Kind.MODEL_CHAT)
    assert list(unhealthy_lines(report)) == [
        "trades: last success 45 min ago, at 2025-10-28 06:14 UTC; 45 min is allowed",
        "model_chat: no success is known; 45 min is allowed",
    ]


def test_programs_get_the_ages_in_seconds_and_null_where_none_is_known() -> None:
    successes = {Kind.TRADES: ago(1.5), Kind.MODEL_CHAT: None}
    assert freshness_object(Freshness(NOW, MAX_AGE, successes)) == {
        "healthy": False,
        "stale": ["model_chat"],
        "silent": [],
        "max_age_seconds": 2700.0,
        "kinds": {
            "trades": {
                "last_success": "2025-10-28T06:58:30Z",
                "age_seconds": 90.0,
                "stale": False,
                "newest_observation": None,
                "silent": False,
            },
            "model_chat": {
                "last_success": None,
                "age_seconds": None,
                "stale": True,
                "newest_observation": None,
                "silent": False,
            },
        },
    }


def test_a_kind_that_is_fetched_without_news_is_silent_and_not_healthy() -> None:
    kinds = (Kind.LEADERBOARD, Kind.TRADES, Kind.MODEL_CHAT)
    news = {Kind.LEADERBOARD: ago(37 * 60), Kind.MODEL_CHAT: ago(180)}
    recorded = Freshness(
        NOW, MAX_AGE, dict.fromkeys(kinds, ago(1)), news, timedelta(hours=3)
    )
    assert recorded.stale == ()
    assert recorded.silent == (Kind.LEADERBOARD,)
    assert not recorded.is_healthy
    assert list(unhealthy_lines(recorded)) == [
        (
            "leaderboard: fetched, but without news for 37 h, since 2025-10-26 18:00 UTC:"
            " the site repeats itself"
        )
    ]
    assert freshness_object(recorded)["silent"] == ["leaderboard"]


def test_a_stale_kind_is_not_silent_beside_and_where_none_is_expected_none_is() -> None:
    successes = {Kind.LEADERBOARD: ago(60), Kind.MODEL_CHAT: ago(1)}
    news = dict.fromkeys(successes, ago(600))
    report = Freshness(NOW, MAX_AGE, successes, news, timedelta(hours=3))
    assert (report.stale, report.silent) == ((Kind.LEADERBOARD,), (Kind.MODEL_CHAT,))
    assert replace(report, news_within=None).silent == ()
