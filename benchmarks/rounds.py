"""Runs rounds of a monitor: python -m benchmarks.rounds URL FILE [unrecorded].

For each line on stdin it scrapes everything once, in a browser that stays open, and
prints the seconds. Bodies are recorded first, into an archive beside the file; with
`unrecorded` they are stored alone. For `megabytes` it prints its memory.
"""

import sys
import time

import psutil

from nof1_tracker.clock import SystemClock
from nof1_tracker.database import create_db_engine
from nof1_tracker.monitor.processes import give_memory_back
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.scraper.browser import BrowserSource
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.recorded.open_recording import open_recording


def main(url: str, file: str, unrecorded: str = "") -> None:
    """Runs rounds until stdin ends."""
    clock, engine = SystemClock(), create_db_engine(f"sqlite:///{file}")
    recording = None if unrecorded else open_recording(engine, clock, url)
    collector = Collector(engine, clock, persistent=True, recording=recording)
    # Rounds follow each other faster than those of a polite monitor.
    with BrowserSource(SourceOptions(url, rate_limit=10_000), clock) as source:
        for line in sys.stdin:
            if line.strip() == "megabytes":
                print(psutil.Process().memory_info().rss / 1e6, flush=True)
                continue
            start = time.perf_counter()
            summary = collector.scrape(source, list(Kind))
            seconds = time.perf_counter() - start
            assert summary.status is RunStatus.COMPLETE, summary.failures
            assert bool(summary.recorded) is not bool(unrecorded), "not as asked for"
            assert not summary.unrecorded, summary.why_unrecorded
            give_memory_back()
            print(seconds, flush=True)
    if recording is not None:
        recording.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
