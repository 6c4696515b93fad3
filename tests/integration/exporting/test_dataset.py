"""A dataset holds the whole record, is the same each time, and comes back as it was."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, text

from nof1_tracker.clock import SystemClock
from nof1_tracker.database.dataset.read_record import dataset_tables
from nof1_tracker.database.metadata import Base
from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.records.export_rows import ColumnType
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.dataset.build import build_dataset
from nof1_tracker.services.dataset.describe import table_schema, unit_of
from nof1_tracker.services.dataset.files import (
    PACKAGE,
    SUMS,
    digest,
    files_in,
    sums_of,
)
from nof1_tracker.services.dataset.load import load_dataset
from nof1_tracker.services.dataset.verify import verify_dataset
from tests.database_pool import DatabasePool
from tests.fakes import FakeClock
from tests.integration.exporting.worlds import filled
from tests.integration.served_versions import NOW, random_world
from tests.integration.test_reprocess_all import older_code
from tests.integration.test_stored_facts import named
from tests.worlds import (
    arena_of,
    captures_of,
    differences,
    engine_on,
    facts_in,
    rows_in,
    without,
)

Make = Callable[[str], Engine]
"""Makes an empty database of that dialect, with the schema."""

WORDS = ("content", "summary", "invalidation_condition", "justification", "raw_data")
LEFT_OUT = {
    *("scrape_runs", "rejected_payloads", "source_validators", "source_traits"),
    *("fills", "funding_payments", "ledger_updates", "candles"),
    *("backfill_positions", "exchange_equities", "portfolio_values"),
    *("events", "event_channels", "event_deliveries", "event_memory"),
    *("archives", "archive_positions", "feed", "feed_version", "equity_hourly"),
}
"""Tables of the operator, what the exchange keeps itself, and what follows from other
tables: no dataset has them."""
HELD = {
    *("seasons", "llm_models", "account_aliases", "leaderboard_snapshots"),
    *("positions", "trades", "model_chats", "chat_decisions", "prices"),
    *("reported_statistics", "row_versions", "revisions"),
}
EITHER = (
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
)


@pytest.fixture
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    with ExitStack() as stack:

        def made(dialect: str) -> Engine:
            if dialect == "postgresql":
                pool: DatabasePool = request.getfixturevalue("database_pool")
                url = stack.enter_context(pool.borrowed())
            else:
                file = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
                shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
                url = f"sqlite:///{file}"
            return stack.enter_context(engine_on(url))

        yield made


def imported(engine: Engine, payloads: Sequence[RawPayload]) -> Engine:
    Collector(engine, FakeClock(NOW)).import_payloads(payloads, "here")
    return engine


def recorded(engine: Engine, folder: Path) -> Engine:
    """With two captures of the simulated arena."""
    payloads = CaptureSource([folder]).payloads()
    Collector(engine, SystemClock()).import_payloads(payloads, "captures")
    return engine


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two captures of the simulated arena."""
    folder = tmp_path_factory.mktemp("simulated")
    captures_of(arena_of(), folder, timedelta(minutes=20), 2)
    return folder


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory, simulated: Path, migrated_sqlite: Path
) -> Path:
    """A dataset of them, for copying."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copy(migrated_sqlite, folder / "record.db")
    with engine_on(f"sqlite:///{folder}/record.db") as engine:
        build_dataset(recorded(engine, simulated), folder / "dataset")
    return folder / "dataset"


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """A copy of the dataset."""
    return shutil.copytree(published, tmp_path / "dataset")


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files_in(folder)}


def differing(one: Path, other: Path) -> list[str]:
    ours, theirs = contents(one), contents(other)
    names = ours.keys() | theirs.keys()
    return sorted(name for name in names if ours.get(name) != theirs.get(name))


@pytest.mark.parametrize("with_texts", [False, True])
@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("here", "there"), [("sqlite", "postgresql"), ("postgresql", "sqlite")]
)
def test_what_is_loaded_is_the_record_and_gives_the_same_bytes(
    make: Make,
    tmp_path: Path,
    simulated: Path,
    here: str,
    there: str,
    with_texts: bool,
) -> None:
    original = recorded(make(here), simulated)
    build_dataset(original, tmp_path / "one", with_texts=with_texts)
    build_dataset(original, tmp_path / "two", with_texts=with_texts)
    assert differing(tmp_path / "one", tmp_path / "two") == []

    copy = make(there)
    load_dataset(copy, tmp_path / "one")
    build_dataset(copy, tmp_path / "three", with_texts=with_texts)

    left_out = () if with_texts else WORDS
    before, after = (without(facts_in(each), left_out) for each in (original, copy))
    if with_texts:  # what is noted of positions is derived, and undated rows are ours
        assert rows_in(copy)["model_chats"][0]["raw_data"] is not None
    assert differences(before, after) == []
    assert len(before["trades"]) > 20
    assert differing(tmp_path / "one", tmp_path / "three") == []


@pytest.mark.parametrize("there", EITHER)
@pytest.mark.parametrize("seed", range(3))
def test_rows_that_were_served_in_versions_come_back_with_all_of_them(
    make: Make, tmp_path: Path, seed: int, there: str
) -> None:
    original = imported(make("sqlite"), random_world(seed).payloads)
    build_dataset(original, tmp_path / "one", with_texts=True)
    copy = make(there)
    load_dataset(copy, tmp_path / "one")

    before, after = (
        {
            table: [
                {key: value for key, value in row.items() if key != "parser"}
                for row in rows
            ]
            for table, rows in named(rows_in(each)).items()
        }
        for each in (original, copy)
    )
    assert differences(before, after) == []
    assert len(before["row_versions"]) > 50
    assert before["revisions"]


def test_loading_beside_the_bodies_themselves_gives_the_same_in_any_order(
    make: Make, tmp_path: Path
) -> None:
    older, newer = random_world(5).payloads[:5], random_world(5).payloads[5:]
    build_dataset(imported(make("sqlite"), older), tmp_path / "older")

    expected = imported(make("sqlite"), [*older, *newer])
    first, last = make("sqlite"), make("sqlite")
    load_dataset(first, tmp_path / "older")
    imported(first, [*newer, *older])
    imported(last, [*newer, *older])
    load_dataset(last, tmp_path / "older")

    # Of two rows that say the same, either may be the one that is kept as served.
    wanted, *found = (
        without(facts_in(each), ("raw_data",)) for each in (expected, first, last)
    )
    assert [differences(wanted, each) for each in found] == [[], []]


@pytest.mark.parametrize("there", EITHER)
def test_loading_twice_changes_nothing(make: Make, published: Path, there: str) -> None:
    copy = make(there)
    first = load_dataset(copy, published)
    before = rows_in(copy)
    second = load_dataset(copy, published)

    assert sum(each.inserted for each in first.tables) > 500
    assert [each for each in second.tables if each.inserted or each.updated] == []
    assert differences(before, rows_in(copy)) == []


def test_rows_of_older_code_stay_rows_that_are_read_again(
    make: Make, simulated: Path, published: Path
) -> None:
    """What a dataset holds of them are figures; the rows as served are beside them."""
    engine = recorded(make("sqlite"), simulated)
    older_code(engine)
    load_dataset(engine, published)
    read_by = {row["parser"] for row in rows_in(engine)["leaderboard_snapshots"]}
    assert read_by == {0}


def test_verify_finds_one_flipped_byte_in_each_file(folder: Path) -> None:
    assert verify_dataset(folder) == []
    names = list(files_in(folder))
    assert len(names) > 20
    for name in names:
        whole = (folder / name).read_bytes()
        for place in (0, len(whole) - 1):
            damaged = bytearray(whole)
            damaged[place] ^= 1
            (folder / name).write_bytes(damaged)
            assert verify_dataset(folder), f"{name}, byte {place}"
        (folder / name).write_bytes(whole)
    assert verify_dataset(folder) == []


def test_verify_names_what_is_missing_added_or_linked(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "CITATION.cff").rename(tmp_path / "CITATION.cff")
    (folder / "more.csv").write_text("a,b\n")
    assert verify_dataset(folder) == [
        "CITATION.cff is missing.",
        "more.csv is not part of it.",
    ]
    (folder / "more.csv").unlink()
    (folder / "CITATION.cff").symlink_to(tmp_path / "CITATION.cff")
    assert verify_dataset(folder) == ["CITATION.cff is a link or no file."]


def resummed(folder: Path) -> None:
    """Makes the digests those of what is there now, as a forger would."""
    package = json.loads((folder / PACKAGE).read_text())
    for resource in package["resources"]:
        file = folder / resource["path"]
        resource |= {"bytes": file.stat().st_size, "hash": f"sha256:{digest(file)}"}
    (folder / PACKAGE).write_text(json.dumps(package))
    (folder / SUMS).write_text(sums_of(folder))


def test_verify_finds_rows_that_are_not_those_that_were_counted(
    make: Make, folder: Path
) -> None:
    with (
        engine_on(f"sqlite:///{folder}/record.sqlite") as engine,
        engine.begin() as connection,
    ):
        connection.execute(text("DELETE FROM prices WHERE symbol = 'BTC'"))
        connection.execute(text("CREATE VIEW spy AS SELECT 1"))
    for leftover in folder.glob("record.sqlite-*"):
        leftover.unlink()
    resummed(folder)
    first, second = verify_dataset(folder)
    assert first == "record.sqlite holds more than its tables: spy."
    assert second.startswith("prices: ")

    copy = make("sqlite")
    before = rows_in(copy)
    with pytest.raises(ConfigurationError, match="does not verify"):
        load_dataset(copy, folder)
    assert rows_in(copy) == before


FORGERIES = (
    "UPDATE snapshots SET observed_at = NULL",
    "UPDATE snapshots SET observed_at = 'yesterday'",
    "UPDATE trades SET side = 'up'",
    "UPDATE positions SET quantity = 'many'",
    "UPDATE positions SET model_id = 'nobody'",
    "UPDATE prices SET price = 9e999",
    "UPDATE prices SET price = NULL",
    "UPDATE seasons SET season = NULL",
    "UPDATE accounts SET name = NULL",
    "UPDATE statistics SET figures = '{'",
)


@pytest.mark.parametrize("there", EITHER)
def test_a_forged_dataset_is_refused_and_stores_nothing(
    make: Make, folder: Path, there: str
) -> None:
    """Even with the right digests, a value has to fit; none ends in a traceback."""
    copy = make(there)
    before = rows_in(copy)
    whole = (folder / "record.sqlite").read_bytes()
    for forgery in FORGERIES:
        (folder / "record.sqlite").write_bytes(whole)
        with closing(sqlite3.connect(folder / "record.sqlite")) as connection:
            connection.execute(forgery)
            connection.commit()
        resummed(folder)
        with pytest.raises(TrackerError):
            load_dataset(copy, folder)
        assert rows_in(copy) == before, forgery


@pytest.mark.parametrize(
    "description",
    ["[]", "{}", "null", "[" * 99_999, '{"withTexts": 1, "resources": 2}'],
)
def test_a_description_that_is_none_is_told(folder: Path, description: str) -> None:
    (folder / PACKAGE).write_text(description)
    (folder / SUMS).write_text(sums_of(folder))
    (told,) = verify_dataset(folder)
    assert told.startswith(f"{PACKAGE} cannot be understood: ")


def test_verify_counts_the_rows_of_each_parquet_file(folder: Path) -> None:
    (file,) = (folder / "data" / "prices").iterdir()
    prices = pq.read_table(file)
    pq.write_table(prices.slice(1), file)
    resummed(folder)
    (told,) = verify_dataset(folder)
    assert told.endswith(
        f"has {len(prices) - 1} rows; datapackage.json says" f" {len(prices)}."
    )


def words_of(value: Any) -> Iterator[str]:
    """Every text of more than three words in a payload."""
    if isinstance(value, str):
        lines = (line.strip() for line in value.splitlines())
        yield from (line for line in lines if len(line.split()) > 3)
    elif isinstance(value, dict):
        for each in value.values():
            yield from words_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from words_of(each)


def sentences_in(captures: Path) -> set[str]:
    found: set[str] = set()
    for file in captures.rglob("*.json"):
        with suppress(json.JSONDecodeError):
            found.update(words_of(json.loads(file.read_text())))
    return found


def readable(folder: Path) -> bytes:
    """All files as bytes, the Parquet files as text too: they are compressed."""
    tables = (pq.read_table(file) for file in folder.rglob("*.parquet"))
    rows = (json.dumps(table.to_pylist(), default=str) for table in tables)
    return b"".join(contents(folder).values()) + "".join(rows).encode()


def test_no_sentence_is_in_a_dataset_without_texts(
    make: Make, tmp_path: Path, simulated: Path, published: Path
) -> None:
    engine = recorded(make("sqlite"), simulated)
    build_dataset(engine, tmp_path / "all", with_texts=True)
    sentences = sentences_in(simulated)
    figures, whole = readable(published), readable(tmp_path / "all")
    assert len(sentences) > 500
    assert [each for each in sentences if each.encode() in figures] == []
    assert any(each.encode() in whole for each in sentences)


@pytest.mark.captures
def test_no_sentence_of_the_real_captures_is_in_a_dataset_without_texts(
    make: Make, tmp_path: Path, captures: Path
) -> None:
    engine = make("sqlite")
    payloads = CaptureSource([captures]).payloads()
    Collector(engine, SystemClock()).import_payloads(payloads, "captures")
    build_dataset(engine, tmp_path / "figures")
    sentences, figures = sentences_in(captures), readable(tmp_path / "figures")
    assert len(sentences) > 5000
    assert [each for each in sentences if each.encode() in figures] == []


def test_it_is_decided_of_every_table_whether_a_dataset_has_it() -> None:
    """A new table, above all one of people, is left out until somebody decides."""
    assert {table.name for table in Base.metadata.sorted_tables} == HELD | LEFT_OUT
    assert {table.name for table in dataset_tables(with_texts=True)} == {
        *("seasons", "accounts", "aliases", "snapshots", "positions", "trades"),
        *("conversations", "decisions", "statistics", "prices"),
        *("versions", "revisions"),
    }


@pytest.mark.parametrize("there", EITHER)
def test_any_text_and_any_number_survive(
    make: Make, tmp_path: Path, there: str
) -> None:
    """Numbers at the edge of their columns, which a double does not hold."""
    filled(engine := make(there))
    build_dataset(engine, tmp_path / "one", with_texts=True)
    assert verify_dataset(tmp_path / "one") == []
    copy = make(there)
    load_dataset(copy, tmp_path / "one")
    for table in ("leaderboard_snapshots", "positions", "model_chats"):
        before, after = (
            without({table: facts_in(each)[table]}, ("rank", "roi", "season_id"))
            for each in (engine, copy)
        )
        assert differences(before, after) == []


def test_the_description_is_a_data_package(published: Path) -> None:
    package = json.loads((published / "datapackage.json").read_text())
    jsonschema.validate(package, DATA_PACKAGE)
    names = [each["name"] for each in package["resources"]]
    assert len(names) == len(set(names))
    for resource in package["resources"]:
        if "schema" in resource:
            schema = json.loads((published / resource["schema"]).read_text())
            jsonschema.validate(schema, TABLE_SCHEMA)
    assert "unknown" in package["sources"][0]["license"]


def test_every_number_has_a_unit() -> None:
    for table in dataset_tables(with_texts=True):
        assert table_schema(table)["fields"]
        for column in table.columns:
            assert column.type is not ColumnType.DECIMAL or unit_of(column)


def test_a_folder_that_is_there_is_left_alone(make: Make, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    with pytest.raises(ConfigurationError, match="is there already"):
        build_dataset(make("sqlite"), tmp_path / "mine")
    assert contents(tmp_path / "mine") == {"notes.txt": b"keep"}


def test_an_empty_record_is_a_dataset_too(make: Make, tmp_path: Path) -> None:
    build_dataset(make("sqlite"), tmp_path / "none")
    assert verify_dataset(tmp_path / "none") == []
    assert [
        each.rows for each in load_dataset(make("sqlite"), tmp_path / "none").tables
    ]


DATA_PACKAGE = {
    "type": "object",
    "required": ["resources", "$schema", "name", "licenses", "sources"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": r"^[-a-z0-9._/]+$"},
        "title": {"type": "string"},
        "version": {"type": "string"},
        "licenses": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]},
        },
        "sources": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"required": ["title"]}, {"required": ["path"]}]},
        },
        "contributors": {"type": "array", "minItems": 1},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path", "bytes", "hash", "format", "mediatype"],
                "properties": {
                    "name": {"type": "string", "pattern": r"^[-a-z0-9._/]+$"},
                    "path": {"type": "string", "pattern": r"^(?!.*\.\.)[^/~]"},
                    "schema": {"type": "string"},
                    "bytes": {"type": "integer"},
                    "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                },
            },
        },
    },
}
"""What Data Package 2.0 asks of a description; its own profile is on the network, and
the libraries that bring it along need Python 3.12 or thirty other packages."""
TABLE_SCHEMA = {
    "type": "object",
    "required": ["fields"],
    "properties": {
        "primaryKey": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "fields": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "type", "description"],
                "properties": {
                    "type": {
                        "enum": ["string", "number", "integer", "boolean", "datetime"]
                    }
                },
            },
        },
    },
}
