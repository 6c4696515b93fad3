"""`whatif` on what a demo season left in the tables."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.main import app
from nof1_tracker.records.play.copy_scenario import Scenario
from nof1_tracker.rendering.play_words import copy_notes
from nof1_tracker.rendering.programs.report.schemas import SCHEMAS, json_schema
from nof1_tracker.services.play.copied_model import copied_model
from nof1_tracker.services.play.copied_season import A_MINUTE_LATER, copied_season
from nof1_tracker.services.report import read_report
from tests.worlds import arena_of, write_captures


@pytest.fixture
def recorded(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of an arena, with its prices of the last half hour."""
    arena = arena_of(days=0.2)
    write_captures(arena, tmp_path, arena.end)
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    monkeypatch.setenv("NOF1_ARCHIVE", "off")
    _run("import", str(tmp_path))


def _run(*words: str, code: int = 0) -> str:
    found = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert found.exit_code == code, found.output
    return found.stdout if code == 0 else found.stderr


def _answer(schema: str, *words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_run("whatif", *words, "--json"))
    jsonschema.validate(answer, json_schema(SCHEMAS[schema]))
    return answer


@pytest.mark.usefixtures("recorded")
def test_models_are_copied_and_coins_are_held() -> None:
    at_once = "--delay", "0s", "--fees", "own", "--slippage", "0bp"
    same = _answer("whatif-copy", "copy", "gemini", *at_once)
    assert same["copy"] == same["model"]
    assert same["attribution"]["total"] == 0
    # The model's own orders, replayed, come to what the site stated of it.
    assert same["model"]["equity"] == pytest.approx(same["recorded_equity"], abs=5)

    late = _answer("whatif-copy", "copy", "gemini", "--delay", "60s")
    assert (late["copy"], late["attribution"]) == (None, None)
    assert "the first price came later" in late["withheld"]

    held = _answer("whatif-hold", "hold", "btc")
    assert held["symbol"] == "BTC"
    assert held["account"]["equity"] == pytest.approx(10_000, rel=0.05)
    # The curve ends with the last price, as the equity does.
    total_return = held["account"]["equity_figures"]["total_return"]
    assert total_return == pytest.approx(held["account"]["equity"] / 10_000 - 1)

    engine, name = create_db_engine(), "gemini-2.5-pro"
    alone = copied_model(engine, utc_now(), name, A_MINUTE_LATER)
    of_report = copied_season(engine, read_report(engine, utc_now()))[name]
    equities = {each.delay: each.equity for each in alone.delays}
    assert of_report.by_delay == equities
    assert (of_report.model, of_report.attribution) == (alone.model.equity, None)

    report = copied_model(create_db_engine(), utc_now(), "gemini", Scenario())
    assert report.recorded is not None
    assert not any("are missing" in note for note in copy_notes(report))
    less = replace(report.recorded, equity=report.recorded.equity / 2)
    (note,) = (n for n in copy_notes(replace(report, recorded=less)) if "missing" in n)
    assert f"not to the ${less.equity:,.2f}" in note

    table = _run("whatif", "copy", "gemini", *at_once)
    assert "this is not advice" in " ".join(table.split())
    assert "Together" in table
    assert "No price of ZZZ" in _run("whatif", "hold", "ZZZ", code=2)
    assert "could be copied" in _run("whatif", "copy", "gpt", "--season", "0", code=2)
