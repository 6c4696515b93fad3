"""The limits that the explanations name are those of the code."""

import re
import tomllib
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import UniqueConstraint

from nof1_tracker.analyzer.decisions.decision_metrics import RULES
from nof1_tracker.analyzer.equity.equity_metrics import LEAST_COVERAGE, LEAST_RETURNS
from nof1_tracker.analyzer.performance import COMPARABLE_WITHIN, STALE_BEYOND
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.analyzer.uncertainty.interval import CONFIDENCE
from nof1_tracker.analyzer.uncertainty.mean_trade import LEAST_TRADES
from nof1_tracker.analyzer.uncertainty.ranking import POWER
from nof1_tracker.archive.maintenance.prune import KEPT
from nof1_tracker.archive.recording.writer import SEGMENT_BYTES
from nof1_tracker.database import Base
from nof1_tracker.detectors.source import LEAST_HOLD
from nof1_tracker.monitor.circuit_breaker import LONGEST_WISH_OF_CHAT
from nof1_tracker.monitor.leadership import lease_of
from nof1_tracker.records.enums import (
    NEWS_INTERVALS,
    STALE_INTERVALS,
    ChatDecision,
    EquitySource,
    TradeSide,
    TradeStatus,
)
from nof1_tracker.records.parsed import INITIAL_EQUITY
from nof1_tracker.services.season_rest import QUIET
from nof1_tracker.services.storing.store_payload import STORE_ATTEMPTS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "explanation"
PACKAGE = ROOT / "src" / "nof1_tracker"
SPANS = {timedelta(hours=1): "hour", timedelta(days=1): "a day"}
WORDS = {3: "three", 5: "five", 10: "ten"}
GRID = ReportRules()
SPENT_TRYING = sum(2**each for each in range(STORE_ATTEMPTS - 1))
SAID = {
    "leaderboard.md": (
        f"differs by more than {STALE_BEYOND:.0%} from".replace("%", " %"),
        f"observed within {SPANS[COMPARABLE_WITHIN]} of it",
        f"less the season's initial equity ({INITIAL_EQUITY:,}) less unrealized",
    ),
    "time.md": (
        f"read the curve every {SPANS[GRID.step]}",
        f"more than {WORDS[GRID.max_gap // GRID.step]} hours apart",
        f"up to {RULES.fill_before.seconds} seconds the wrong way",
        f"up to {RULES.fill_within.seconds // 60} minutes the right way",
    ),
    "uncertainty.md": (
        f"Below {LEAST_TRADES} of them",
        f"need {LEAST_RETURNS} returns, {round(LEAST_COVERAGE * 100)} % of the time",
        f"reaches {CONFIDENCE:.0%} against every rival".replace("%", " %"),
        f"a probability of {POWER:.0%}".replace("%", " %"),
    ),
    "storage.md": (f"{WORDS[STORE_ATTEMPTS]} times over {SPENT_TRYING} seconds",),
    "states.md": (
        f"not succeeded for {WORDS[STALE_INTERVALS]} intervals",
        f"no news for {WORDS[NEWS_INTERVALS]} hours, or for",
        f"more than {WORDS[QUIET.seconds // 3600]} hours old",
        f"ModelChat {LONGEST_WISH_OF_CHAT / 60:.0f} minutes at most",
        f"from {WORDS[LEAST_HOLD.seconds // 60]} minutes on the event",
        f"makes no progress for {WORDS[int(lease_of(30) / 60)]} minutes",
    ),
    "recording.md": (
        f"at midnight UTC and at {SEGMENT_BYTES // 1_000_000} MB",
        f"{KEPT.days} days after they were sealed",
    ),
    "source.md": (
        f"less the season's initial equity ({INITIAL_EQUITY:,}) less unrealized",
    ),
}


@pytest.mark.parametrize(
    ("page", "words"), [(page, words) for page, some in SAID.items() for words in some]
)
def test_a_limit_is_as_the_code_has_it(page: str, words: str) -> None:
    text = " ".join((FOLDER / page).read_text(encoding="utf-8").split())
    assert words in text


def test_sources_are_named_in_the_order_of_trust() -> None:
    text = (FOLDER / "leaderboard.md").read_text(encoding="utf-8")
    places = [text.index(f"`{source.value}`") for source in EquitySource]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("rows", "table", "key"),
    [
        ("legs", "trades", {"trade_id"}),
        ("conversations", "model_chats", {"conversation_id"}),
        ("snapshots", "leaderboard_snapshots", {"model_id", "timestamp", "source"}),
        (
            "positions",
            "positions",
            {"model_id", "timestamp", "symbol", "entry_oid", "source"},
        ),
        ("decisions", "chat_decisions", {"model_chat_id", "symbol"}),
        ("prices", "prices", {"symbol", "observed_at", "source"}),
    ],
)
def test_rows_are_told_apart_by_the_keys_of_the_table(
    rows: str, table: str, key: set[str]
) -> None:
    text = (FOLDER / "storage.md").read_text(encoding="utf-8")
    assert f"| {rows} |" in text
    unique = [
        {column.name for column in each.columns}
        for each in Base.metadata.tables[table].constraints
        if isinstance(each, UniqueConstraint)
    ]
    assert key in unique


