"""The command line: python -m benchmarks [NAME...] [--quick | --full] [--docs].

`python -m benchmarks scale` has options and a table of its own.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks import (
    archiving,
    curves,
    exporting,
    painting,
    playing,
    recording,
    reporting,
    scale,
    scraping,
    searching,
    serving,
    startup,
    storing,
    unpacking,
)
from benchmarks.measure import Comparison
from benchmarks.table import as_json, publish, render
from benchmarks.workshop import ROOT, Workshop

ROUNDS, QUICK_ROUNDS = 7, 3
RESULTS = Path(__file__).with_name("results.json")
PAGE = ROOT / "docs" / "benchmarks.md"
BENCHMARKS: dict[str, Callable[[Workshop], Iterable[Comparison]]] = {
    "startup": startup.startup,
    "leaderboard": startup.leaderboard,
    "scrape": scraping.scrape,
    "monitor": scraping.monitor,
    "recorded": scraping.recorded,
    "memory": scraping.memory,
    "http": scraping.http,
    "chats": storing.chats,
    "totals": storing.totals,
    "archive": archiving.archive,
    "unpacking": unpacking.unpacking,
    "recording": recording.recording,
    "exports": exporting.exports,
    "report": reporting.report,
    "curves": curves.curves,
    "search": searching.search,
    "serve": serving.serving,
    "paint": painting.painting,
    "games": playing.playing,
}


def main() -> int:
    """Measures and prints the table; returns 1 if a target is missed."""
    if sys.argv[1:2] == ["scale"]:
        return scale.main(sys.argv[2:])
    wanted = _arguments()
    unknown = set(wanted.names) - BENCHMARKS.keys()
    if unknown:
        print(f"There is no {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    rounds = QUICK_ROUNDS if wanted.quick else ROUNDS
    with tempfile.TemporaryDirectory(prefix="nof1-benchmarks-") as folder:
        workshop = Workshop(Path(folder), rounds, _server(), _tell, is_full=wanted.full)
        results = list(_measured(workshop, wanted.names or list(BENCHMARKS)))
    table = render(results)
    print(table)
    wanted.json.write_text(json.dumps(as_json(results), indent=2) + "\n")
    if wanted.docs:
        publish(table, PAGE)
    return int(any(each.verdict == "missed" for each in results))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="3 rounds instead of 7")
    parser.add_argument(
        "--full",
        action="store_true",
        help="`serve` with a larger record, more requests, and an hour of them",
    )
    parser.add_argument(
        "--docs", action="store_true", help=f"put the table into {PAGE.name}"
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        default=RESULTS,
        help=f"where every round goes (default: {RESULTS.name} beside this module)",
    )
    return parser.parse_args()


def _server() -> str | None:
    names = ("BENCH_DATABASE_URL", "TEST_DATABASE_URL")
    return next((value for name in names if (value := os.environ.get(name))), None)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _measured(workshop: Workshop, names: Iterable[str]) -> Iterator[Comparison]:
    for name in names:
        _tell(f"measuring {name} ...")
        for comparison in BENCHMARKS[name](workshop):
            _tell(
                f"  {comparison.what} / {comparison.against}:"
                f" {comparison.ratio:.2f} ({comparison.verdict})"
            )
            yield comparison


if __name__ == "__main__":
    sys.exit(main())
