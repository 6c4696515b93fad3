"""A bot checkpoint before the site: passed by leaving it alone, or told as what it is."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from nof1_tracker.demo import Checkpoint, DemoSite
from nof1_tracker.demo.site.reply import Reply
from nof1_tracker.main import app
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.worlds import arena_of, engine_on, midday, rows_in

pytestmark = needs_a_browser

ARENA = arena_of()
QUICK, NEVER = 0.2, None
FACTS = (
    "leaderboard_snapshots",
    "trades",
    "model_chats",
    "prices",
    "rejected_payloads",
)


@pytest.fixture
def site() -> Iterator[DemoSite]:
    """A site whose leaderboard is there before any JSON is."""
    with DemoSite(ARENA, speed=0, at=midday(ARENA), prerendered=True) as running:
        yield running


class Person:
    """Somebody who scrapes into a new database.

    Attributes:
        file: The database.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def scrape(self, *arguments: str) -> Result:
        told = CliRunner().invoke(app, ["scrape", *arguments])
        assert "Traceback" not in told.output
        return told

    def counted(self) -> dict[str, int]:
        """How many rows the tables of facts have, without empty ones."""
        with engine_on(f"sqlite:///{self.file}") as engine:
            rows = rows_in(engine)
        return {name: len(rows[name]) for name in FACTS if rows[name]}


