"""What a page's answers unpack to is bounded while they arrive."""

from typing import Any

import pytest

from nof1_tracker.scraper.browsing.body_bounds import BodyBounds
from nof1_tracker.scraper.fetch import Answer

URL = "http://arena.test/api/trades"
MOST = 1000


@pytest.fixture
def excess() -> list[Answer]:
    """What was told, in order."""
    return []


@pytest.fixture
def bounds(excess: list[Answer]) -> BodyBounds:
    return BodyBounds(MOST, excess.append)


def begun(number: str = "1", **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "requestId": number,
        "response": {"url": URL, "status": 200, "headers": named},
    }


def part(size: int, number: str = "1") -> dict[str, Any]:
    return {"requestId": number, "dataLength": size, "encodedDataLength": 1}


def test_a_body_that_fits_is_left_alone(
    bounds: BodyBounds, excess: list[Answer]
) -> None:
    bounds.begin(begun(Content_Encoding="gzip", Content_Length="900"))
    bounds.grow(part(MOST))
    assert excess == []


def test_what_it_unpacks_to_counts_and_is_told_once(
    bounds: BodyBounds, excess: list[Answer]
) -> None:
    bounds.begin(begun(Content_Encoding="gzip", Content_Length="9"))
    for _ in range(3):
        bounds.grow(part(MOST - 1))
    assert excess == [Answer(URL, 200, oversize=True)]


def test_each_body_is_counted_by_itself(
    bounds: BodyBounds, excess: list[Answer]
) -> None:
    for number in ("1", "2", "3"):
        bounds.begin(begun(number))
        bounds.grow(part(MOST, number))
    bounds.end({"requestId": "1"})
    bounds.begin(begun("1"))
    bounds.grow(part(MOST, "1"))
    assert excess == []
    bounds.grow(part(1, "2"))
    assert len(excess) == 1


def test_a_size_that_is_declared_is_believed_if_it_is_too_much(
    bounds: BodyBounds, excess: list[Answer]
) -> None:
    bounds.begin(begun(content_length=str(MOST + 1)))
    bounds.grow(part(MOST + 1))
    assert excess == [Answer(URL, 200, oversize=True)]


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br,gzip", "gzip\ngzip"])
def test_encodings_upon_another_are_not_waited_for(
    bounds: BodyBounds, excess: list[Answer], encoding: str
) -> None:
    bounds.begin(begun(CONTENT_ENCODING=encoding))
    assert excess == [Answer(URL, 200, stacked=encoding)]


@pytest.mark.parametrize("length", ["", "much", "-1"])
def test_a_size_that_is_not_readable_says_nothing(
    bounds: BodyBounds, excess: list[Answer], length: str
) -> None:
    bounds.begin(begun(content_length=length))
    bounds.grow(part(MOST))
    assert excess == []


def test_what_began_before_the_watch_is_not_mistaken_for_another(
    bounds: BodyBounds, excess: list[Answer]
) -> None:
    bounds.grow(part(MOST + 1))
    bounds.end({"requestId": "1"})
    assert excess == []
