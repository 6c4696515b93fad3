"""The command line: python -m benchmarks [NAME...] [--quick] [--json FILE]."""

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
    reporting,
    scraping,
    startup,
    storing,
)
from benchmarks.measure import Comparison
from benchmarks.table import as_json, render
from benchmarks.workshop import Workshop

ROUNDS, QUICK_ROUNDS = 7, 3
BENCHMARKS: dict[str, Callable[[Workshop], Iterable[Comparison]]] = {
    "startup": startup.startup,
    "leaderboard": startup.leaderboard,
    "scrape": scraping.scrape,
    "monitor": scraping.monitor,
    "http": scraping.http,
    "chats": storing.chats,
    "totals": storing.totals,
    "archive": archiving.archive,
    "exports": exporting.exports,
    "report": reporting.report,
    "curves": curves.curves,
}


def main() -> int:
    """Measures, prints the table; 1 where a target is missed."""
    wanted = _arguments()
    unknown = set(wanted.names) - BENCHMARKS.keys()
    if unknown:
        print(f"There is no {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    rounds = QUICK_ROUNDS if wanted.quick else ROUNDS
    with tempfile.TemporaryDirectory(prefix="nof1-benchmarks-") as folder:
        workshop = Workshop(Path(folder), rounds, _server(), _tell)
        results = list(_measured(workshop, wanted.names or list(BENCHMARKS)))
    print(render(results))
    if wanted.json:
        wanted.json.write_text(json.dumps(as_json(results), indent=2) + "\n")
    return int(any(each.verdict == "missed" for each in results))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="3 rounds instead of 7")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every round, too")
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
