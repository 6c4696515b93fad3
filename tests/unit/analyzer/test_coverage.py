"""What is held and missing per day: the counts are worked out by hand."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from nof1_tracker.analyzer.coverage import coverage_of, totals_of
from nof1_tracker.records.enums import SeasonStatus
from nof1_tracker.records.history.verification import (
    AccountHoldings,
    CoverageRow,
    CoverageTotal,
    HeldConversation,
    HeldEquity,
    HeldKind,
    HeldLeg,
    StatedCount,
)
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import SeasonSpan

START = datetime(2025, 10, 17, 22, tzinfo=UTC)
CLOSE = START + timedelta(days=2)
NOW = CLOSE + timedelta(days=9)
FIRST, SECOND, THIRD = date(2025, 10, 17), date(2025, 10, 18), date(2025, 10, 19)


def season(end: datetime | None = CLOSE) -> SeasonSpan:
    status = SeasonStatus.ACTIVE if end is None else SeasonStatus.COMPLETED
    initial = Decimal(10_000)
    return SeasonSpan(
        1, Decimal(1), "Season 1", START, end, initial, status, is_provisional=False
    )


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def totals(*hours: int) -> list[HeldEquity]:
    return [HeldEquity(after(hour + 0.9), "account_totals", hour) for hour in hours]


def chats(*cycles: tuple[float, int | None]) -> list[HeldConversation]:
    return [HeldConversation(after(hours), cycle) for hours, cycle in cycles]


def holdings(
    equities: Sequence[HeldEquity] = (),
    conversations: Sequence[HeldConversation] = (),
    legs: Iterable[float] = (),
    counts: Iterable[tuple[float, int]] = (),
    *,
    source: str = "site",
    started_at: datetime | None = START,
    is_benchmark: bool = False,
) -> AccountHoldings:
    account = Account("gpt-5", "GPT-5", "OpenAI", "gpt-5", is_benchmark=is_benchmark)
    return AccountHoldings(
        account,
        started_at,
        equities,
        conversations,
        [HeldLeg(after(hours), source) for hours in legs],
        [StatedCount(after(hours), total) for hours, total in counts],
    )


def rows_of(
    held: AccountHoldings, kind: HeldKind, end: datetime | None = CLOSE
) -> dict[date | None, CoverageRow]:
    rows = coverage_of(season(end), [held], NOW)
    return {row.day: row for row in rows if row.kind is kind}


def total_of(held: AccountHoldings, kind: HeldKind) -> CoverageTotal:
    rows = coverage_of(season(), [held], NOW)
    (found,) = (each for each in totals_of(rows) if each.kind is kind)
    return found


def test_hours_count_from_the_start_to_the_close_each_on_its_own_day() -> None:
    rows = rows_of(holdings(totals(*range(48))), HeldKind.HOURS)
    assert {day: row.held for day, row in rows.items()} == {
        FIRST: 2,
        SECOND: 24,
        THIRD: 22,
    }
    assert all(row.is_complete for row in rows.values())


def test_a_missing_hour_is_missing_on_the_day_on_which_it_began() -> None:
    held = holdings(totals(0, *range(2, 10), *range(12, 48)))
    rows = rows_of(held, HeldKind.HOURS)
    assert (rows[FIRST].missing, rows[SECOND].missing, rows[THIRD].missing) == (1, 2, 0)
    assert total_of(held, HeldKind.HOURS).short_days == (FIRST, SECOND)


def test_hours_that_were_never_seen_are_missing_until_the_close() -> None:
    rows = rows_of(holdings(totals(1)), HeldKind.HOURS)
    assert rows[THIRD].held == 0
    assert rows[THIRD].missing == 22
    assert rows[THIRD].sources == ()


def test_an_equity_of_a_prompt_holds_its_hour() -> None:
    prompt = HeldEquity(after(1.5), "model_chat", None)
    rows = rows_of(holdings([*totals(0), prompt]), HeldKind.HOURS)
    assert rows[FIRST].is_complete
    assert rows[FIRST].sources == ("account_totals", "model_chat")


def test_figures_that_ran_on_after_the_close_are_counted() -> None:
    rows = rows_of(holdings(totals(*range(48), 51)), HeldKind.HOURS)
    assert rows[date(2025, 10, 20)].held == 1
    assert rows[date(2025, 10, 20)].missing == 1  # of hours 50 and 51
    assert rows[THIRD].missing == 2  # hours 48 and 49


def test_while_a_season_runs_it_ends_with_the_last_observation() -> None:
    held = holdings(totals(*range(5)), chats((4.95, 1)))
    rows = rows_of(held, HeldKind.HOURS, end=None)
    assert sum(row.held for row in rows.values()) == 5
    assert all(row.is_complete for row in rows.values())


def test_an_unstated_start_follows_from_the_hours() -> None:
    held = holdings(totals(30, 31), started_at=None)
    rows = rows_of(held, HeldKind.HOURS)
    assert rows[FIRST].missing == 1  # hour 1, which began at 23:54
    assert rows[SECOND].missing == 24
    assert rows[THIRD].held == 2


def test_the_start_of_another_season_does_not_count() -> None:
    held = holdings(totals(0, 1), started_at=START - timedelta(days=90))
    assert set(rows_of(held, HeldKind.HOURS)) == {FIRST, SECOND, THIRD}


def test_missing_conversations_lie_evenly_between_their_neighbours() -> None:
    # 1 at 22:30, 5 at 00:30: 2 at 23:00, 3 at 23:30 and 4 at 00:00 are missing.
    held = holdings(conversations=chats((0.5, 1), (2.5, 5), (47.9, 6)))
    rows = rows_of(held, HeldKind.CONVERSATIONS)
    assert (rows[FIRST].held, rows[FIRST].missing) == (1, 2)
    assert (rows[SECOND].held, rows[SECOND].missing) == (1, 1)
    assert rows[THIRD].is_complete


def test_conversations_before_the_first_are_missing_too() -> None:
    held = holdings(conversations=chats((47.5, 4)))
    found = total_of(held, HeldKind.CONVERSATIONS)
    assert (found.held, found.missing, found.is_known) == (1, 3, True)


def test_how_many_came_after_the_last_is_not_known() -> None:
    held = holdings(conversations=chats((0.5, 1), (4, 2)))
    rows = rows_of(held, HeldKind.CONVERSATIONS)
    assert rows[FIRST].is_complete
    assert (rows[SECOND].held, rows[SECOND].expected) == (1, None)
    assert rows[THIRD].expected is None


def test_numbers_that_start_over_or_repeat_are_no_gap() -> None:
    held = holdings(conversations=chats((1, 1), (2, 2), (3, 2), (40, 3), (47.5, 1)))
    assert total_of(held, HeldKind.CONVERSATIONS).missing == 0


def test_conversations_without_a_number_tell_nothing_of_others() -> None:
    held = holdings(conversations=chats((1, None)))
    found = total_of(held, HeldKind.CONVERSATIONS)
    assert (found.held, found.missing, found.is_known) == (1, 0, False)


def test_legs_are_complete_where_the_sites_count_is_held() -> None:
    held = holdings(legs=(1, 30), counts=((47.5, 2),))
    rows = rows_of(held, HeldKind.TRADES)
    assert {day: row.expected for day, row in rows.items()} == {
        FIRST: 1,
        SECOND: 0,
        THIRD: 1,
    }


def test_a_count_that_is_not_held_makes_every_day_after_the_last_whole_one_unknown() -> (
    None
):
    held = holdings(legs=(1, 30), counts=((26.5, 1), (47.5, 74)))
    rows = rows_of(held, HeldKind.TRADES)
    assert rows[FIRST].is_complete
    assert rows[SECOND].is_complete
    assert rows[THIRD].expected is None
    assert (rows[None].held, rows[None].expected) == (2, 74)
    found = total_of(held, HeldKind.TRADES)
    assert (found.held, found.missing, found.is_known) == (2, 72, False)


def test_without_a_count_nobody_knows_how_many_legs_there_were() -> None:
    found = total_of(holdings(legs=(1,)), HeldKind.TRADES)
    assert (found.held, found.missing, found.is_known) == (1, 0, False)


def test_a_benchmark_neither_talks_nor_trades() -> None:
    held = holdings(totals(1), is_benchmark=True)
    kinds = {row.kind for row in coverage_of(season(), [held], NOW)}
    assert kinds == {HeldKind.HOURS}


def test_nothing_is_known_of_a_running_season_without_an_observation() -> None:
    assert coverage_of(season(None), [holdings()], NOW) == ()


def test_legs_cut_from_fills_are_not_told_as_the_sites() -> None:
    held = holdings(legs=(1,), counts=((47.5, 2),), source="hyperliquid")
    rows = rows_of(held, HeldKind.TRADES)
    assert rows[FIRST].sources == ("hyperliquid",)
    assert rows[None].sources == ("hyperliquid",)
