"""Which season a row belongs to, and how that is corrected."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nof1_tracker.database import LeaderboardSnapshot, Season, UnitOfWork
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Endpoint, EquitySource, SeasonStatus
from nof1_tracker.records.parsed import INITIAL_EQUITY, Inception, ParsedPayload
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.maintain import (
    SeasonChange,
    change_season,
    last_observations,
    season_overview,
)
from tests.parsed_payloads import (
    ALPHA,
    BETA,
    HOLDER,
    START,
    chats_of,
    conversation,
    leg,
    parsed,
    snapshot,
    store,
    totals_of,
    trades_of,
)

CLOSE = datetime(2025, 11, 3, 22, tzinfo=UTC)
NEXT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _hours(time: datetime) -> float:
    return (time - START).total_seconds() / 3600


def _seen(time: datetime, account_id: str = ALPHA) -> ParsedPayload:
    return totals_of(snapshot(account_id, _hours(time), "10000"))


def _started(**times: datetime) -> ParsedPayload:
    inceptions = [Inception(name, time, INITIAL_EQUITY) for name, time in times.items()]
    return parsed(Endpoint.INCEPTION, inceptions=inceptions)


def _season_numbers(engine: Engine) -> list[Decimal]:
    with Session(engine) as session:
        rows = session.scalars(
            select(Season.season_number)
            .join(LeaderboardSnapshot.season)
            .order_by(LeaderboardSnapshot.timestamp)
        )
        return list(rows)


def _seasons(engine: Engine) -> dict[Decimal, SeasonSpan]:
    return {span.number: span for span, _ in season_overview(engine)}


def test_a_row_belongs_to_the_season_that_holds_its_time(engine: Engine) -> None:
    store(
        engine,
        _seen(datetime(2025, 10, 20, tzinfo=UTC)),
        _seen(datetime(2025, 11, 20, tzinfo=UTC)),
    )
    assert _season_numbers(engine) == [Decimal(1), Decimal("1.5")]


def test_what_is_observed_after_the_close_belongs_to_the_season_that_closed(
    engine: Engine,
) -> None:
    store(
        engine,
        _seen(datetime(2025, 11, 3, 21, 59, 59, tzinfo=UTC)),
        _seen(CLOSE),
        _seen(datetime(2025, 11, 18, 23, 59, 59, tzinfo=UTC)),
        _seen(datetime(2025, 11, 19, tzinfo=UTC)),
        _seen(datetime(2025, 12, 12, tzinfo=UTC)),
    )
    assert _season_numbers(engine) == [*[Decimal(1)] * 3, *[Decimal("1.5")] * 2]


def test_a_time_before_the_first_season_is_unassigned(engine: Engine) -> None:
    store(engine, _seen(datetime(2025, 10, 16, tzinfo=UTC)))
    assert _season_numbers(engine) == [Decimal(0)]


def test_the_official_closes_are_known(engine: Engine) -> None:
    seasons = _seasons(engine)
    assert seasons[Decimal(1)].end == CLOSE
    assert seasons[Decimal("1.5")].end == datetime(2025, 12, 3, 22, tzinfo=UTC)
    assert seasons[Decimal(1)].until == seasons[Decimal("1.5")].start


def test_figures_that_no_source_dates_are_no_last_observation(engine: Engine) -> None:
    later = _hours(CLOSE) + 100
    store(
        engine,
        _seen(CLOSE + timedelta(minutes=17)),
        parsed(
            Endpoint.LEADERBOARD,
            snapshots=[snapshot(ALPHA, later, "1", source=EquitySource.LEADERBOARD)],
        ),
    )
    assert last_observations(engine) == {Decimal(1): CLOSE + timedelta(minutes=17)}


@pytest.mark.parametrize("inception_first", [True, False])
def test_inception_dates_open_the_next_season(
    engine: Engine, inception_first: bool
) -> None:
    payloads = [_started(**{ALPHA: NEXT}), _seen(NEXT + timedelta(hours=1))]
    store(engine, *(payloads if inception_first else reversed(payloads)))
    assert _season_numbers(engine) == [Decimal(2)]
    opened = _seasons(engine)[Decimal(2)]
    assert (opened.start, opened.end) == (NEXT, None)
    assert opened.status is SeasonStatus.ACTIVE
    assert opened.is_provisional


def test_inception_dates_of_a_known_season_open_nothing(engine: Engine) -> None:
    store(engine, _started(**{ALPHA: START}))
    assert len(_seasons(engine)) == 3


def test_the_benchmark_opens_no_season(engine: Engine) -> None:
    store(engine, _started(**{HOLDER: NEXT}))
    assert len(_seasons(engine)) == 3


def test_late_starters_belong_to_the_season_that_runs(engine: Engine) -> None:
    store(engine, _started(**{ALPHA: NEXT}))
    store(engine, _started(**{BETA: NEXT + timedelta(hours=5)}))
    assert len(_seasons(engine)) == 4


def test_an_earlier_starter_moves_the_start(engine: Engine) -> None:
    store(engine, _started(**{ALPHA: NEXT}), _seen(NEXT - timedelta(hours=1)))
    store(engine, _started(**{BETA: NEXT - timedelta(hours=2)}))
    assert _seasons(engine)[Decimal(2)].start == NEXT - timedelta(hours=2)
    assert _season_numbers(engine) == [Decimal(2)]


def test_new_inception_dates_end_a_season_that_runs(engine: Engine) -> None:
    later = NEXT + timedelta(days=30)
    store(engine, _started(**{ALPHA: NEXT}), _seen(later + timedelta(hours=1)))
    assert _season_numbers(engine) == [Decimal(2)]
    store(engine, _started(**{BETA: later}))
    seasons = _seasons(engine)
    assert (seasons[Decimal(2)].end, seasons[Decimal(3)].start) == (later, later)
    assert seasons[Decimal(2)].status is SeasonStatus.COMPLETED
    assert _season_numbers(engine) == [Decimal(3)]


def test_a_newcomer_moves_no_season(engine: Engine) -> None:
    names = [f"model-{number}" for number in range(5)]
    store(engine, _started(**dict.fromkeys(names, NEXT)))
    later = NEXT + timedelta(days=10)
    store(engine, _started(**dict.fromkeys(names, NEXT), **{ALPHA: later}))
    assert sorted(_seasons(engine)) == [0, 1, Decimal("1.5"), 2]
    assert _seasons(engine)[Decimal(2)].end is None


def test_a_newcomer_after_the_close_opens_no_season(engine: Engine) -> None:
    names = [f"model-{number}" for number in range(5)]
    start = datetime(2025, 11, 19, 15, tzinfo=UTC)
    store(engine, _started(**dict.fromkeys(names, start), **{ALPHA: NEXT}))
    assert len(_seasons(engine)) == 3


def test_half_of_the_field_is_not_the_most(engine: Engine) -> None:
    store(engine, _started(**{ALPHA: START, BETA: NEXT}))
    assert len(_seasons(engine)) == 3


def test_the_start_of_a_season_is_where_the_field_starts(engine: Engine) -> None:
    names = [f"model-{number}" for number in range(5)]
    early = NEXT - timedelta(days=20)
    store(engine, _started(**dict.fromkeys(names, NEXT), **{ALPHA: early}))
    assert _seasons(engine)[Decimal(2)].start == NEXT


def test_a_known_close_stays_when_the_next_season_opens(engine: Engine) -> None:
    store(engine, _started(**{ALPHA: NEXT}))
    change_season(
        engine, SeasonChange(Decimal(2), end=NEXT + timedelta(days=14), name="Two")
    )
    store(engine, _started(**{ALPHA: NEXT + timedelta(days=30)}))
    seasons = _seasons(engine)
    assert seasons[Decimal(2)].end == NEXT + timedelta(days=14)
    assert seasons[Decimal(3)].start == NEXT + timedelta(days=30)


def test_setting_a_season_moves_all_its_rows(engine: Engine) -> None:
    hours = _hours(NEXT)
    store(
        engine,
        _seen(NEXT),
        trades_of(leg(ALPHA, hours, opened_at=NEXT)),
        chats_of(conversation(ALPHA, hours)),
    )
    change_season(engine, SeasonChange(Decimal(2), start=NEXT, name="Season Two"))
    counts = {span.name: counts for span, counts in season_overview(engine)}
    assert counts["Season Two"] == (1, 1, 1)
    assert counts["Season 1.5"] == (0, 0, 0)


def test_rows_leave_a_season_whose_span_shrinks(engine: Engine) -> None:
    store(engine, _seen(datetime(2025, 10, 18, tzinfo=UTC)))
    change_season(engine, SeasonChange(Decimal(1), start=START))
    assert _season_numbers(engine) == [Decimal(0)]


def test_a_provisional_season_is_renumbered_and_named(engine: Engine) -> None:
    store(engine, _started(**{ALPHA: NEXT}), _seen(NEXT))
    change_season(
        engine, SeasonChange(Decimal(2), renumber=Decimal("2.5"), name="Interlude")
    )
    season = _seasons(engine)[Decimal("2.5")]
    assert (season.name, season.is_provisional) == ("Interlude", False)
    assert _season_numbers(engine) == [Decimal("2.5")]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (SeasonChange(Decimal(2), start=datetime(2025, 10, 30, tzinfo=UTC)), "overlap"),
        (SeasonChange(Decimal(2)), "needs a start"),
        (SeasonChange(Decimal(2), start=NEXT, end=NEXT), "before it starts"),
        (SeasonChange(Decimal(1), end=NEXT), "overlap"),
        (SeasonChange(Decimal(2), start=datetime(2025, 11, 19, tzinfo=UTC)), "overlap"),
        (SeasonChange(Decimal(0), start=NEXT), "Season 0"),
        (SeasonChange(Decimal(1), renumber=Decimal("1.5")), "already"),
    ],
)
def test_a_span_that_makes_no_sense_changes_nothing(
    engine: Engine, change: SeasonChange, problem: str
) -> None:
    before = _seasons(engine)
    with pytest.raises(ConfigurationError, match=problem):
        change_season(engine, change)
    assert _seasons(engine) == before


def test_ranks_follow_the_season(engine: Engine) -> None:
    store(
        engine,
        totals_of(
            snapshot(ALPHA, _hours(NEXT), "9000"), snapshot(BETA, _hours(NEXT), "11000")
        ),
    )
    change_season(engine, SeasonChange(Decimal(2), start=NEXT))
    with Session(engine) as session:
        rows = session.scalars(
            select(LeaderboardSnapshot).order_by(LeaderboardSnapshot.total_assets)
        )
        assert [row.rank for row in rows] == [2, 1]


def test_a_unit_of_work_that_is_not_committed_corrects_nothing(engine: Engine) -> None:
    before = _seasons(engine)
    with UnitOfWork(engine, writes=True) as unit:
        seasons = unit.repositories.seasons
        seasons.open_next([NEXT])
    assert _seasons(engine) == before


def test_inception_dates_of_two_seasons_open_the_new_one(engine: Engine) -> None:
    store(
        engine,
        _started(**{ALPHA: START, BETA: NEXT, "gamma-3": NEXT}),
        _seen(NEXT, BETA),
    )
    assert _season_numbers(engine) == [Decimal(2)]


@pytest.mark.parametrize("name", ["", "x" * 101])
def test_a_name_that_no_column_holds_is_told(engine: Engine, name: str) -> None:
    with pytest.raises(ConfigurationError, match="characters"):
        change_season(engine, SeasonChange(Decimal(1), name=name))
