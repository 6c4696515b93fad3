"""Sends bare GETs and stores: python -m benchmarks.gets_and_store FILE URL..."""

import sys

import httpx

from nof1_tracker.clock import SystemClock
from nof1_tracker.database import create_db_engine
from nof1_tracker.records.enums import RunStatus
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.services.collect import Collector


def main(file: str, urls: list[str]) -> None:
    """Fetches each URL once, over one connection, then stores everything."""
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
