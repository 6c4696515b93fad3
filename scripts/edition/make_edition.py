"""Makes edition 0 again, the dataset that comes with the package.

    python -m scripts.edition [FOLDER]

It needs `../shared/captures` and `../shared/facts`, beside the project. What they hold is
imported like any other payload into a new database, and published as figures: the facts
are put into the site's own shapes, so that the same parsers read them. FOLDER is by
default where the package keeps the edition, whose place the new one takes.
"""

import csv
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from nof1_tracker.clock import SystemClock
from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.records.export_rows import DatasetAbout, DatasetSource
from nof1_tracker.records.parsed import COMPETITIONS
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.dataset.build import build_dataset
from nof1_tracker.services.dataset.sample import EDITION

SHARED = Path(__file__).resolve().parents[3] / "shared"
BOARD_READ = "2026-09-26T000000Z"
"""The day on which the frozen board was read, as a capture folder is named."""
CLOSE = datetime(2025, 11, 3, 22, tzinfo=UTC)
"""Season 1's official close, in hour marker 407 of the accounts."""
LAST_MARKER = 407
_COLUMNS = {
    "MODEL": "{name}",
    "ACCT VALUE": "${account_value}",
    "RETURN %": "{return_pct}%",
    "TOTAL P&L": "{total_pnl}",
    "FEES": "{fees}",
    "WIN RATE": "{win_rate}%",
    "BIGGEST WIN": "{biggest_win}",
    "BIGGEST LOSS": "{biggest_loss}",
    "SHARPE": "{sharpe}",
    "TRADES": "{trades}",
}

ABOUT = DatasetAbout(
    name="alpha-arena-edition-0",
    title="Alpha Arena (nof1.ai), edition 0: what survives in public",
    about="Figures of seasons 1 and 1.5 of Alpha Arena, in which large language models"
    " traded real money, out of public captures and quotations. A sample, not the whole"
    " record.",
    authors=("The nof1-tracker authors",),
    sources=(
        DatasetSource(
            title="Scodive/alpha-arena-prompt and okay456okay/nof1.ai.monitor",
            path="https://github.com/Scodive/alpha-arena-prompt",
            about="Payloads of nof1.ai saved by third parties on 2025-10-23 (account"
            " totals) and 2025-10-28 (leaderboard, trades, analytics, conversations,"
            " inceptions, prices): all rows observed before 2025-11-01.",
            licence="MIT (the first), published as plain data (the second); that of nof1.ai,"
            " which served them, is unknown",
        ),
        DatasetSource(
            title="Wayback copy 20251104022344 of account totals, as two public notes"
            " quote it",
            path="https://web.archive.org/web/20251104022344id_/https://nof1.ai/api/"
            "account-totals?lastHourlyMarker=407",
            about="The equities of season 1 at hour marker 407, rounded to dollars"
            " (facts/season1-final-equity.csv; snapshots of 2025-11-03). They agree with"
            " the published returns within 0.5 points.",
            licence="unknown (nof1.ai states none)",
        ),
        DatasetSource(
            title="nof1.ai/leaderboard, as somebody read it on 2026-09-26",
            path="https://nof1.ai/leaderboard",
            about="The 32 rows of season 1.5 as printed"
            " (facts/season1.5-leaderboard.csv; snapshots of 2026-09-26).",
            licence="unknown (nof1.ai states none)",
        ),
        DatasetSource(
            title="Hyperliquid addresses of the accounts of season 1",
            about="The same in more than ten independent public repositories"
            " (facts/season1-wallets.csv).",
            licence="facts on a public ledger",
        ),
    ),
    missing=(
        (
            "Season 1: equities outside one hour of 2025-10-23, forty minutes of"
            " 2025-10-28 and the end; legs after 2025-10-28 07:00 UTC."
        ),
        (
            "The time of season 1's last equities is known to about an hour (22:00 to"
            " 23:10 UTC on 2025-11-03); they are dated at the official close, 22:00."
        ),
        (
            "Season 1.5: equity curves, positions, legs, conversations, and the accounts'"
            " addresses. The board shows the state of about 2025-12-12, not of the"
            " official close on 2025-12-03, and is dated on the day it was read. Its four"
            " rows of grok-4.20 sum to +$4,066; the site's banner says +$4,844."
        ),
        (
            "How the site spelled the accounts of season 1.5: their names are composed of"
            " model and competition."
        ),
        "All words: prompts, thoughts, reasons, plans.",
    ),
)


