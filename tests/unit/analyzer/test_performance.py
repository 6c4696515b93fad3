"""Standings: who is ahead, and who is called wrong."""

from datetime import timedelta
from decimal import Decimal

from nof1_tracker.analyzer.metrics import split_outcomes
from nof1_tracker.analyzer.performance import Standings, build_standings
from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.stored import StoredSnapshot
from tests.unit.analyzer.boards import NOW, account, season, snapshot

BOARD = EquitySource.LEADERBOARD


def standings(
    *equities: StoredSnapshot,
    claims: tuple[StoredSnapshot, ...] = (),
    benchmarks: tuple[str, ...] = (),
    net_pnls: dict[str, list[Decimal | None]] | None = None,
) -> Standings:
    accounts = [
        account(each.account_id, is_benchmark=each.account_id in benchmarks)
        for each in equities
    ]
    newest = {each.account_id: each for each in equities}
    outcomes = {key: split_outcomes(nets) for key, nets in (net_pnls or {}).items()}
    return build_standings(season(), NOW, accounts, newest, claims, outcomes)


def test_the_richest_account_is_first_and_ties_share_a_rank() -> None:
    report = standings(
        snapshot("poor", "9000"),
        snapshot("b", "11000"),
        snapshot("a", "11000"),
        snapshot("rich", "12000"),
    )

    assert [(row.account.account_id, row.rank) for row in report.rows] == [
        ("rich", 1),
        ("a", 2),
        ("b", 2),
        ("poor", 4),
    ]


def test_a_benchmark_stands_where_its_equity_falls_without_a_rank() -> None:
    report = standings(
        snapshot("low", "9000"),
        snapshot("hold", "10500"),
        snapshot("high", "12000"),
        benchmarks=("hold",),
    )

    assert [(row.account.account_id, row.rank) for row in report.rows] == [
        ("high", 1),
        ("hold", None),
        ("low", 2),
    ]


def test_a_benchmark_comes_after_the_account_that_it_equals() -> None:
    report = standings(
        snapshot("hold", "10000"), snapshot("zeta", "10000"), benchmarks=("hold",)
    )

    assert [row.account.account_id for row in report.rows] == ["zeta", "hold"]


def test_an_account_without_an_equity_does_not_stand() -> None:
    accounts = [account("seen"), account("unseen")]
    newest = {"seen": snapshot("seen", "10000")}

    report = build_standings(season(), NOW, accounts, newest, (), {})

    assert [row.account.account_id for row in report.rows] == ["seen"]


def test_all_stored_legs_count_and_only_those_with_a_net_decide_the_win_rate() -> None:
    nets = {"a": [Decimal(5), Decimal(-1), Decimal(0), None]}

    row = standings(snapshot("a", "10000"), net_pnls=nets).rows[0]

    assert row.trades == 4
    assert row.win_rate == Decimal(1) / 3


def test_without_a_stored_leg_the_source_tells_how_many_there_are() -> None:
    stated = snapshot("a", "10000", total_trades=158, win_rate=Decimal("0.316"))

    unseen = standings(stated).rows[0]
    seen = standings(stated, net_pnls={"a": [Decimal(5)]}).rows[0]

    assert (unseen.trades, unseen.win_rate) == (158, Decimal("0.316"))
    assert (seen.trades, seen.win_rate) == (1, Decimal(1))


def test_a_leaderboard_more_than_one_percent_off_is_stale() -> None:
    claim = snapshot("a", "10900.67", source=BOARD, rank=2)

    row = standings(snapshot("a", "21510.45"), claims=(claim,)).rows[0]

    (stale,) = row.stale_sources
    assert (stale.source, stale.equity, stale.rank) == (BOARD, Decimal("10900.67"), 2)
    assert round(stale.difference, 4) == Decimal("-0.4932")


def test_a_leaderboard_exactly_one_percent_off_is_not_stale() -> None:
    claims = (
        snapshot("a", "10100", source=BOARD),
        snapshot("a", "9900", source=EquitySource.PAGE),
    )

    assert standings(snapshot("a", "10000"), claims=claims).rows[0].stale_sources == ()


def test_what_was_said_two_days_before_is_not_called_wrong() -> None:
    old = snapshot(
        "a", "5000", source=BOARD, observed_at=NOW - timedelta(days=2, minutes=4)
    )

    assert standings(snapshot("a", "10000"), claims=(old,)).rows[0].stale_sources == ()


def test_without_a_trusted_equity_nobody_can_be_called_wrong() -> None:
    shown = snapshot("a", "10000", source=EquitySource.PAGE)
    claim = snapshot("a", "5000", source=BOARD)

    assert standings(shown, claims=(claim,)).rows[0].stale_sources == ()


def test_the_difference_of_a_negative_equity_keeps_its_direction() -> None:
    claim = snapshot("a", "100", source=BOARD)

    row = standings(snapshot("a", "-100"), claims=(claim,)).rows[0]

    assert row.stale_sources[0].difference == 2
