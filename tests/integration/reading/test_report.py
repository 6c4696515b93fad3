"""Reports and comparisons, as the commands give them."""

import csv
import io
import json
import re
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from nof1_tracker.main import app
from nof1_tracker.rendering.programs.report.comparison_shape import ComparisonShape
from nof1_tracker.rendering.programs.report.report_shape import ReportShape
from nof1_tracker.rendering.programs.report.schemas import json_schema
from tests.integration.reading.boards import Board, Run, ago
from tests.unit.rendering.test_report_json import strict


def stored_season(board: Board) -> None:
    """Two models that trade, and one that holds Bitcoin."""
    board.model("grok-4", name="Grok 4", base_model="grok-4")
    board.model("qwen3-max", name="Qwen3 Max", base_model="qwen3-max")
    board.model("buynhold_btc", name="BTC Buy & Hold", is_benchmark=True)
    for hour in range(30, 0, -1):
        board.snapshot("grok-4", str(10_000 + 50 * hour), ago(hours=hour))
        board.snapshot("qwen3-max", str(11_000 - 30 * hour), ago(hours=hour))
        board.snapshot("buynhold_btc", str(10_000 + hour % 5), ago(hours=hour))
    for number, net in enumerate([50, -20, 75, -10, 30]):
        times = {"opened_at": ago(hours=number + 2), "closed_at": ago(hours=number + 1)}
        board.trade("grok-4", f"g{number}", pnl=net, **times)
        board.trade("qwen3-max", f"q{number}", pnl=-net / 2, **times)


@pytest.fixture
def season(board: Board) -> None:
    with board.at_once():
        stored_season(board)


