"""Text that means harm is stored as it came and inert wherever it is shown."""

import csv
import io
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nof1_tracker.demo import DemoSite
from nof1_tracker.demo.site.faults import ESCAPES, MARKUP
from nof1_tracker.demo.site.reply import Json, RowFault, map_text
from nof1_tracker.main import app
from tests.integration.test_hostile import CONTROLS
from tests.worlds import Rows, World, arena_of, engine_on, midday, rows_in

pytestmark = pytest.mark.faults

ARENA = arena_of()
NOW = midday(ARENA)
PROSE = ("cot_trace", "cot_trace_summary", "justification", "invalidation_condition")

POISONS: Mapping[str, str] = {
    "escapes": ESCAPES,
    "a-link-of-the-terminal": "\x1b]8;;http://evil.test\x1b\\click\x1b]8;;\x1b\\",
    "answers-of-the-terminal": "\x1b[6n\x1b[c\x9b5n\x05\x1bP$q\x1b\\",
    "a-clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "markup": MARKUP,
    "rich-markup": "[bold red]x[/] [link=http://evil.test]y[/link] :boom:",
    "an-image": "<img src=x onerror=alert(1)><svg/onload=alert(2)>",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;b&#x3e;",
    "an-attribute": '" onmouseover="alert(1)" \'"><script>alert(1)</script>',
    "markdown": "[x](javascript:alert(1)) ![y](http://evil.test/z.png) | a | b |",
    "sql": "'; DROP TABLE trades; -- \" OR 1=1; DELETE FROM model_chats; /* %s ? :x",
    "formula-equals": "=cmd|' /C calc'!A0",
    "formula-plus": "+1+cmd|' /C calc'!A0",
    "formula-minus": "-1+cmd|' /C calc'!A0",
    "formula-at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula-after-a-tab": "\t=1+1",
    "formula-after-a-return": "\r=1+1",
    "formula-after-a-line": "\n=1+1",
    "formula-behind-a-control": "\x1b\u202e=1+1",
    "right-to-left": "\u202egpj.exe\u2066abc\u2069 \u061c\u200f",
    "of-no-width": "a\u200bb\u200c\u200d\ufeff\u2060c",
    "piled-up": "Z" + "\u0300\u0301\u0302" * 100,
    "quotes": '"",",\n","\r\n""\'`${HOME}`$(id)',
    "format": "%n%s{0}{x.__class__}%(x)s",
}
"""Beginnings of text that mean harm, by a name for each."""


@dataclass(frozen=True)
class Poisoned(RowFault):
    """Begins all prose of each row with a text, each text in its turn."""

    def change(self, rows: list[Json]) -> list[Json]:
        texts = cycle(POISONS.values())
        return [_begun(row, text) for row, text in zip(rows, texts, strict=False)]


def _begun(row: Json, text: str) -> Json:
    return map_text(row, PROSE, lambda prose: text + prose)


@pytest.fixture(scope="module")
def plain(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of the same site that means no harm."""
    return _scraped(migrated_sqlite, tmp_path_factory.mktemp("plain") / "plain.db")


@pytest.fixture(scope="module")
def poisoned(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with every poison in several conversations."""
    file = tmp_path_factory.mktemp("poisoned") / "poisoned.db"
    return _scraped(migrated_sqlite, file, Poisoned())


def _scraped(template: Path, file: Path, fault: Poisoned | None = None) -> str:
    shutil.copy(template, file)
    url = f"sqlite:///{file}"
    with DemoSite(ARENA, speed=0, at=NOW) as site, engine_on(url) as engine:
        if fault is not None:
            site.misbehave("*", fault)
        World(site, engine).scrape()
    return url


def output_of(command: str) -> str:
    """What a command prints."""
    result = CliRunner().invoke(app, command.split())
    assert result.exit_code == 0, result.output
    return str(result.stdout)


# --- inert in each kind of output -------------------------------------------------


def inert_in_a_terminal(text: str) -> None:
    """Nothing in it steers a terminal."""
    assert CONTROLS.findall(text) == []


def inert_in_a_spreadsheet(text: str) -> None:
    """As `inert_in_a_terminal`; no cell is a formula, and no row is torn."""
    inert_in_a_terminal(text)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    formulas = [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert formulas == []
    minus = [cell for cell in cells if cell.startswith("-")]
    assert [cell for cell in minus if not re.fullmatch(r"-[\d.]+(e-?\d+)?", cell)] == []


OUTPUTS = [
    ("chat --limit 0", inert_in_a_terminal),
    ("chat --full --limit 0", inert_in_a_terminal),
    ("chat --full --limit 0 --format json", inert_in_a_terminal),
    ("trades --limit 0", inert_in_a_terminal),
    ("status", inert_in_a_terminal),
    ("chat --full --limit 0 --format csv", inert_in_a_spreadsheet),
    ("trades --limit 0 --format csv", inert_in_a_spreadsheet),
    ("leaderboard --format csv", inert_in_a_spreadsheet),
]
"""Every way out of the database, and what makes text harmless there."""


@pytest.mark.parametrize(
    ("command", "check"), OUTPUTS, ids=[command for command, _ in OUTPUTS]
)
def test_it_is_inert_in_every_output(
    poisoned: str,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    check: Callable[[str], None],
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", poisoned)
    check(output_of(command))


def _rows(url: str) -> Rows:
    with engine_on(url) as engine:
        return rows_in(engine)


def test_it_is_stored_as_it_came_and_changes_nothing_else(
    poisoned: str, plain: str
) -> None:
    rows, others = _rows(poisoned), _rows(plain)
    prose = {row["conversation_id"]: row["summary"] for row in others["model_chats"]}
    begun = Counter(
        row["summary"].removesuffix(prose[row["conversation_id"]])
        for row in rows["model_chats"]
    )
    assert begun.keys() == set(POISONS.values())
    assert set(begun.values()) == {4, 5}
    assert rows["rejected_payloads"] == []
    for table in ("trades", "llm_models", "positions", "leaderboard_snapshots"):
        assert len(rows[table]) == len(others[table]) > 0


# --- 10 MB ------------------------------------------------------------------------


@dataclass(frozen=True)
class Endless(RowFault):
    """Gives the newest row a thought of ten million characters."""

    def change(self, rows: list[Json]) -> list[Json]:
        return [{**rows[0], "cot_trace": "=" + "\u202e<b>" * 2_500_000}, *rows[1:]]


def test_a_message_of_ten_megabytes_is_stored_whole_and_shown_short(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    with DemoSite(ARENA, speed=0, at=NOW) as site, engine_on(migrated_url) as engine:
        site.misbehave("conversations", Endless())
        World(site, engine, timeout_ms=10_000).scrape()
        rows = rows_in(engine)
    longest = max(len(row["content"]) for row in rows["model_chats"])
    assert longest == 10_000_001
    assert len(rows["model_chats"]) == 100
    for command in ("chat", "status", "leaderboard"):
        assert len(output_of(command)) < 50_000
    whole = output_of("chat --full --limit 1 --format csv")
    inert_in_a_spreadsheet_of_any_size(whole)


def inert_in_a_spreadsheet_of_any_size(text: str) -> None:
    """As `inert_in_a_spreadsheet`, also where a cell is very long."""
    before = csv.field_size_limit(len(text))
    try:
        inert_in_a_spreadsheet(text)
    finally:
        csv.field_size_limit(before)
