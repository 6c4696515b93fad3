"""Runs the simulated site in a process of its own: python -m benchmarks.site [DAYS].

Its time stands still; a line with a number of seconds advances it. Every body is made
before that line is answered, because making bodies is not measured.
"""

import sys
from datetime import timedelta

from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.records.enums import Endpoint


def main(days: str = "10") -> None:
    """Prints the URL, and `ready` after each line; the season has so many days."""
    with DemoSite(Arena(days=int(days)), speed=0) as site:
        _make_bodies(site)
        print(site.url, flush=True)
        for line in sys.stdin:
            site.advance(timedelta(seconds=float(line)))
            _make_bodies(site)
            print("ready", flush=True)


def _make_bodies(site: DemoSite) -> None:
    for endpoint in Endpoint:
        if endpoint is not Endpoint.RENDERED_LEADERBOARD:
            site.reply(f"/api/{endpoint}")


if __name__ == "__main__":
    main(*sys.argv[1:])
