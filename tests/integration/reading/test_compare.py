"""Any number of models, of one season or several, each compared with each."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.reading.boards import NOW, Board, Run, ago

LATER = NOW + timedelta(days=28)
"""During season 1.5."""


@pytest.fixture
def traded(board: Board) -> Board:
    """Three models with trades in season 1, the first of them also in season 1.5."""
    for model, net in (("alpha", 30), ("beta", -20), ("gamma", 5)):
        board.snapshot(model, "10000", ago(hours=3))
        for hour in range(12):
            legs: dict[str, Any] = {
                "opened_at": ago(days=2, hours=hour),
                "closed_at": ago(days=1, hours=hour),
                "pnl": Decimal(net + hour % 3),
            }
            board.trade(model, f"{model}_{hour}", **legs)
    board.snapshot("alpha", "9000", LATER, season=1.5)
    season_id = board.season_id(1.5)
    times = {"opened_at": LATER, "closed_at": LATER}
    board.trade("alpha", "alpha_late", season_id=season_id, **times)
    return board


def test_more_than_two_get_a_table_and_a_matrix(run: Run, traded: Board) -> None:
    lines = run("compare", "alpha", "beta", "gamma", "--season", "1").splitlines()

    assert lines[0] == "3 accounts compared"
    (first,) = [line for line in lines if line.startswith("1  Alpha")]
    assert "+31.00" in first  # 30 and 0, 1, 2 in turn
    head = lines.index("Mean net: % probability that the row beats the column")
    rows = [line.split() for line in lines[head + 3 : head + 6]]
    assert rows == [
        ["1", "·", ">99", ">99"],
        ["2", "<1", "·", "<1"],
        ["3", "<1", ">99", "·"],
    ]


def test_for_programs_there_is_a_comparison_of_each_pair(
    run: Run, traded: Board
) -> None:
    asked = ("compare", "alpha", "beta", "gamma", "--season", "1", "--json")
    pairs = json.loads(run(*asked))

    names = [(each["first"]["model_id"], each["second"]["model_id"]) for each in pairs]
    assert names == [("alpha", "beta"), ("alpha", "gamma"), ("beta", "gamma")]
    two = json.loads(run("compare", "alpha", "beta", "--season", "1", "--json"))
    assert pairs[0]["differences"] == two["differences"]


def test_a_model_is_compared_with_itself_in_another_season(
    run: Run, traded: Board
) -> None:
    text = run("compare", "alpha", "beta", "--season", "1,1.5")

    assert "Alpha, season 1 " in text
    assert "Alpha, season 1.5" in text
    assert "Return over common hours" not in text


def test_in_markdown_the_pairs_follow_each_other(run: Run, traded: Board) -> None:
    asked = ("compare", "alpha", "beta", "gamma", "--season", "1")

    text = run(*asked, "--format", "markdown")

    assert "Alpha against Beta" in text
    assert "Beta against Gamma" in text


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (("alpha",), "fewer than two accounts"),
        (("alpha", "beta", "nobody"), "No model matches 'nobody'."),
    ],
)
def test_what_cannot_be_compared_is_an_error(
    run: Run, traded: Board, models: tuple[str, ...], message: str
) -> None:
    assert message in run("compare", *models, "--season", "1", code=2)
