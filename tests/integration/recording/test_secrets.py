"""A cookie and a token are planted wherever a run meets one, and are nowhere afterwards."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.main import app
from tests.integration.archive.recordings import all_bytes
from tests.loopback import serving
from tests.worlds import arena_of

COOKIE: Final = "c00k1e-of-a-person"
TOKEN: Final = "t0ken-of-a-person"
HEADERS: Final = (
    ("Set-Cookie", f"session={COOKIE}"),
    ("Authorization", f"Bearer {TOKEN}"),
    ("X-Csrf-Token", TOKEN),
)


def _body(path: str) -> bytes:
    arena = arena_of()
    served = Payloads(arena).serve(path.removeprefix("/api/"), arena.end)
    return json.dumps(served).encode()


def _answer(request: BaseHTTPRequestHandler) -> None:
    """What the arena serves, with secrets; the analytics are behind a checkpoint."""
    path = urlsplit(request.path).path
    is_refused = path.endswith("analytics")
    request.send_response(403 if is_refused else 200)
    for name, value in HEADERS:
        request.send_header(name, value)
    if is_refused:
        request.send_header("x-vercel-mitigated", "challenge")
        request.send_header("x-vercel-challenge-token", TOKEN)
    page = f"<title>Vercel Security Checkpoint</title>{TOKEN}".encode()
    request.send_header(
        "Content-Type", "text/html" if is_refused else "application/json"
    )
    request.end_headers()
    request.wfile.write(page if is_refused else _body(path))


@pytest.fixture
def site() -> Iterator[str]:
    with serving(_answer) as url:
        yield url


def _har(site: str) -> dict[str, Any]:
    """What a browser saves: the site's answers, and one of another host."""
    entries = [
        _entry(f"{site}/api/{name}", _body(f"/api/{name}"))
        for name in ("trades", "conversations")
    ]
    other = _entry("https://mail.example/inbox", b"{}")
    return {"log": {"version": "1.2", "pages": [], "entries": [*entries, other]}}


def _entry(url: str, body: bytes) -> dict[str, Any]:
    """An answer, with the cookies and tokens of the person who saved it."""
    secret = [{"name": name, "value": value} for name, value in HEADERS]
    cookies = [{"name": "session", "value": COOKIE}]
    return {
        "startedDateTime": "2025-10-20T06:00:00.000Z",
        "request": {
            "method": "GET",
            "url": f"{url}?token={TOKEN}",
            "headers": [*secret, {"name": "Cookie", "value": COOKIE}],
            "cookies": cookies,
        },
        "response": {
            "status": 200,
            "headers": secret,
            "cookies": cookies,
            "content": {"mimeType": "application/json", "text": body.decode()},
        },
    }


def _found_in(folder: Path, *told: str) -> list[str]:
    """Where a secret is: in the archive, in a file of the database, or in the output."""
    places = {"archive": all_bytes(ArchiveFolder.existing(folder / "nof1.db.archive"))}
    assert b"qwen3-max" in places["archive"]
    places |= {
        file.name: file.read_bytes()
        for file in folder.glob("nof1.db*")
        if file.is_file()
    }
    places |= {"output": "\n".join(told).encode()}
    secrets = [each.encode() for each in (COOKIE, TOKEN)]
    return [name for name, held in places.items() if any(s in held for s in secrets)]


def _run(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> str:
    monkeypatch.setenv("NOF1_DATABASE_URL", f"sqlite:///{folder}/nof1.db")
    result = CliRunner().invoke(app, [*words, "-vv"], catch_exceptions=False)
    assert result.exit_code in (0, 3), result.output
    return result.output


def test_scrape_keeps_no_secret_of_what_it_was_served(
    site: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = ("scrape", "--transport", "http", "--base-url", site)
    told = _run(monkeypatch, tmp_path, *words)
    assert "checkpoint" in told.lower()
    assert _found_in(tmp_path, told) == []


def test_import_keeps_no_secret_of_a_har(
    site: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "saved.har").write_text(json.dumps(_har(site)))
    words = ("import", str(tmp_path / "saved.har"), "--base-url", site)
    told = _run(monkeypatch, tmp_path, *words)
    assert "conversations" in told
    assert _found_in(tmp_path, told) == []