def make_edition(shared: Path, folder: Path) -> None:
    """Writes the edition into a new folder."""
    with _database() as engine:
        _import(engine, shared / "captures")
        with tempfile.TemporaryDirectory() as facts:
            _import(engine, _as_payloads(shared / "facts", Path(facts)))
        about = _with_facts(shared / "facts")
        build_dataset(engine, folder, about)


@contextmanager
def _database() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as place:
        engine = create_db_engine(f"sqlite:///{place}/edition.db")
        try:
            upgrade(engine)
            yield engine
        finally:
            engine.dispose()


def _import(engine: Engine, folder: Path) -> RunSummary:
    payloads = CaptureSource([folder]).payloads()
    return Collector(engine, SystemClock()).import_payloads(payloads, "edition 0")


def _as_payloads(facts: Path, folder: Path) -> Path:
    """The facts in the shapes of the site, in folders named by when they were read."""
    board = folder / BOARD_READ
    totals = folder / "undated"
    for place in (board, totals):
        place.mkdir()
    rows = list(
        csv.DictReader((facts / "season1.5-leaderboard.csv").read_text().splitlines())
    )
    table = {
        "columns": list(_COLUMNS),
        "rows": [
            [form.format(name=_name(row), **row) for form in _COLUMNS.values()]
            for row in rows
        ],
    }
    _write(board / "rendered-leaderboard.json", {"renderedLeaderboard": table})
    equities = json.loads((facts / "season1-final-equity.json").read_text())
    _write(
        totals / "account-totals.json",
        {"accountTotals": [_total(*each) for each in equities.items()]},
    )
    return folder


def _name(row: Mapping[str, str]) -> str:
    """The account as the site spells those of season 1.5."""
    number = int(row["competition_id"])
    return f"{row['model']} - {number}: {COMPETITIONS[number]}".upper()


def _total(account: str, equity: float) -> dict[str, Any]:
    return {
        "id": f"{account}_{LAST_MARKER}",
        "model_id": account,
        "timestamp": int(CLOSE.timestamp()),
        "dollar_equity": equity,
        "since_inception_hourly_marker": LAST_MARKER,
    }


def _write(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value))


def _with_facts(facts: Path) -> DatasetAbout:
    """With the facts as they were read, in tables of their own."""
    equities = json.loads((facts / "season1-final-equity.json").read_text())
    wallets = json.loads((facts / "season1-wallets.json").read_text())
    extras = {
        "facts/season1-final-equity.csv": _csv(("model_id", "equity"), equities),
        "facts/season1-wallets.csv": _csv(("model_id", "wallet"), wallets),
        "facts/season1.5-leaderboard.csv": _plain_lines(
            (facts / "season1.5-leaderboard.csv").read_text()
        ),
    }
    return replace(ABOUT, extras=extras)


def _csv(header: tuple[str, str], values: Mapping[str, object]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(sorted(values.items()))
    return text.getvalue().encode()


def _plain_lines(text: str) -> bytes:
    return "".join(f"{line}\n" for line in text.splitlines()).encode()


def main() -> None:
    """Makes the edition where the command line says."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else EDITION
    if not (SHARED / "captures").is_dir():
        sys.exit(f"There are no captures at {SHARED / 'captures'}.")
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        made = Path(place) / "edition"
        make_edition(SHARED, made)
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{folder}: {size:,} bytes")
