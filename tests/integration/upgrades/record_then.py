"""Fills a database by the code of another time, whose own Python runs this file.

It names nothing but what every version of the code has. The arena is simulated; it is
kept short, so that the fixture is small.

    python record_then.py FOLDER      with the database in NOF1_DATABASE_URL
"""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from nof1_tracker.demo import Arena, DemoSite, Payloads

PROGRAM = (sys.executable, "-m", "nof1_tracker.main")
ENDPOINTS = (
    "account-totals",
    "trades",
    "conversations",
    "leaderboard",
    "analytics",
    "since-inception-values",
    "crypto-prices",
)
CONVERSATIONS = 8
"""A prompt takes 11 kB: so many of the newest in each capture are enough."""
BROKEN = {"id": "broken", "model_id": "gpt-5", "symbol": "BTC", "entry_price": "many"}
"""A trade that no version understands: it is kept among the rejected."""


def main(folder: Path) -> None:
    """Looks, imports what was captured later, and looks again."""
    arena = Arena(days=0.4)
    early = arena.start + timedelta(minutes=6)
    _run("db", "upgrade")
    _look(arena, early)
    for hours in (4, 7, 9.5):
        _capture(arena, arena.start + timedelta(hours=hours), folder)
    _run("import", str(folder), allowed=(0, 3))  # 3: a row was rejected
    _look(arena, early + timedelta(minutes=2))


def _look(arena: Arena, at: datetime) -> None:
    """By the monitor, which detects events too, where there is one."""
    commands = subprocess.run(
        [*PROGRAM, "--help"], check=True, capture_output=True, text=True
    ).stdout
    command = ["monitor", "--once"] if "monitor" in commands else ["scrape"]
    with DemoSite(arena, speed=0, at=at) as site:
        _run(*command, "--transport", "http", "--base-url", site.url)


def _capture(arena: Arena, at: datetime, folder: Path) -> None:
    capture = folder / at.strftime("%Y-%m-%dT%H%M%SZ")
    capture.mkdir(parents=True, exist_ok=True)
    payloads = Payloads(arena)
    for endpoint in ENDPOINTS:
        body = dict(payloads.serve(endpoint, at) or {})
        if endpoint == "conversations":
            body[endpoint] = body[endpoint][:CONVERSATIONS]
        if endpoint == "trades":
            body[endpoint] = [*body[endpoint], BROKEN]
        (capture / f"{endpoint}.json").write_text(json.dumps(body))


def _run(*words: str, allowed: tuple[int, ...] = (0,)) -> None:
    done = subprocess.run(
        [*PROGRAM, *words],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    if done.returncode not in allowed:
        raise SystemExit(f"{' '.join(words)}: exit {done.returncode}\n{done.stderr}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
