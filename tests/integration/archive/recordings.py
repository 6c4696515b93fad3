"""Archives to test with: exchanges made up, recorded and read back."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.reading.segment_reader import reading
from nof1_tracker.archive.recording.writer import ArchiveWriter, WriterOptions
from nof1_tracker.clock import Clock
from nof1_tracker.records.archive.archive_positions import Damage, Position
from nof1_tracker.records.archive.exchanges import Exchange, Recorded
from tests.fakes import FakeClock

SITE = "https://nof1.ai"
NOON = datetime(2025, 10, 28, 12, tzinfo=UTC)
TRADES = f"{SITE}/api/trades"
TYPE = ("Content-Type", "application/json")


def archive_at(path: Path, **options: Any) -> ArchiveFolder:
    """An archive of the site in the folder."""
    plain: dict[str, Any] = {"site": SITE, "simulated": False}
    return ArchiveFolder.open(path, **plain | options)


def body_of(number: int, rows: int = 5) -> bytes:
    """A body that no other number has."""
    row = {"id": f"qwen3-max_{number}", "symbol": "BTC", "quantity": -0.25}
    return json.dumps({"trades": [row] * rows, "serverTime": number}).encode()


def exchange(number: int = 0, **changed: Any) -> Exchange:
    """The answer to a request, a minute later for each number."""
    plain: dict[str, Any] = {
        "url": TRADES,
        "kind": "trades",
        "body": body_of(number),
        "captured_at": NOON + timedelta(minutes=number),
        "transport": "http",
        "headers": (TYPE, ("ETag", f'"{number}"')),
    }
    return Exchange(**plain | changed)


@contextmanager
def writing(
    archive: ArchiveFolder, clock: Clock | None = None, **options: Any
) -> Iterator[ArchiveWriter]:
    """A writer, which leaves its segment unsealed at the end, as a killed process does."""
    writer = ArchiveWriter.open(
        archive, WriterOptions(**options), clock or FakeClock(NOON)
    )
    try:
        yield writer
    finally:
        writer.close(wait=False)


def record(
    archive: ArchiveFolder,
    exchanges: Iterable[Exchange],
    clock: Clock | None = None,
    *,
    sealed: bool = True,
) -> list[Position]:
    """Records the exchanges in one segment."""
    with writing(archive, clock) as writer:
        positions = [writer.append(each) for each in exchanges]
        if sealed:
            writer.close()
        return positions


def read(archive: ArchiveFolder, name: str, after: int = 0) -> list[Recorded | Damage]:
    """All that a reader finds in the segment."""
    with reading(archive, name) as reader:
        return list(reader.records(after))


def whole(found: Iterable[Recorded | Damage]) -> list[Recorded]:
    return [each for each in found if isinstance(each, Recorded)]


def damage(found: Iterable[Recorded | Damage]) -> list[Damage]:
    return [each for each in found if isinstance(each, Damage)]


def numbers(found: Iterable[Recorded | Damage]) -> list[int]:
    """The record numbers of what is whole."""
    return [each.position.record for each in whole(found)]


def only_file(archive: ArchiveFolder) -> Path:
    """The file of the only segment."""
    (file,) = (each for each in archive.segments.iterdir() if "warc" in each.name)
    return file


def all_bytes(archive: ArchiveFolder) -> bytes:
    """Every byte of the archive's files, and what its segments hold."""
    files = [each for each in archive.path.rglob("*") if each.is_file()]
    parts = [each.read_bytes() for each in files]
    for name in archive.names():
        with reading(archive, name) as reader:
            parts += [
                each.member.content
                for each in reader.checked()
                if not isinstance(each, Damage)
            ]
    return b"\n".join((*parts, *(os.fsencode(each) for each in files)))
