"""The pages of a CDX search, in the archive's own wire format."""

import json
from datetime import UTC, datetime

import pytest

from nof1_tracker.errors import PayloadError
from nof1_tracker.history.wayback.cdx_pages import Capture, parse_cdx

COLUMNS = [
    "urlkey",
    "timestamp",
    "original",
    "mimetype",
    "statuscode",
    "digest",
    "length",
]
TOTALS = [
    "ai,nof1)/api/account-totals?lasthourlymarker=407",
    "20251104022344",
    "https://nof1.ai/api/account-totals?lastHourlyMarker=407",
    "application/json",
    "200",
    "B2LTWWPUOYAH7UIPQ7ZUPQ4VMBSVC36A",
    "5120",
]


def page(*rows: list[str], columns: list[str] = COLUMNS) -> bytes:
    return json.dumps([columns, *rows]).encode()


def changed(**changes: str) -> list[str]:
    return [changes.get(name, cell) for name, cell in zip(COLUMNS, TOTALS, strict=True)]


def only_capture(**changes: str) -> Capture:
    (capture,) = parse_cdx(page(changed(**changes))).captures
    return capture


def test_a_row_is_a_capture_at_its_time() -> None:
    found = parse_cdx(page(TOTALS))
    assert found.resume_key is None
    (capture,) = found.captures
    assert capture.captured_at == datetime(2025, 11, 4, 2, 23, 44, tzinfo=UTC)
    assert capture.original.endswith("?lastHourlyMarker=407")
    assert capture.timestamp == "20251104022344"
    assert (capture.status, capture.is_answer, capture.is_page) == (200, True, False)


def test_columns_are_told_by_their_names() -> None:
    turned = page(TOTALS[::-1], columns=COLUMNS[::-1])
    assert parse_cdx(turned) == parse_cdx(page(TOTALS))


@pytest.mark.parametrize("body", [b"", b"\n", b"[]", page()])
def test_nothing_found_is_no_error(body: bytes) -> None:
    assert parse_cdx(body).captures == ()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ai%2Cnof1%29%2Fapi%2Ftrades+20251028", "ai,nof1)/api/trades 20251028"),
        ("ai,nof1)/api/trades 20251028", "ai,nof1)/api/trades 20251028"),
    ],
)
def test_the_resume_key_stands_after_an_empty_row(written: str, key: str) -> None:
    found = parse_cdx(page(TOTALS, [], [written]))
    assert found.resume_key == key
    assert len(found.captures) == 1


@pytest.mark.parametrize(
    ("changes", "is_answer"),
    [
        ({"statuscode": "200"}, True),
        ({"statuscode": "-", "mimetype": "warc/revisit"}, True),
        ({"statuscode": "-"}, False),
        ({"statuscode": "308"}, False),
        ({"statuscode": "410"}, False),
        ({"statuscode": "500"}, False),
    ],
)
def test_errors_and_redirects_are_no_answers(
    changes: dict[str, str], is_answer: bool
) -> None:
    assert only_capture(**changes).is_answer is is_answer


@pytest.mark.parametrize("row", [["short"], changed(timestamp="yesterday"), []])
def test_a_row_that_is_not_whole_is_left_out(row: list[str]) -> None:
    assert len(parse_cdx(page(row, TOTALS)).captures) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Too busy</html>",
        b'{"error": 1}',
        b"[[1, 2]]",
        b'["timestamp"]',
        page(TOTALS[:2], columns=COLUMNS[:2]),
    ],
)
def test_what_is_not_the_answer_of_a_search_is_refused(body: bytes) -> None:
    with pytest.raises(PayloadError):
        parse_cdx(body)