@pytest.mark.usefixtures("season")
class TestReport:
    def test_all_models_have_a_line_and_the_ranking_a_verdict(self, run: Run) -> None:
        text = run("report")

        assert "Season 1" in text
        for name in ("Grok 4", "Qwen3 Max", "BTC Buy & Hold"):
            assert name in text
        assert "Leader" in text
        assert "did better" in text
        assert "Confidence and outcome" not in text

    @pytest.mark.parametrize("words", [("grok",), ("--model", "GROK-4")])
    def test_one_model_is_shown_in_full(self, run: Run, words: tuple[str, ...]) -> None:
        text = run("report", *words)

        assert "Grok 4" in text
        assert "Qwen3" not in text
        for title in ("Trades", "Equity", "Against the benchmark", "Uncertainty"):
            assert f"\n{title}" in text

    def test_arguments_and_options_add_up(self, run: Run) -> None:
        found = json.loads(run("report", "grok", "-m", "qwen", "--format", "json"))

        ids = [m["model_id"] for m in found["models"] if not m["is_benchmark"]]
        assert sorted(ids) == ["grok-4", "qwen3-max"]

    def test_json_keeps_to_its_schema(self, run: Run) -> None:
        found = json.loads(run("report", "--format", "json"))

        jsonschema.Draft202012Validator(strict(json_schema(ReportShape))).validate(
            found
        )
        grok = next(m for m in found["models"] if m["model_id"] == "grok-4")
        assert grok["trades"]["net_pnl"] == 125
        assert grok["trades"]["win_rate"] == 0.6
        assert found["benchmark"] == "BTC Buy & Hold"

    def test_csv_has_a_row_per_figure(self, run: Run) -> None:
        rows = list(csv.DictReader(io.StringIO(run("report", "--format", "csv"))))

        (net,) = (
            row["value"]
            for row in rows
            if (row["model_id"], row["section"], row["metric"])
            == ("grok-4", "trades", "net_pnl")
        )
        assert float(net) == 125

    def test_markdown_has_a_table(self, run: Run) -> None:
        assert "| Grok 4 |" in run("report", "--format", "markdown")

    def test_a_section_alone(self, run: Run) -> None:
        text = run("report", "grok", "--section", "uncertainty")

        assert "\nUncertainty" in text
        assert not re.search(r"\nTrades +\d+ legs", text)

    def test_a_window_narrows_it(self, run: Run) -> None:
        words = ("--since", "2025-10-28T03:30", "--until", "2025-10-28T06:30")

        found = json.loads(run("report", *words, "--format", "json"))

        grok = next(m for m in found["models"] if m["model_id"] == "grok-4")
        assert grok["trades"]["total_trades"] == 3
        assert found["since"] == "2025-10-28T03:30:00Z"
        assert found["until"] == "2025-10-28T06:30:00Z"

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (("nobody",), "No model matches 'nobody'"),
            (("--season", "9"), "There is no season 9"),
            (("--since", "soon"), "'soon' is not a valid time"),
            (("--since", "1d", "--until", "2d"), "Nothing lies between"),
            (("--format", "xml"), "xml"),
            (("--section", "soul"), "soul"),
        ],
    )
    def test_what_cannot_be_is_refused_in_a_line(
        self, run: Run, words: tuple[str, ...], told: str
    ) -> None:
        output = run("report", *words, code=2)

        assert told in " ".join(output.split())
        assert "Traceback" not in output

    def test_colours_are_for_terminals_that_want_them(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "\x1b" not in run("report")
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert "\x1b[32m" in run("report")
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b[32m" not in run("report")


@pytest.mark.usefixtures("season", "run")
class TestFile:
    @pytest.mark.parametrize(
        ("name", "start"),
        [
            ("r.json", '{\n  "schema_version": 1'),
            ("r.csv", "season,model_id,section,metric,value,unit,partial\n"),
            ("r.md", "## Season 1"),
            ("r.html", "<!doctype html>"),
            ("r.txt", "Season 1"),
        ],
    )
    def test_the_format_is_that_of_its_name(
        self, run: Run, tmp_path: Path, name: str, start: str
    ) -> None:
        assert run("report", "-o", str(tmp_path / name)) == ""

        assert (tmp_path / name).read_text().startswith(start)

    def test_a_format_that_is_named_wins(self, run: Run, tmp_path: Path) -> None:
        run("report", "-o", str(tmp_path / "r.txt"), "--format", "json")

        json.loads((tmp_path / "r.txt").read_text())

    def test_it_is_said_on_stderr_where_it_went(self, tmp_path: Path) -> None:
        words = ["report", "-o", str(tmp_path / "r.json")]

        result = CliRunner().invoke(app, words, catch_exceptions=False)

        assert result.stderr == f"Written to {tmp_path / 'r.json'}.\n"

    def test_a_table_in_a_file_has_no_colours(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")

        run("report", "-o", str(tmp_path / "r.txt"))

        assert "\x1b" not in (tmp_path / "r.txt").read_text()

    def test_where_it_cannot_be_written_nothing_is_left_behind(
        self, run: Run, tmp_path: Path
    ) -> None:
        (tmp_path / "taken").mkdir()

        assert "cannot be written" in run(
            "report", "-o", str(tmp_path / "missing" / "r.json"), code=2
        )
        assert "cannot be written" in run(
            "report", "-o", str(tmp_path / "taken"), code=2
        )
        assert [each.name for each in tmp_path.iterdir() if ".part" in each.name] == []

    def test_a_report_that_fails_leaves_the_old_file(
        self, run: Run, tmp_path: Path
    ) -> None:
        file = tmp_path / "r.json"
        file.write_text("old")

        run("report", "nobody", "-o", str(file), code=2)

        assert file.read_text() == "old"


@pytest.mark.usefixtures("season")
class TestComparison:
    def test_two_models_stand_side_by_side(self, run: Run) -> None:
        text = run("compare", "grok", "qwen")

        assert "Grok 4 against Qwen3 Max" in text
        assert "Told apart" in text
        assert "5 and 5 trades" in text

    def test_json_keeps_to_its_schema(self, run: Run) -> None:
        found = json.loads(run("compare", "grok", "qwen", "--format", "json"))

        schema = strict(json_schema(ComparisonShape))
        jsonschema.Draft202012Validator(schema).validate(found)
        assert found["first"]["model_id"] == "grok-4"
        assert found["second"]["model_id"] == "qwen3-max"
        mean, *_ = found["differences"]
        assert mean["difference"] == pytest.approx(25 + 12.5)

    def test_markdown_has_a_table(self, run: Run) -> None:
        assert "## Qwen3 Max against Grok 4" in run(
            "compare", "qwen", "grok", "--format", "markdown"
        )

    def test_a_model_can_be_held_against_the_benchmark(self, run: Run) -> None:
        text = run("compare", "grok", "buynhold")

        assert "Grok 4 against BTC Buy & Hold" in text

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (("grok", "nobody"), "No model matches 'nobody'"),
            (("grok", "Grok 4"), "are the same model"),
            (("grok", "q"), None),
            (("grok",), "fewer than two accounts"),
        ],
    )
    def test_what_cannot_be_compared_is_refused_in_a_line(
        self, run: Run, words: tuple[str, ...], told: str | None
    ) -> None:
        output = run("compare", *words, code=2 if told else 0)

        assert told is None or told in " ".join(output.split())

    def test_a_name_of_several_accounts_has_to_be_said_exactly(
        self, run: Run, board: Board
    ) -> None:
        for variant in ("Monk Mode", "Max Leverage"):
            board.model(
                f"run-{variant[:2]}",
                name=f"Kimi K2 - {variant}",
                base_model="kimi-k2",
            )
            board.snapshot(f"run-{variant[:2]}", "10100", ago(hours=2))

        output = run("compare", "kimi-k2", "grok", code=2)

        assert "'kimi-k2' has several accounts" in output
        assert "run-Mo (Kimi K2 - Monk Mode)" in " ".join(output.split())


class TestNothing:
    def test_an_empty_database_is_no_error_in_any_format(self, run: Run) -> None:
        assert "nof1-tracker scrape" in run("report")
        assert "nof1-tracker scrape" in run("report", "--format", "markdown")
        assert json.loads(run("report", "--format", "json"))["models"] == []
        assert run("report", "--format", "csv").startswith("season,model_id")

    def test_nothing_can_be_compared_in_an_empty_database(self, run: Run) -> None:
        assert "nof1-tracker scrape" in run("compare", "a", "b", code=2)

    @pytest.mark.parametrize("command", ["report", "compare"])
    def test_help_has_an_example(self, command: str) -> None:
        result = CliRunner().invoke(app, [command, "--help"])

        assert result.exit_code == 0
        assert f"nof1-tracker {command}" in result.stdout
