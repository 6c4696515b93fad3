"""In which format a list is answered: as `format=` says, or else the Accept header."""

from collections.abc import Iterable
from enum import StrEnum
from http import HTTPStatus

from starlette.exceptions import HTTPException


class Format(StrEnum):
    """Formats of a list."""

    JSON = "json"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.JSONL: "application/x-ndjson",
    Format.PARQUET: "application/vnd.apache.parquet",
}


def chosen_format(named: Format | None, accept: str | None) -> Format:
    """The format that is wanted most; JSON where nothing is said.

    Args:
        named: The value of `format=`, which counts before the header.
        accept: The Accept header.

    Raises:
        HTTPException: The header accepts none of them (406).
    """
    if named is not None:
        return named
    if accept is None:
        return Format.JSON
    ranges = dict(_ranges(accept))
    best = max(Format, key=lambda each: _quality(MEDIA_TYPES[each], ranges))
    if _quality(MEDIA_TYPES[best], ranges) <= 0:
        known = ", ".join(MEDIA_TYPES.values())
        raise HTTPException(
            HTTPStatus.NOT_ACCEPTABLE, f"A list is answered as one of {known}."
        )
    return best


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    """Each media range, and how much it is wanted, from 0 to 1."""
    for part in accept.lower().split(","):
        media, *parameters = (word.strip() for word in part.split(";"))
        weights = [each[2:] for each in parameters if each.startswith("q=")]
        yield media, _number(weights[0]) if weights else 1.0


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _quality(media: str, ranges: dict[str, float]) -> float:
    """The most specific range that fits decides."""
    fitting = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((ranges[each] for each in fitting if each in ranges), 0.0)
