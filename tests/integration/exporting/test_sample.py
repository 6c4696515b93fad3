"""Edition 0: what comes with the package, and the command that shows it."""

import csv
import io
import json
import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from scripts.edition.make_edition import make_edition

from nof1_tracker.services.dataset.files import PACKAGE, SUMS, files_in
from nof1_tracker.services.dataset.sample import EDITION
from nof1_tracker.services.dataset.verify import verify_dataset
from tests.integration.exporting.test_dataset import readable, sentences_in
from tests.integration.reading.boards import Run
from tests.worlds import engine_on, rows_in

LARGEST = 1_000_000
"""Bytes of the edition before the wheel compresses it to a third."""
LEADER = "Qwen3 Max"


def test_the_edition_verifies_is_small_and_says_where_it_is_from() -> None:
    assert verify_dataset(EDITION) == []
    assert sum(each.stat().st_size for each in EDITION.rglob("*.*")) < LARGEST
    package = json.loads((EDITION / PACKAGE).read_text())
    assert package["tables"]["trades"] == 283
    assert package["tables"]["accounts"] == 7 + 32
    assert all(source["license"] for source in package["sources"])
    assert len(package["missing"]) > 4
    assert package["withTexts"] is False


@pytest.mark.captures
def test_no_sentence_of_the_captures_is_in_the_edition(captures: Path) -> None:
    sentences, edition = sentences_in(captures), readable(EDITION)
    assert len(sentences) > 5000
    assert [each for each in sentences if each.encode() in edition] == []


@pytest.mark.captures
def test_the_edition_is_what_the_script_makes(captures: Path, tmp_path: Path) -> None:
    """Byte by byte where the libraries are those that it was made with."""
    made = tmp_path / "made"
    make_edition(captures.parent, made)

    assert list(files_in(made)) == list(files_in(EDITION))
    for name in files_in(EDITION):
        ours, theirs = EDITION / name, made / name
        if ours.read_bytes() != theirs.read_bytes():
            assert _contents(theirs) == _contents(ours), name


def _contents(file: Path) -> Any:
    """What a file says, whatever wrote it; nothing of digests, which follow from it."""
    if file.name == SUMS:
        return None
    if file.suffix == ".parquet":
        return pq.read_table(file).to_pylist()
    if file.suffix == ".sqlite":
        with closing(sqlite3.connect(file)) as connection:
            return list(connection.iterdump())
    return re.sub(r'"(bytes|hash)": ("[^"]*"|\d+)', "", file.read_text())


def test_the_edition_holds_the_facts_as_they_were_read() -> None:
    with (EDITION / "facts" / "season1.5-leaderboard.csv").open() as file:
        board = list(csv.DictReader(file))
    assert len(board) == 32
    with closing(sqlite3.connect(EDITION / "record.sqlite")) as connection:
        equities = [
            row[0]
            for row in connection.execute(
                "SELECT equity FROM snapshots WHERE source = 'page' ORDER BY rank"
            )
        ]
        last = dict(
            connection.execute(
                "SELECT model_id, equity FROM snapshots"
                " WHERE hourly_marker = 407 AND source = 'account_totals'"
            )
        )
    assert equities == [float(row["account_value"]) for row in board]
    assert last["qwen3-max"] == 12202
    assert last["gpt-5"] == 3734
    assert len(last) == 7


def test_sample_shows_real_standings_in_a_database_of_its_own(
    run: Run, migrated_url: str
) -> None:
    with engine_on(migrated_url) as engine:
        before = rows_in(engine)
        shown = run("sample")
        again = run("sample")
        assert rows_in(engine) == before
    assert shown == again
    assert shown.startswith("SAMPLE - real figures of the past, not live")
    assert LEADER in shown
    assert "Grok 4.20 - Situational Awareness" in shown
    assert "What is missing" in shown


def test_the_sample_is_called_one_for_programs_too(run: Run) -> None:
    found = json.loads(run("sample", "--format", "json"))
    assert all(row["sample"] is True for row in found)
    assert {row["trades"] is None for row in found} == {False}
    first = [row for row in found if row["rank"] == 1]
    assert [(row["season"], row["name"]) for row in first] == [
        ("1", LEADER),
        ("1.5", "Grok 4.20 - Situational Awareness"),
    ]
    lines = csv.DictReader(io.StringIO(run("sample", "--format", "csv")))
    assert {row["sample"] for row in lines} == {"True"}


def test_the_commands_that_sample_names_work_and_say_what_they_show(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = [line for line in run("sample").splitlines() if "  env NOF1" in line]
    assert len(lines) == 3
    for line in lines:
        _, setting, _, *words = shlex.split(line)
        monkeypatch.setenv(*setting.split("=", 1))
        assert run(*words) or words[-1] == "sample.html"
    page = (tmp_path / "sample.html").read_text()
    assert "<strong>Sample.</strong>" in page
    assert "Simulated arena." not in page
    # A board without a clock is on no curve, and says what came of each account.
    assert "2026-09-26" in run("report", "--season", "1.5").splitlines()[0]
    report = json.loads(run("report", "--season", "1.5", "--json"))
    leader = report["models"][0]["equity"]
    assert (leader["final_equity"], leader["total_return"]) == (13459, 0.3459)
    assert {each["equity"]["observations"] for each in report["models"]} == {0}
