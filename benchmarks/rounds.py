"""Runs the rounds of a monitor on request: python -m benchmarks.rounds URL FILE.

For each line on stdin it scrapes everything once, in a browser that stays open, and
prints the seconds. For `megabytes` it prints its memory.
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


def main(url: str, file: str) -> None:
    """Runs rounds until stdin ends."""
    clock = SystemClock()
    collector = Collector(create_db_engine(f"sqlite:///{file}"), clock)
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
            give_memory_back()
            print(seconds, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
