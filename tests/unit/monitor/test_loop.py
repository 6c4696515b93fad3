"""When the loop scrapes what, and what it survives."""

import errno
import logging
from dataclasses import dataclass
from itertools import pairwise

import pytest

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.monitor import loop
from nof1_tracker.monitor.cycle import CycleResult
from nof1_tracker.monitor.cycle_report import CycleReport, KindOutcome
from nof1_tracker.monitor.signals import OverrunError
from nof1_tracker.records.enums import Kind
from tests.unit.monitor.stage import (
    COMPLETE,
    FAILED,
    PlayedCycle,
    Stage,
    all_with,
    failing,
)

CHAT, TRADES, BOARD = Kind.MODEL_CHAT, Kind.TRADES, Kind.LEADERBOARD


def told(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return any(words in record.getMessage() for record in caplog.records)


def statuses(report: CycleReport) -> dict[Kind, object]:
    return {each.kind: each.status for each in report.outcomes}


def test_cycles_start_at_once_and_then_from_start_to_start() -> None:
    stage = Stage(seconds=100)
    stage.run(4)
    assert stage.starts == [0, 900, 1800, 2700]


def test_a_cycle_that_overruns_never_overlaps_and_what_it_skips_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(seconds=2000)
    stage.run(3)
    assert stage.starts == [0, 2700, 5400]
    assert told(caplog, "2 starts were skipped")


def test_model_chat_alone_is_polled_in_between_where_the_pace_asks_for_it() -> None:
    stage = Stage(parts=3)
    stage.run(4)
    every = tuple(Kind)
    assert stage.cycle.ran == [(0, every), (300, (CHAT,)), (600, (CHAT,)), (900, every)]
    assert statuses(stage.audience.reports[1]) == {
        BOARD: None,
        TRADES: None,
        CHAT: COMPLETE,
    }


def test_a_kind_fails_alone_and_is_retried_alone_before_the_next_start() -> None:
    stage = Stage(failing(TRADES), all_with(COMPLETE))
    first, *_ = stage.run(3)
    assert statuses(first) == {BOARD: COMPLETE, TRADES: FAILED, CHAT: COMPLETE}
    assert stage.cycle.ran[1:] == [(65, (TRADES,)), (900, tuple(Kind))]


def test_from_the_third_failure_in_a_row_a_kind_is_left_alone() -> None:
    stage = Stage(failing(TRADES))
    stage.run(20)
    tried = [at for at, kinds in stage.cycle.ran if TRADES in kinds]
    others = [at for at, kinds in stage.cycle.ran if BOARD in kinds]
    assert tried[:3] == [0, 65, 190]
    pauses = [b - a for a, b in pairwise(tried[2:])]
    assert pauses[:3] == [905, 1805, 3605]
    assert others == [900 * n for n in range(len(others))]


def test_model_chat_is_never_left_alone_for_longer_than_a_quarter_of_an_hour() -> None:
    stage = Stage(failing(CHAT))
    stage.run(40)
    tried = [at for at, kinds in stage.cycle.ran if CHAT in kinds]
    assert max(b - a for a, b in pairwise(tried)) <= 905


def test_a_failure_of_the_database_is_retried_every_minute_and_opens_no_breaker() -> (
    None
):
    def database_down(kinds: object) -> CycleResult:
        assert isinstance(kinds, list)
        outcomes = tuple(KindOutcome(k, FAILED, 1.0, "down") for k in kinds)
        return CycleResult(outcomes, database_failed=frozenset(kinds))

    stage = Stage(database_down, database_down, database_down, database_down)
    stage.run(5)
    assert stage.starts == [0, 65, 130, 195, 260]
    assert all(kinds == tuple(Kind) for _, kinds in stage.cycle.ran)


def test_a_kind_that_was_asked_to_pause_follows_the_schedule_and_is_tried_at_its_end() -> (
    None
):
    def asked_to_pause(kinds: object) -> CycleResult:
        assert isinstance(kinds, list)
        outcomes = tuple(
            KindOutcome(k, FAILED if k is TRADES else COMPLETE, 1.0) for k in kinds
        )
        return CycleResult(outcomes, held={TRADES: 1000 + 2000.0})

    stage = Stage(*[asked_to_pause] * 3, all_with(COMPLETE))
    stage.run(5)
    every = tuple(Kind)
    ends = (2000, (TRADES,))
    assert stage.cycle.ran == [
        (0, every),
        (900, every),
        (1800, every),
        ends,
        (2700, every),
    ]


def test_a_system_without_a_free_file_costs_a_cycle_and_not_the_recording(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def no_file(kinds: object) -> CycleResult:
        raise OSError(errno.EMFILE, "Too many open files")

    stage = Stage(no_file, all_with(COMPLETE))
    reports = stage.run(2)
    assert set(statuses(reports[0]).values()) == {FAILED}
    assert set(statuses(reports[1]).values()) == {COMPLETE}
    assert stage.starts == [0, 65]
    assert told(caplog, "The system refuses: Too many open files")


def test_a_cycle_that_does_not_end_is_given_up_with_its_source() -> None:
    def endless(kinds: object) -> CycleResult:
        raise OverrunError(1200)

    stage = Stage(endless, all_with(COMPLETE))
    reports = stage.run(2)
    assert "did not end within 1200 s" in str(reports[0].outcomes[0].error)
    assert set(statuses(reports[1]).values()) == {COMPLETE}
    assert stage.cycle.closed == 1


def test_a_lock_whose_file_does_not_open_is_waited_for() -> None:
    stage = Stage()
    hold, refused = stage.leadership.hold, [True, True]

    def refuse_at_first() -> bool:
        if refused and refused.pop():
            raise OSError(errno.EMFILE, "Too many open files")
        return hold()

    stage.monitor.leadership.hold = refuse_at_first  # type: ignore[method-assign]
    reports = stage.run(2)
    assert "Too many open files" in str(reports[0].outcomes[0].error)
    assert set(statuses(reports[1]).values()) == {COMPLETE}


def test_what_fails_in_telling_does_not_end_the_recording(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(loop, "tell_cycle", fail)
    assert len(Stage().run(2)) == 2


def test_a_standby_scrapes_nothing_and_takes_over_within_a_pulse() -> None:
    stage = Stage(spans=[(2000, 1e9)])
    reports = stage.run(5)
    assert [each.is_leader for each in reports] == [False, False, False, True, True]
    assert stage.starts == [2000, 2900]
    assert statuses(reports[0]) == dict.fromkeys(Kind)


def test_a_leader_that_lost_the_lock_scrapes_no_more() -> None:
    stage = Stage(spans=[(0, 1000)])
    reports = stage.run(4)
    assert stage.starts == [0, 900]
    assert [each.is_leader for each in reports] == [True, True, False, False]


def test_a_database_that_is_down_is_reported_and_followed_by_a_cycle_when_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(down=[(800, 1500)])
    reports = stage.run(3)
    assert stage.starts == [0, 1500]
    assert set(statuses(reports[1]).values()) == {FAILED}
    assert "connection refused" in str(reports[1].outcomes[0].error)
    assert told(caplog, "Not scraping: The database says: connection refused.")


def test_a_lock_that_comes_and_goes_does_not_hurry_the_cycles() -> None:
    flapping = [(second, second + 5) for second in range(0, 600, 10)]
    stage = Stage(spans=flapping, interval=300)
    stage.run(8)
    gaps = [b - a for a, b in pairwise(stage.starts)]
    assert all(gap >= 60 for gap in gaps)


def test_a_wrong_configuration_ends_it_at_the_first_scrape() -> None:
    stage = Stage(lambda _: ConfigurationError("There is no season 9."))
    with pytest.raises(ConfigurationError):
        stage.run(3)


def test_later_a_configuration_that_went_wrong_is_survived() -> None:
    stage = Stage(
        all_with(COMPLETE),
        lambda _: ConfigurationError("SCRAPER_BROWSER_PATH is gone."),
        all_with(COMPLETE),
    )
    reports = stage.run(3)
    assert set(statuses(reports[1]).values()) == {FAILED}
    assert set(statuses(reports[2]).values()) == {COMPLETE}


def test_a_listener_that_raises_breaks_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken:
        def cycle_ended(self, report: CycleReport) -> None:
            raise KeyError(report.number)

    stage = Stage()
    stage.monitor.listeners = [Broken(), stage.audience]
    assert len(stage.run(2)) == 2
    assert told(caplog, "Broken failed")


@pytest.mark.parametrize(("interval", "warned"), [(1800, False), (1860, True)])
def test_an_interval_over_half_an_hour_warns_at_start(
    interval: float, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    Stage(interval=interval).run(1)
    assert told(caplog, "36 minutes") is warned


def test_only_the_kinds_that_were_asked_for_are_scraped() -> None:
    stage = Stage(kinds=(TRADES,), parts=3)
    stage.run(3)
    assert {kinds for _, kinds in stage.cycle.ran} == {(TRADES,)}
    assert stage.starts == [0, 900, 1800]


def test_closing_closes_the_source_and_gives_the_lock_back_even_if_that_fails() -> None:
    @dataclass
    class Stuck(PlayedCycle):
        def close(self) -> None:
            raise RuntimeError("stuck")

    stage = Stage()
    stage.monitor.cycle = Stuck(stage.clock, [all_with(COMPLETE)])
    with pytest.raises(RuntimeError, match="stuck"):
        stage.monitor.close()
    assert stage.leadership.released == 1
