"""Base models ranked by the mean of their accounts."""

import csv
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from nof1_tracker.analyzer.aggregate_standings import AggregateStanding, aggregate
from nof1_tracker.analyzer.metrics import split_outcomes
from nof1_tracker.analyzer.performance import build_standings
from nof1_tracker.records.parsed import COMPETITIONS
from nof1_tracker.services.dataset.sample import EDITION
from tests.unit.analyzer.boards import NOW, account, season, snapshot

FACTS = EDITION / "facts" / "season1.5-leaderboard.csv"
"""The last board of season 1.5, as published; its 32 accounts."""


def of(
    equities: Iterable[tuple[str, int, str]], **nets: list[Decimal | float | None]
) -> tuple[AggregateStanding, ...]:
    """The base models with these equities, by model and competition."""
    rows = list(equities)
    accounts = [
        account(
            f"{model}@{number}",
            name=f"{model.upper()} - {COMPETITIONS[number]}",
            base_model=model,
            variant=COMPETITIONS[number],
        )
        for model, number, _ in rows
    ]
    snapshots = {
        f"{model}@{number}": snapshot(
            f"{model}@{number}", equity, observed_at=NOW - timedelta(minutes=number)
        )
        for model, number, equity in rows
    }
    legs = {key.replace("_", "@"): split_outcomes(each) for key, each in nets.items()}
    return aggregate(build_standings(season(), NOW, accounts, snapshots, (), legs))


def test_equity_and_return_are_means_over_the_accounts() -> None:
    best, other = of(
        [("a", 1, "9000"), ("a", 3, "13000"), ("b", 1, "10500"), ("b", 2, "10700")],
        a_1=[Decimal(5), Decimal(-1), Decimal(-1)],
        a_3=[Decimal(5)],
    )

    assert (best.rank, best.name, best.accounts) == (1, "A", 2)
    assert best.equity == Decimal(11000)  # (9,000 + 13,000) / 2
    assert best.total_return == Decimal("0.1")
    assert (best.lowest, best.highest) == (Decimal(9000), Decimal(13000))
    assert (best.trades, best.win_rate) == (4, Decimal("0.5"))  # 1 of 3 and 1 of 1
    assert best.first_observed_at == NOW - timedelta(minutes=3)
    assert (other.rank, other.trades, other.win_rate) == (2, 0, None)


def test_equal_means_share_a_rank_and_a_benchmark_has_none() -> None:
    accounts = [
        *(account(each) for each in "abc"),
        account("held", is_benchmark=True),
    ]
    equities = {"a": "10100", "b": "10100", "c": "9000", "held": "10200"}
    snapshots = {each: snapshot(each, equity) for each, equity in equities.items()}

    rows = aggregate(build_standings(season(), NOW, accounts, snapshots, (), {}))

    assert [(row.base_model, row.rank) for row in rows] == [
        ("held", None),
        ("a", 1),
        ("b", 1),
        ("c", 3),
    ]
    assert {row.trades for row in rows} == {None}


def test_the_board_of_season_1_5_is_aggregated_as_by_hand() -> None:
    with FACTS.open(encoding="utf-8") as file:
        rows = [
            (each["model"], int(each["competition_id"]), each["account_value"])
            for each in csv.DictReader(file)
        ]

    found = of(rows)

    assert [row.accounts for row in found] == [4] * 8
    assert (found[0].base_model, found[0].equity) == ("grok-4.20", Decimal("11016.5"))
    assert found[0].total_return == Decimal("0.10165")
    assert (found[-1].base_model, found[-1].equity) == ("grok-4", Decimal("3642.505"))
