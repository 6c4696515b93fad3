"""The house: what lies at the top of the package, and how its files are called."""

import importlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

PACKAGE: Final = Path(__file__).resolve().parents[2] / "src" / "nof1_tracker"
AT_THE_TOP: Final = {
    "__init__.py",
    "main.py",
    "settings.py",
    "clock.py",
    "errors.py",
    "py.typed",
}
MOST_FILES: Final = 15
RIDDLES: Final = frozenset(
    [
        "minds",
        "held",
        "tempo",
        "vitals",
        "news",
        "traits",
        "inert",
        "relay",
        "visiting",
        "telling",
        "courier",
        "upkeep",
        "sheet",
        "sightings",
        "mischief",
        "verdict",
        "harvest",
        "columnar",
        "utils",
        "util",
        "helper",
        "helpers",
        "misc",
        "common",
        "manager",
    ]
)
"""Names that say nothing to somebody who sees them for the first time."""
ONE_THING: Final = {
    "archive.py": "the commands, their use cases, on a terminal, for programs",
    "changes.py": "what is new in the tables: the records, and the query that finds it",
    "chats.py": "conversations: stored, on a terminal, for programs, over HTTP",
    "checkpoint.py": "a bot checkpoint: recognised, and simulated",
    "compared_models.py": "each compared with each: computed, on a terminal",
    "comparison.py": "two models compared: computed, in Markdown, on a terminal",
    "conversation.py": "one as a whole: the record, on a terminal, served by the demo",
    "coverage.py": "what is held and missing: computed, on a terminal, of a dataset",
    "emptiness.py": "why nothing was found: the record, and the use case that finds it",
    "errors.py": "errors for people, and how those of drivers become them",
    "events.py": "the record of an event, and its repository",
    "export.py": "the command and its use case",
    "freshness.py": "computed, on a terminal, for programs",
    "maintain.py": "the commands and their use cases",
    "open_positions.py": "the query, its use case, on a terminal, for programs",
    "revisions.py": "the query, its use case, on a terminal, for programs",
    "payloads.py": "a body of the site as a record, and as the demo serves it",
    "prompt.py": "the end of a prompt: read by the scraper, written by the demo",
    "read.py": "the commands and their use cases",
    "report.py": "the command, its use case, on a terminal, in Markdown, over HTTP",
    "rows.py": "the site's rows: validated by the scraper, made by the demo",
    "run_summary.py": "the record of what a run did, and how a command prints it",
    "sample.py": "the command and its use case",
    "seasons.py": "stored, and served over HTTP",
    "season_history.py": "the record, and the query that returns it",
    "standings.py": "on a terminal, for programs, over HTTP",
    "status.py": "of the tables: records, queries, on a terminal, for programs",
    "trade_story.py": "a trade's life: derived, on a terminal, for programs",
    "trades.py": "legs: parsed, stored, on a terminal, for programs, over HTTP",
    "verify.py": "the commands' checks: of a season, and of a dataset",
    "whatif.py": "the commands, and the same over HTTP",
}
"""Names that files of several rooms have, and what they are all about."""


def _rooms() -> Iterator[Path]:
    """Every folder of the package that holds code, its top included."""
    yield from sorted(file.parent for file in PACKAGE.rglob("__init__.py"))


def _files(room: Path) -> list[Path]:
    """What lies in a room beside its sub-rooms."""
    return sorted(each for each in room.iterdir() if each.is_file())


ROOMS: Final = [str(room.relative_to(PACKAGE)) for room in _rooms() if room != PACKAGE]


def test_the_top_holds_rooms_and_a_few_modules() -> None:
    assert {file.name for file in _files(PACKAGE)} == AT_THE_TOP
    folders = {each for each in PACKAGE.iterdir() if each.is_dir()}
    assert {each.name for each in folders if not (each / "__init__.py").exists()} <= {
        "__pycache__"
    }


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_not_crowded(room: str) -> None:
    assert len(_files(PACKAGE / room)) <= MOST_FILES


@pytest.mark.parametrize("room", ROOMS)
def test_a_file_is_called_by_what_is_in_it(room: str) -> None:
    for name in (
        room.rpartition("/")[2],
        *(file.stem for file in _files(PACKAGE / room)),
    ):
        assert not RIDDLES & set(name.split("_")), f"{room}/{name}"


def test_files_of_one_name_are_about_one_thing() -> None:
    rooms = defaultdict(set)
    for room in _rooms():
        for file in _files(room):
            if file.suffix == ".py" and file.name != "__init__.py":
                rooms[file.name].add(room)
    assert {name for name, found in rooms.items() if len(found) > 1} == set(ONE_THING)


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("database", "UnitOfWork get_session init_db db_settings Base Season Trade"),
        ("database.config", "DatabaseSettings ScraperSettings AppSettings"),
        ("database.connection", "get_session get_session_maker init_db reset_engine"),
        ("database.models", "Season LLMModel LeaderboardSnapshot Trade ModelChat"),
        ("database.repositories", "Repositories"),
        ("scraper.leaderboard", "parse_account_totals parse_leaderboard"),
        ("scraper.trades", "parse_trades"),
        ("scraper.model_chat", "parse_conversations"),
        ("analyzer", "season_report"),
        ("analyzer.performance", "Standings Standing"),
        ("analyzer.report", "SeasonReport ModelReport ReportRules"),
    ],
)
def test_public_names_stay_where_they_are(module: str, names: str) -> None:
    found = importlib.import_module(f"nof1_tracker.{module}")
    assert all(hasattr(found, name) for name in names.split())
