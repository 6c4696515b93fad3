"""A bot checkpoint is known by header, status, type and title, never by words."""

import pytest

from nof1_tracker.errors import CheckpointError, SourceBusyError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import RawPayload, Request
from nof1_tracker.scraper.checkpoint import Checkpoint, checkpoint_in, title_of
from nof1_tracker.scraper.fetch import Answer, Pursuit
from tests.fakes import FakeClock

URL = "https://nof1.ai/api/trades"
HTML, JSON = "text/html; charset=utf-8", "application/json"
TITLE = "Vercel Security Checkpoint"
PAGE = f"<html><head><title>{TITLE}</title></head><body>1</body></html>".encode()
ASKS, DENIES = Checkpoint.CHALLENGE, Checkpoint.DENY


@pytest.mark.parametrize(
    ("status", "mitigated", "content_type", "title", "found"),
    [
        (429, "challenge", HTML, TITLE, ASKS),
        (403, "challenge", HTML, "", ASKS),
        (403, "deny", HTML, "", DENIES),
        (403, "deny", "text/plain", "", DENIES),
        (429, None, HTML, f"\n {TITLE} ", ASKS),
        (403, None, "TEXT/HTML", TITLE, ASKS),
        (200, None, HTML, TITLE, ASKS),
        (200, "challenge", JSON, "", None),
        (429, None, JSON, TITLE, None),
        (429, None, HTML, "429 Too Many Requests", None),
        (500, None, HTML, TITLE, None),
        (403, "rate_limited", JSON, "", None),
    ],
)
def test_what_is_a_checkpoint_and_what_is_not(
    status: int,
    mitigated: str | None,
    content_type: str,
    title: str,
    found: Checkpoint | None,
) -> None:
    assert checkpoint_in(status, mitigated, content_type, title) is found


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (PAGE, TITLE),
        (b"<!doctype html><TITLE>A &amp; B</TITLE><title>C</title>", "A & B"),
        (f"<body>{TITLE}</body>".encode(), ""),
        (f"<script>x = '<title>{TITLE}</title>'</script>".encode(), ""),
        (f"<!-- <title>{TITLE}</title> -->".encode(), ""),
        (b"", ""),
        (b"\xff<title>\xff</title>", "\ufffd"),
        (b"<title>cut of", "cut of"),
    ],
)
def test_the_title_is_the_pages_own(page: bytes, title: str) -> None:
    assert title_of(page) == title


def _take(transport: str, **answer: object) -> RawPayload:
    pursuit = Pursuit(Request(Endpoint.TRADES), FakeClock(), transport)
    result = pursuit.take(Answer(URL, **answer))  # type: ignore[arg-type]
    assert isinstance(result, RawPayload)
    return result


def test_a_rate_limit_stays_a_rate_limit() -> None:
    with pytest.raises(SourceBusyError) as caught:
        _take("http", status=429, retry_after=20.0, content_type=JSON)
    assert caught.value.retry_after == 20


def test_over_http_it_is_said_that_a_browser_is_needed() -> None:
    with pytest.raises(CheckpointError) as caught:
        _take("http", status=429, mitigated="challenge", retry_after=20.0)
    assert caught.value.message == (
        "The bot checkpoint of https://nof1.ai does not let plain HTTP in (429):"
        " a browser is needed."
    )
    for way in ("--transport browser", "SCRAPER_HEADLESS", "--attach", "import"):
        assert way in caught.value.remedy


def test_a_page_with_status_200_is_not_kept() -> None:
    pursuit = Pursuit(Request(Endpoint.TRADES), FakeClock(), "browser")
    with pytest.raises(CheckpointError) as caught:
        pursuit.take(Answer(URL, 200, PAGE, content_type=HTML))
    assert not isinstance(pursuit.settle(caught.value), RawPayload)


def test_a_conversation_may_say_anything() -> None:
    body = b'{"conversations":[{"id":"<title>%s</title>"}]}' % TITLE.encode()
    assert _take("http", status=200, body=body, content_type=JSON).body == body
