"""Seasons that are stored, and `verify` as programs run it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from typer.testing import CliRunner

from nof1_tracker.clock import SystemClock
from nof1_tracker.demo import DemoWebArchive
from nof1_tracker.main import app
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.services.backfill.wayback_backfill import (
    WaybackBackfill,
    open_web_archive,
)
from nof1_tracker.services.collect import Collector
from tests.fakes import FakeClock

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def imported(engine: Engine, *folders: Path) -> None:
    source = CaptureSource(folders)
    Collector(engine, SystemClock()).import_payloads(source.payloads(), "captures")


def backfill(engine: Engine, archive: DemoWebArchive) -> None:
    clock = FakeClock(NOW)
    with open_web_archive(archive.url, clock) as asked:
        one = WaybackBackfill(engine, clock, asked)
        one.run(one.plan(None, None))


def not_held(row: dict[str, Any]) -> bool:
    return bool(row["held"] != row["expected"])


def run(url: str, *words: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(
        app, ["verify", "--json", *words], env={"NOF1_DATABASE_URL": url}
    )
    return result.exit_code, json.loads(result.stdout)
