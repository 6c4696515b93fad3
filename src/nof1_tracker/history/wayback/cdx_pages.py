"""Reads the pages of a CDX search: which captures there are, and where to go on.

Source: https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server: an
array of arrays of text, the names of the columns first; with more to come an empty row
and a row with the resume key at the end.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote_plus

from nof1_tracker.errors import PayloadError

TIMESTAMP: Final = "%Y%m%d%H%M%S"
_COLUMNS: Final = ("timestamp", "original", "mimetype", "statuscode", "digest")
_QUOTED: Final = re.compile(r"[\w.%+*~-]+", re.ASCII)
_REVISIT: Final = "warc/revisit"


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture of an address.

    Attributes:
        captured_at: When the archive received it, to the second.
        original: The address.
        mimetype: As the archive noted it; warc/revisit for one that repeats an earlier.
        status: HTTP status; None where the archive noted none, as for repetitions.
        digest: Equal for bodies of equal bytes.
    """

    captured_at: datetime
    original: str
    mimetype: str
    status: int | None
    digest: str

    @property
    def timestamp(self) -> str:
        """Its time as addresses of the archive have it, e.g. 20251104022344."""
        return self.captured_at.strftime(TIMESTAMP)

    @property
    def is_answer(self) -> bool:
        """False for a captured error or redirect."""
        if self.status is None:
            return self.mimetype == _REVISIT
        return self.status == HTTPStatus.OK

    @property
    def is_page(self) -> bool:
        """True for HTML."""
        return self.mimetype.startswith("text/html")


@dataclass(frozen=True, slots=True)
class CdxPage:
    """A part of what a search found.

    Attributes:
        resume_key: Where the next part begins; None if this is the last one.
    """

    captures: tuple[Capture, ...]
    resume_key: str | None


def parse_cdx(body: bytes) -> CdxPage:
    """The captures on a page; rows that are not whole are left out.

    Raises:
        PayloadError: It is not the answer of a search.
    """
    rows = _rows(body)
    if not rows:
        return CdxPage((), None)
    columns, *rest = rows
    if missing := set(_COLUMNS) - set(columns):
        raise PayloadError(f"it lacks {', '.join(sorted(missing))}")
    rows, key = _without_key(rest)
    return CdxPage(tuple(_captures(columns, rows)), key)


def _rows(body: bytes) -> Sequence[list[str]]:
    """The rows; none for an empty body, which is an empty result."""
    try:
        rows: Any = json.loads(body) if body.strip() else []
    except (ValueError, RecursionError) as error:
        raise PayloadError("it is not JSON") from error
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise PayloadError("it is not a list of rows of text")
    return rows


def _is_row(row: Any) -> bool:
    return isinstance(row, list) and all(isinstance(cell, str) for cell in row)


def _without_key(
    rows: Sequence[list[str]],
) -> tuple[Sequence[list[str]], str | None]:
    """The rows of captures, and the resume key that follows an empty row."""
    if len(rows) < 2 or rows[-2] or len(rows[-1]) != 1:
        return rows, None
    key = rows[-1][0]
    # It comes quoted, ready to be put into an address: requests quote it themselves.
    return rows[:-2], unquote_plus(key) if _QUOTED.fullmatch(key) else key


def _captures(columns: list[str], rows: Sequence[list[str]]) -> Iterator[Capture]:
    for row in rows:
        named = dict(zip(columns, row, strict=False))
        try:
            at = datetime.strptime(named["timestamp"], TIMESTAMP).replace(tzinfo=UTC)
            original, mimetype = named["original"], named["mimetype"]
            digest, status = named["digest"], named["statuscode"]
        except (KeyError, ValueError):
            continue
        code = int(status) if re.fullmatch(r"\d{3}", status) else None
        yield Capture(at, original, mimetype, code, digest)
