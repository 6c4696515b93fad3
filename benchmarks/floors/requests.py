"""Sends bare GETs and calls json.loads: python -m benchmarks.floors.requests URL..."""

import json
import sys

import httpx


def main(urls: list[str]) -> None:
    """Fetches each URL once, over one connection."""
    with httpx.Client() as client:
        for url in urls:
            json.loads(client.get(url).raise_for_status().content)


if __name__ == "__main__":
    main(sys.argv[1:])