@pytest.fixture
def person(
    site: DemoSite, migrated_sqlite: Path, tmp_path: Path, monkeypatch: Any
) -> Person:
    file = tmp_path / "tracker.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.setenv("NOF1_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("NOF1_BASE_URL", site.url)
    monkeypatch.setenv("SCRAPER_RATE_LIMIT", "100000")
    monkeypatch.setenv("SCRAPER_TIMEOUT", "6000")
    return Person(file)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint(429, clears_after=QUICK),
        Checkpoint(403, clears_after=QUICK, has_header=False),
    ],
    ids=["429", "403, by its title"],
)
def test_it_is_left_to_its_work_once_and_the_scrape_goes_on(
    site: DemoSite, person: Person, checkpoint: Checkpoint
) -> None:
    site.guard(checkpoint)
    told = person.scrape("--transport", "browser", "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["status"] == "complete"
    # On a slow machine the second page comes when the first was let in already.
    pages = {"/", "/leaderboard"}
    assert set(site.refused) <= pages
    assert len(set(site.refused)) == len(site.refused) >= 1
    asked = [path for path in site.requests if path in pages]
    assert len(asked) == len(pages) + len(site.refused)


REFUSALS = [
    (
        Checkpoint(429, clears_after=NEVER),
        "did not let this browser in within 0.5 s (429)",
    ),
    (
        Checkpoint(403, clears_after=NEVER, has_header=False),
        "did not let this browser in within 0.5 s (403)",
    ),
    (Checkpoint(403, "deny"), "denied this browser (403)"),
    (Checkpoint(429, clears_after=NEVER, under="/api"), "keeps asking a browser"),
]


@pytest.mark.parametrize(("checkpoint", "words"), REFUSALS)
def test_what_it_refuses_is_one_line_with_the_ways_that_remain(
    site: DemoSite,
    person: Person,
    checkpoint: Checkpoint,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCRAPER_CHECKPOINT_TIMEOUT", "500")
    site.guard(checkpoint)
    started = time.monotonic()
    told = person.scrape("--transport", "browser")
    # Pages that are closed while they are just arriving once took 10 seconds more.
    assert time.monotonic() - started < 8
    assert (told.exit_code, told.stdout) == (1, ""), told.output
    line, ways = told.stderr.splitlines()
    assert line.startswith("Error: The bot checkpoint of ")
    assert words in line
    for way in ("SCRAPER_HEADLESS", "SCRAPER_PROFILE_DIR", "--attach", "import"):
        assert way in ways
    assert person.counted() == {}


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("has_header", [True, False])
def test_over_http_one_request_tells_that_a_browser_is_needed(
    site: DemoSite, person: Person, status: Any, has_header: bool
) -> None:
    site.guard(Checkpoint(status, has_header=has_header))
    told = person.scrape("--transport", "http", "--json")
    assert told.exit_code == 1
    (failure,) = json.loads(told.stdout)["failures"]
    assert f"does not let plain HTTP in ({status}): a browser is needed" in failure
    assert len(site.requests) == 1
    assert person.counted() == {}


def test_what_came_before_it_is_kept_and_the_rest_is_told_once(
    site: DemoSite, person: Person
) -> None:
    site.guard(Checkpoint(429, under="/api/trades"))
    told = person.scrape("--transport", "http", "--json")
    assert told.exit_code == 3, told.output
    summary = json.loads(told.stdout)
    assert summary["status"] == "partial"
    (failure,) = summary["failures"]
    assert failure.startswith("the rest: The bot checkpoint of ")
    assert "/api/analytics" not in site.requests
    assert person.counted()["model_chats"] == 100


def test_status_names_it(site: DemoSite, person: Person) -> None:
    site.guard(Checkpoint(403, "deny"))
    person.scrape("--transport", "browser")
    told = CliRunner().invoke(app, ["status"]).output
    assert "The bot checkpoint of" in " ".join(told.split())


def test_the_monitor_logs_it_in_one_line(site: DemoSite, person: Person) -> None:
    site.guard(Checkpoint(403, "deny"))
    told = CliRunner().invoke(app, ["monitor", "--once", "--transport", "http"])
    assert told.exit_code == 1
    assert "The bot checkpoint of" in told.stderr
    assert "--attach" in told.stderr
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    ("checkpoint", "mark", "words"),
    [
        (Checkpoint(clears_after=QUICK), "ok", "a browser is let in: it serves prices"),
        (Checkpoint(403, "deny"), "!!", "denied this browser (403)"),
    ],
    ids=["lets a browser in", "denies"],
)
def test_the_doctor_tries_a_browser_and_names_the_ways(
    site: DemoSite, person: Person, checkpoint: Checkpoint, mark: str, words: str
) -> None:
    site.guard(checkpoint)
    told = CliRunner().invoke(app, ["doctor"])
    assert told.exit_code == (0 if mark == "ok" else 1), told.output
    lines = told.stdout.splitlines()
    marks = {line[4:14].strip(): line[:2] for line in lines if line[:2] != "  "}
    assert marks["site"] == mark
    assert marks["http"] == marks["profile"] == "--"
    assert {"window", "attach"} < marks.keys()
    assert marks["import"] == "ok"
    assert any(words in line for line in lines)


class Lure(Checkpoint):
    """A checkpoint whose page fetches what looks like the site's own payload."""

    def answer(self) -> Any:
        page = super().answer()
        script = b"<script>fetch('/.well-known/lure').catch(() => {})</script></body>"
        return replace(page, body=page.body.replace(b"</body>", script))


def test_what_the_checkpoints_page_fetches_is_not_the_sites(
    site: DemoSite, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = b'{"prices":{"BTC":{"symbol":"BTC","price":1,"timestamp":1761634263000}}}'
    refusal = site.refusal

    def lure(target: str, cookies: str) -> Reply | None:
        if target == "/.well-known/lure":
            site.requests.append(target)
            return Reply(200, prices)
        return refusal(target, cookies)

    monkeypatch.setattr(site, "refusal", lure)
    site.guard(Lure(clears_after=0.5))
    told = person.scrape("--transport", "browser", "--leaderboard")
    assert told.exit_code == 0, told.output
    assert "/.well-known/lure" in site.requests
    with engine_on(f"sqlite:///{person.file}") as engine:
        prices_stored = [row["price"] for row in rows_in(engine)["prices"]]
    assert prices_stored
    assert 1 not in prices_stored


def test_a_pass_that_expires_within_a_visit_is_got_again_once(
    site: DemoSite, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal, let_in = site.refusal, {"/", "/leaderboard"}

    def expiring(target: str, cookies: str) -> Reply | None:
        if target in let_in:
            let_in.remove(target)
            return None
        return refusal(target, cookies)

    monkeypatch.setattr(site, "refusal", expiring)
    site.guard(Checkpoint(429, clears_after=QUICK))
    told = person.scrape("--transport", "browser", "--json")
    assert told.exit_code == 0, told.output
    assert len([path for path in site.refused if not path.startswith("/api")]) == 1
