"""Bare GETs, and our store: python -m benchmarks.gets_and_store FILE URL..."""

import sys

import httpx

from nof1_tracker.collect import Collector
from nof1_tracker.database import create_db_engine
from nof1_tracker.records import RawPayload, RunStatus
from nof1_tracker.scraper.fetch import SystemClock


def main(file: str, urls: list[str]) -> None:
    """Each URL once, over one connection; then all of it stored."""
    clock = SystemClock()
    with httpx.Client() as client:
        payloads = [
            RawPayload(client.get(url).content, url, clock.now(), "http")
            for url in urls
        ]
    collector = Collector(create_db_engine(f"sqlite:///{file}"), clock)
    summary = collector.import_payloads(payloads, "bare")
    assert summary.status is RunStatus.COMPLETE, summary.failures


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
