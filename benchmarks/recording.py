"""Measures what it costs to record a round before it is parsed, and how large that is."""

import io
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
from warcio.warcwriter import WARCWriter

from benchmarks.databases import new_store
from benchmarks.measure import Comparison, Target, timed
from benchmarks.scraping import ENDPOINTS, LARGE, ROUND_SECONDS
from benchmarks.workshop import Workshop, child
from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.recording.writer import ArchiveWriter
from nof1_tracker.clock import SystemClock, utc_now
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.records.enums import RunStatus
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.services.collect import Collector

_TYPE = ("Content-Type", "application/json")

Bodies = Mapping[str, bytes]


def recording(workshop: Workshop) -> Iterator[Comparison]:
    """Compares recording a round with fetching and storing it, and with warcio."""
    with (
        new_store(workshop, "sqlite") as store,
        _writer(workshop.folder / "recording") as writer,
        child(workshop, "benchmarks.site", str(LARGE)) as site,
        httpx.Client(base_url=site.hear()) as client,
    ):
        collector = Collector(store.engine, SystemClock())
        bodies: dict[str, bytes] = {}

        def fetch_and_store() -> None:
            for name in ENDPOINTS:
                bodies[name] = client.get(f"/api/{name}").content
            _store(collector, bodies)

        def next_round() -> float:
            site.ask(str(ROUND_SECONDS))
            return timed(fetch_and_store)()

        rounds, records, repeats, others = workshop.by_turns(
            next_round,
            timed(lambda: _record(writer, bodies)),
            timed(lambda: _record(writer, bodies)),
            timed(lambda: _write_by_warcio(bodies)),
        )
        size = sum(map(len, bodies.values())) / 1e6
        kept = _archived(workshop.folder / "sizes", bodies)
    what = "recording a round, flushed to disk"
    yield Comparison(what, "fetching, parsing, storing it", records, rounds, _FIVE)
    yield Comparison(what, "warcio into memory", records, others, Target(ratio=1))
    yield Comparison("recording the same again", what, repeats, records, Target())
    for state, megabytes in kept.items():
        yield Comparison(
            f"the round, {state}", "its bodies", (megabytes,), (size,), Target(), "MB"
        )


_FIVE = Target(ratio=0.05)
"""Without a browser; with one, a round takes longer and recording is a smaller part."""


@contextmanager
def _writer(folder: Path) -> Iterator[ArchiveWriter]:
    archive = ArchiveFolder.open(folder, site="http://127.0.0.1", simulated=True)
    with closing(ArchiveWriter.open(archive)) as writer:
        yield writer


def _store(collector: Collector, bodies: Bodies) -> None:
    now = utc_now()
    payloads = [RawPayload(body, name, now, "http") for name, body in bodies.items()]
    summary = collector.import_payloads(payloads, "bare")
    assert summary.status is RunStatus.COMPLETE, summary.failures


def _record(writer: ArchiveWriter, bodies: Bodies) -> None:
    now = utc_now()
    for name, body in bodies.items():
        url = f"http://127.0.0.1/api/{name}"
        writer.append(Exchange(url, name, body, now, "http", headers=(_TYPE,)))


def _write_by_warcio(bodies: Bodies) -> None:
    """The same records by warcio as it comes: gzip 9, SHA-1, not flushed."""
    writer = WARCWriter(io.BytesIO(), gzip=True, warc_version="1.1")
    for name, body in bodies.items():
        record = writer.create_warc_record(
            f"http://127.0.0.1/api/{name}",
            "resource",
            payload=io.BytesIO(body),
            length=len(body),
        )
        writer.write_record(record)


def _archived(folder: Path, bodies: Bodies) -> dict[str, float]:
    """Megabytes that the round takes while it is recorded, and sealed."""
    sizes = {}
    with _writer(folder) as writer:
        _record(writer, bodies)
        sizes["as recorded"] = _megabytes(folder)
    sizes["sealed"] = _megabytes(folder)
    return sizes


def _megabytes(folder: Path) -> float:
    files = (folder / "segments").iterdir()
    return sum(each.stat().st_size for each in files) / 1e6
