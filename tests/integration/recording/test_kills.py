"""A recorder that is killed anywhere: every recorded body is stored exactly once."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.integration.archive.recordings import archive_at, read, whole
from tests.worlds import engine_on, environment, rows_in

KILLS = int(os.environ.get("RECORDING_KILLS", "20"))
"""More of them with `make kills`."""
_RECORDER = """
import itertools, json, os, random, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.clock import SystemClock
from nof1_tracker.database.connection import get_engine
from nof1_tracker.database.connection import reset_engine
from nof1_tracker.records.enums import Endpoint, Kind
from nof1_tracker.records.payloads import RawPayload, Request
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.recorded.open_recording import open_recording

SITE, CLOCK = "https://nof1.ai", SystemClock()


class Source:
    transport = "http"

    def __init__(self, told):
        self.told = told

    def fetch(self, requests):
        for number in range(4):
            os.write(self.told, b".")
            now = CLOCK.now()
            # A body that is not understood is counted each time that it is stored.
            body = json.dumps({"unheard": number, "rows": [number] * 500}).encode()
            yield RawPayload(body, f"{SITE}/api/{number}", now, "http", None, None, now, 200)

    def close(self):
        pass


def record(rounds, told):
    recording = open_recording(get_engine(), CLOCK, SITE)
    collector = Collector(get_engine(), CLOCK, persistent=True, recording=recording)
    for _ in rounds:
        collector.scrape(Source(told), [Kind.TRADES], SITE)
    recording.close(wait=False)
    return recording.waiting.count


moments = random.Random(int(sys.argv[2]))
reading, writing = os.pipe()
for _ in range(int(sys.argv[1])):
    child = os.fork()
    if child == 0:
        record(itertools.count(), writing)
    for _ in range(moments.randint(1, 9)):
        os.read(reading, 1)
    time.sleep(moments.uniform(0.0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
print(record(range(1), writing))
"""
"""Forks a recorder, kills it somewhere after one of its first fetches, and begins again.

The last one is left to end by itself.

Nothing is connected or opened before it forks.
"""


def test_every_body_is_stored_exactly_once(migrated_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    done = subprocess.run(
        [sys.executable, "-c", _RECORDER, str(KILLS), "7"],
        env=environment(migrated_url, NOF1_ARCHIVE_DIR=str(folder)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0\n", done.stderr
    archive = archive_at(folder)
    recorded = Counter(
        each.exchange.url
        for name in archive.names()
        for each in whole(read(archive, name))
    )
    with engine_on(migrated_url) as engine:
        rows = rows_in(engine)
    stored = Counter({r["origin"]: r["occurrences"] for r in rows["rejected_payloads"]})
    assert stored == recorded
    assert min(recorded.values()) >= KILLS / 4, "the kills left nothing to be stored"
    kept = {row["segment"]: row["record"] for row in rows["archive_positions"]}
    assert set(kept) <= set(archive.names())