# --- differences from the first specification ------------------------------------------


@pytest.mark.parametrize(
    ("subject", "column"),
    [
        ("`season_number`", "seasons.season_number"),
        ("amounts in USD", "leaderboard_snapshots.total_assets"),
        ("amounts in USD", "leaderboard_snapshots.pnl"),
        ("amounts in USD", "seasons.initial_capital"),
        ("`trades.pnl`", "trades.pnl"),
        ("`trades.size`", "trades.size"),
        ("`trades.leverage`", "trades.leverage"),
        ("percent columns", "leaderboard_snapshots.pnl_percent"),
        ("percent columns", "leaderboard_snapshots.roi"),
        ("percent columns", "leaderboard_snapshots.win_rate"),
        ("percent columns", "trades.pnl_percent"),
        ("`is_active`", "llm_models.is_active"),
        ("keys of large tables", "leaderboard_snapshots.id"),
        ("keys of large tables", "model_chats.id"),
    ],
)
def test_a_column_has_the_type_that_is_told_to_differ(
    subject: str, column: str
) -> None:
    text = (FOLDER / "specification.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {subject} \| .+? \| (.+?) \|", text, re.MULTILINE)
    table, _, name = column.partition(".")
    assert str(Base.metadata.tables[table].c[name].type).lower() in row.lower()


@pytest.mark.parametrize(
    ("subject", "enum"),
    [
        ("sides", TradeSide),
        ("status of a trade", TradeStatus),
        ("decisions", ChatDecision),
    ],
)
def test_every_word_of_an_enum_is_told(subject: str, enum: type[StrEnum]) -> None:
    text = (FOLDER / "specification.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {subject} \| .+? \| (.+?) \|", text, re.MULTILINE)
    assert all(re.search(rf"\b{word}\b", row) for word in enum)


# --- architecture ----------------------------------------------------------------------


ARCHITECTURE = (FOLDER / "architecture.md").read_text(encoding="utf-8")


def _after(words: str) -> str:
    """What the page says after these words, which it says once."""
    before, said, rest = ARCHITECTURE.partition(words)
    assert said, words
    assert words not in before + rest
    return rest


def _table(words: str) -> dict[str, str]:
    """The table that follows these words: its first column, and the rest of each row."""
    lines = _after(words).split("\n| --- ", 1)[1].split("\n\n")[0].splitlines()
    cells = [line.strip("| ").split(" | ", 1) for line in lines[1:]]
    return {first.strip("`"): rest for first, rest in cells}


ROOMS = _table("\n## Rooms\n")
INNER_ROOMS = _table("\nRooms within rooms:\n")
PLACES = _table("\n## Where does it go?\n")


def _contracts(kind: str) -> list[dict[str, Any]]:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    return [each for each in tools["importlinter"]["contracts"] if each["type"] == kind]


def _layers() -> list[list[str]]:
    """Rooms from the top down, those of one rank together."""
    (contract,) = _contracts("layers")
    return [layer.split(" | ") for layer in contract["layers"]]


def _folders(parent: Path) -> list[Path]:
    return sorted(each.parent for each in parent.glob("*/__init__.py"))


def test_every_room_of_the_package_is_described() -> None:
    modules = {file.stem for file in PACKAGE.glob("*.py")} - {"__init__"}
    found = {folder.name for folder in _folders(PACKAGE)} | modules
    assert set(ROOMS) == found


def test_every_room_within_a_room_is_described() -> None:
    found = {
        str(file.parent.relative_to(PACKAGE))
        for folder in _folders(PACKAGE)
        for file in folder.glob("*/**/__init__.py")
    }
    assert set(INNER_ROOMS) == found


def test_rooms_are_those_whose_directions_are_checked() -> None:
    assert set(ROOMS) == {room for layer in _layers() for room in layer}


def test_the_diagram_of_directions_is_the_contract() -> None:
    diagram = _after("\n## Directions\n").split("```")[1]
    drawn = re.findall(r"\[([a-z ·]+)\]", diagram)
    assert [sorted(each.split(" · ")) for each in drawn] == [
        sorted(layer) for layer in _layers()
    ]


def test_every_path_that_the_page_names_exists() -> None:
    paths = re.findall(r"`([a-z_]+(?:/[a-z_0-9]+)+(?:\.py)?)`", ARCHITECTURE)
    for path in paths:
        assert (PACKAGE / path).exists() or (ROOT / path).exists(), path


@pytest.mark.parametrize("what", ["payload", "figure", "page", "alert", "command"])
def test_the_page_says_where_what_is_new_goes(what: str) -> None:
    assert [new for new in PLACES if re.match(rf"an? {what}\b", new)]


def test_every_library_behind_one_door_is_named() -> None:
    text = _after("\n## What is held by a tool\n")
    for contract in _contracts("forbidden"):
        for module in contract["forbidden_modules"]:
            if not module.startswith("nof1_tracker."):
                assert module in text
