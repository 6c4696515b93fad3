"""One competition of season 1.5, and models over all of them."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nof1_tracker.main import app
from tests.integration.reading.boards import NOW, Board, Run

AT = NOW + timedelta(days=28)
"""During season 1.5."""
VARIANTS = {1: "New Baseline", 3: "Situational Awareness"}


@pytest.fixture
def competing(board: Board) -> Board:
    """Two models in two competitions, and an account of season 1."""
    board.snapshot("old", "9000", NOW)
    for model, number, equity in (
        ("alpha", 1, "12000"),
        ("alpha", 3, "9000"),
        ("beta", 1, "10400"),
        ("beta", 3, "10800"),
    ):
        name = f"{model}@{number}"
        board.model(
            name,
            name=f"{model.title()} - {VARIANTS[number]}",
            base_model=model,
            variant=VARIANTS[number],
        )
        board.snapshot(name, equity, AT, season=1.5, open_positions=1)
        board.position(name, AT, entry_oid=number)
        season_id = board.season_id(1.5)
        times = {"opened_at": AT, "closed_at": AT + timedelta(hours=1)}
        board.trade(name, f"{name}_t", season_id=season_id, **times)
        board.chat(name, f"{name}_c", season_id=season_id, timestamp=AT)
    return board


@pytest.mark.parametrize("command", ["leaderboard", "trades", "positions", "chat"])
@pytest.mark.parametrize("wanted", ["3", "situational"])
def test_every_command_reads_one_competition(
    run: Run, competing: Board, command: str, wanted: str
) -> None:
    rows = json.loads(run(command, "--competition", wanted, "--json"))

    assert sorted(row["model_id"] for row in rows) == ["alpha@3", "beta@3"]


def test_a_model_in_a_competition_is_one_account(run: Run, competing: Board) -> None:
    asked = ("--competition", "3", "--season", "1.5", "--json")

    found = json.loads(run("compare", "alpha", "beta", *asked))
    assert found["first"]["model_id"] == "alpha@3"
    report = json.loads(run("report", "alpha", *asked))
    assert [each["model_id"] for each in report["models"]] == ["alpha@3"]


def test_export_writes_one_competition(
    run: Run, competing: Board, tmp_path: Path
) -> None:
    target = tmp_path / "trades.csv"

    run("export", "trades", "--competition", "3", "-o", str(target))

    _header, *rows = target.read_text().splitlines()
    assert len(rows) == 2
    assert all("@3_t" in row for row in rows)


def test_an_unknown_competition_is_named_with_those_there_are(
    run: Run, competing: Board
) -> None:
    text = run("leaderboard", "--competition", "7", code=2)

    assert "1 New Baseline, 3 Situational Awareness" in text


def test_an_empty_competition_says_what_emptied_the_answer(
    run: Run, competing: Board
) -> None:
    text = run("trades", "--competition", "3", "--symbol", "XRP")

    assert "--competition leaves 2, --symbol leaves none." in text


def test_models_are_ranked_by_the_mean_of_their_accounts(
    run: Run, competing: Board
) -> None:
    first, second = json.loads(run("leaderboard", "--aggregate", "--json"))

    assert (first["base_model"], first["name"], first["equity"]) == (
        "beta",
        "Beta",
        10600,
    )
    assert (second["equity"], second["accounts"], second["total_return"]) == (
        Decimal(10500),
        2,
        0.05,
    )
    assert "aggregate index" in run("leaderboard", "--aggregate")
    assert "9,000.00" in run("leaderboard", "--aggregate")
    header = run("leaderboard", "--aggregate", "--format", "csv").splitlines()[0]
    assert header.startswith("rank,base_model,name")
    for command in ("compare", "report"):
        refused = CliRunner().invoke(app, [command, "alpha", "beta", "--aggregate"])
        assert refused.exit_code == 2
        assert "one by one" in " ".join(refused.output.split())
