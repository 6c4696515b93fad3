"""The session that was let in is used again; a person's browser is left as it was."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from nof1_tracker.clock import SystemClock
from nof1_tracker.demo import Checkpoint, DemoSite
from nof1_tracker.errors import BrowserUnavailableError, CheckpointError, SourceError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import FetchFailure, RawPayload, Request
from nof1_tracker.scraper.browser import BrowserSource
from nof1_tracker.scraper.browsing.chromium import find_browser
from nof1_tracker.scraper.browsing.own_browser import answers_at
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.open_source import open_source
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.loopback import serving, unused_url
from tests.worlds import arena_of, midday

pytestmark = needs_a_browser

PRICES = Request(Endpoint.PRICES)
ARENA = arena_of()
NEVER = Checkpoint(clears_after=None)
CHECKPOINT = "Vercel Security Checkpoint"
QUICK = Checkpoint(clears_after=0.1)


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(ARENA, speed=0, at=midday(ARENA)) as running:
        yield running


def fetched(url: str, **options: Any) -> RawPayload | FetchFailure:
    """What a browser of those options fetches; it ends afterwards."""
    given = {"timeout_ms": 6000, "checkpoint_timeout_ms": 3000, **options}
    settings = SourceOptions(url, rate_limit=100_000, **given)
    with BrowserSource(settings, SystemClock()) as source:
        (result,) = source.fetch([PRICES])
    assert isinstance(result, RawPayload | FetchFailure)
    return result


class Chrome:
    """A browser that a person has started with a debugging port."""

    def __init__(self, profile: Path, page: str) -> None:
        path = find_browser(SourceOptions("http://127.0.0.1"))
        flags = ("--no-sandbox", "--remote-debugging-port=0", "--disable-gpu")
        self.process = subprocess.Popen(
            [path, *flags, f"--user-data-dir={profile}", page],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # the program may be a script that starts it
        )
        self.url = f"http://{self._address()}"

    def _address(self) -> str:
        for line in self.process.stderr or ():
            if line.startswith("DevTools listening on ws://"):
                return line.split("/")[2]
        raise AssertionError("the browser did not start")

    def tabs(self) -> set[tuple[str, str]]:
        """The id and the title of each tab."""
        tabs = httpx.get(f"{self.url}/json/list", trust_env=False).json()
        return {(tab["id"], tab["title"]) for tab in tabs}

    def wait_for_title(self, part: str) -> None:
        until = time.monotonic() + 20
        while not any(part in title for _, title in self.tabs()):
            assert time.monotonic() < until, self.tabs()
            time.sleep(0.05)

    def close_checkpoint(self) -> None:
        """Closes the tab of a checkpoint, once there is one."""
        self.wait_for_title(CHECKPOINT)
        ours = next(id_ for id_, title in self.tabs() if title == CHECKPOINT)
        httpx.get(f"{self.url}/json/close/{ours}", trust_env=False)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()


@pytest.fixture
def chrome(site: DemoSite, tmp_path: Path) -> Iterator[Chrome]:
    """A browser in which a person has passed the check."""
    site.guard(QUICK)
    browser = Chrome(tmp_path / "own", site.url)
    try:
        browser.wait_for_title("Simulated arena")
        site.guard(NEVER)  # who has no pass yet gets none
        site.refused.clear()
        yield browser
    finally:
        browser.close()


class TestASessionThatIsKept:
    def test_the_second_scrape_is_not_asked(
        self, site: DemoSite, tmp_path: Path
    ) -> None:
        folder = tmp_path / "a" / "profile"
        site.guard(QUICK)
        assert isinstance(fetched(site.url, profile_dir=str(folder)), RawPayload)
        assert site.refused == ["/leaderboard"]
        assert folder.stat().st_mode & 0o777 == 0o700
        site.guard(NEVER)
        site.refused.clear()
        assert isinstance(fetched(site.url, profile_dir=str(folder)), RawPayload)
        assert site.refused == []

    def test_a_session_that_is_no_longer_accepted_is_checked_anew(
        self, site: DemoSite, tmp_path: Path
    ) -> None:
        for stamp in ("monday", "tuesday"):
            site.guard(Checkpoint(clears_after=0.1, stamp=stamp))
            assert isinstance(fetched(site.url, profile_dir=str(tmp_path)), RawPayload)
        assert site.refused == ["/leaderboard", "/leaderboard"]


class TestAPersonsOwnBrowser:
    def test_what_a_person_passed_lets_the_scrape_in_and_nothing_of_theirs_is_closed(
        self, site: DemoSite, chrome: Chrome
    ) -> None:
        assert answers_at(chrome.url)
        before = chrome.tabs()
        for _ in range(2):
            assert isinstance(fetched(site.url, attach=chrome.url), RawPayload)
        assert chrome.process.poll() is None
        assert chrome.tabs() == before
        assert site.refused == []

    def test_a_browser_that_is_closed_meanwhile_is_a_failure_in_words(
        self, site: DemoSite, chrome: Chrome
    ) -> None:
        options = SourceOptions(site.url, timeout_ms=6000, attach=chrome.url)
        with BrowserSource(options, SystemClock()) as source:
            source.start()
            chrome.close()
            with pytest.raises(BrowserUnavailableError, match="No browser answers at"):
                list(source.fetch([PRICES]))

    def test_a_tab_that_is_closed_during_the_check_ends_it_at_once(
        self, site: DemoSite, chrome: Chrome
    ) -> None:
        site.guard(Checkpoint(clears_after=None, stamp="another"))
        closing = Thread(target=chrome.close_checkpoint)
        closing.start()
        with pytest.raises(CheckpointError, match="The page was closed before"):
            fetched(site.url, attach=chrome.url, checkpoint_timeout_ms=60_000)
        closing.join()

    def test_only_a_debugging_port_answers_as_one(self, site: DemoSite) -> None:
        assert not answers_at(unused_url())
        assert not answers_at(site.url)

    def test_where_none_answers_nothing_else_is_taken_for_it(self) -> None:
        options = SourceOptions("http://127.0.0.1:9", attach=unused_url())
        with pytest.raises(BrowserUnavailableError, match="No browser answers at"):
            open_source(options, "auto", SystemClock(), {}, pytest.fail)


@pytest.mark.parametrize("way", ["profile", "attach"])
def test_who_asks_is_said_honestly(way: str, tmp_path: Path) -> None:
    agents: set[str] = set()

    def note(handler: BaseHTTPRequestHandler) -> None:
        agents.add(handler.headers["User-Agent"])
        handler.send_error(404)

    with serving(note) as url:
        if way == "profile":
            result = fetched(url, profile_dir=str(tmp_path))
        else:
            chrome = Chrome(tmp_path, "about:blank")
            try:
                result = fetched(url, attach=chrome.url)
            finally:
                chrome.close()
    assert isinstance(result, FetchFailure)
    assert isinstance(result.error, SourceError)
    assert agents
    assert all("Chrome/" in agent for agent in agents)
    assert all(agent.endswith("(Alpha Arena flight recorder)") for agent in agents)
