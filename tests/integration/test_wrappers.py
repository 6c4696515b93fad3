"""Files that other tools wrote are stored at once by one import."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.records.enums import RunStatus
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.saved_files import saved_files
from tests.fakes import FakeClock
from tests.parsed_payloads import at
from tests.worlds import rows_in

WRAPPERS = Path(__file__).parent / "wrappers"
"""One file for each shape; all of them hold parts of the same four payloads."""
_TOTALS = {"leaderboard_snapshots": 2}
_TRADES = {"trades": 1}
_CHAT = {"model_chats": 1}
HELD = {
    "a-data-object.json": _TOTALS,
    "b-data-array.json": _TOTALS,
    "c-success-top.json": _TOTALS,
    "d-combined.json": {"leaderboard_snapshots": 3} | _TRADES | _CHAT,
    "e-by-endpoint.json": _TOTALS | _TRADES | _CHAT,
    "f-list-of-payloads.json": _TOTALS | _TRADES,
    "g-har.json": _TOTALS,
    "h-payloads.jsonl": _TOTALS | _TRADES,
    "i-rows.jsonl": _TOTALS,
    "j-bom-crlf.json": _TOTALS,
    "k-utf16.json": _TOTALS,
    "l.json.gz": _TOTALS,
    "m-empty.json": {},
    "n-string-body.json": _TOTALS,
    "o-rows-then-trades-list.json": _TOTALS | _TRADES,
}
TABLES = ("leaderboard_snapshots", "trades", "model_chats", "rejected_payloads")


def imported(engine: Engine, path: Path) -> RunSummary:
    source = saved_files([path])
    collector = Collector(engine, FakeClock(at(200)))
    return collector.import_payloads(source.payloads(), str(path))


def counts(engine: Engine) -> dict[str, int]:
    """Rows by table, without empty tables."""
    rows = rows_in(engine)
    return {name: len(rows[name]) for name in TABLES if rows[name]}


def test_there_is_a_file_for_each_shape() -> None:
    assert {file.name for file in WRAPPERS.iterdir()} == set(HELD)


@pytest.mark.parametrize("name", HELD)
def test_each_shape_is_stored_at_once(engine: Engine, name: str) -> None:
    summary = imported(engine, WRAPPERS / name)
    assert summary.status is RunStatus.COMPLETE
    assert counts(engine) == HELD[name]


def test_a_folder_of_all_shapes_is_stored_and_a_second_time_changes_nothing(
    engine: Engine,
) -> None:
    first = imported(engine, WRAPPERS)
    stored = rows_in(engine)
    again = imported(engine, WRAPPERS)
    assert (first.status, again.status) == (RunStatus.COMPLETE, RunStatus.COMPLETE)
    assert counts(engine) == {
        "leaderboard_snapshots": 3,
        "trades": 1,
        "model_chats": 1,
    }
    assert rows_in(engine)["trades"] == stored["trades"]
    assert sum(line.inserted for line in again.lines) == 0


def test_the_folder_dates_what_does_not_date_itself(tmp_path: Path) -> None:
    folder = tmp_path / "2025-10-28T065103Z"
    folder.mkdir()
    for name in ("d-combined.json", "h-payloads.jsonl"):
        shutil.copy(WRAPPERS / name, folder)
    times = {
        each.observed_at
        for each in saved_files([folder]).payloads()
        if isinstance(each, RawPayload)
    }
    assert [str(each) for each in times] == ["2025-10-28 06:51:03+00:00"]
