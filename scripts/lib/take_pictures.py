"""Takes screenshots of the report, the dashboard and the game, for README and the guides.

take_pictures.py FOLDER: loads the sample that comes with the package, writes its report,
serves the dashboard a month after the season's last observation, and saves screenshots.
The sample has too few prices to be played: the game is that of a simulated arena.
"""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import uvicorn
from PIL import Image
from playable_arena import fill_with_arena
from playwright.sync_api import Browser, Page, sync_playwright

from nof1_tracker.clock import SystemClock, utc_now
from nof1_tracker.database.connection import Engine, create_db_engine
from nof1_tracker.database.people.reading_engine import reading_engine
from nof1_tracker.identity.password_hashing import Hashing
from nof1_tracker.rendering.html import render_html
from nof1_tracker.scraper.browsing.chromium import LAUNCH_FLAGS, find_browser
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.services.dataset.sample import fill_with_sample
from nof1_tracker.services.reading.origin import SAMPLE, SIMULATED_ARENA
from nof1_tracker.services.reading.season_stories import read_season_stories
from nof1_tracker.services.reading.season_words import read_season_words
from nof1_tracker.services.report import read_report
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from nof1_tracker.settings import WebSettings
from nof1_tracker.web.application import create_app
from nof1_tracker.web.people.visits import People
from nof1_tracker.web.record import Record

SEASON = Decimal(1)
PICTURES: dict[str, tuple[int, int, Literal["light", "dark"]]] = {
    "report.png": (1280, 1060, "light"),
    "report-dark.png": (1280, 1060, "dark"),
    "report-phone.png": (390, 844, "light"),
    "dashboard.png": (1440, 1100, "light"),
    "dashboard-dark.png": (1440, 1100, "dark"),
    "dashboard-phone.png": (390, 844, "dark"),
}
"""Width and height of the window in pixels, and its theme, by name."""
COLOURS = 256


class _StoppedClock(SystemClock):
    """A clock that stands still."""

    def __init__(self, time: datetime) -> None:
        self._time = time

    def now(self) -> datetime:
        return self._time


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        engine = create_db_engine(f"sqlite:///{scratch}/{SAMPLE}")
        fill_with_sample(engine)
        newest = read_report(engine, utc_now(), season=SEASON).end
        assert newest is not None
        now = newest + timedelta(days=30)
        page = Path(scratch) / "report.html"
        report = read_report(engine, now, season=SEASON)
        stories = read_season_stories(engine, report)
        words = read_season_words(engine, report)
        text = render_html(report, stories, words, is_sample=True)
        page.write_text(text, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=find_browser(SourceOptions("http://127.0.0.1")),
            args=list(LAUNCH_FLAGS),
        )
        with _served(engine, now) as address:
            for name in PICTURES:
                dashboard = f"{address}/?season={SEASON}"
                url = dashboard if name.startswith("dashboard") else page.as_uri()
                _take(browser, url, folder / name)
        engine.dispose()
        _take_game(browser, Path(scratch), folder)


def _take_game(browser: Browser, scratch: Path, folder: Path) -> None:
    """The desk in the middle of a blind window, and its reveal."""
    engine = create_db_engine(f"sqlite:///{scratch}/{SIMULATED_ARENA}.db")
    now = fill_with_arena(engine)
    clock = _StoppedClock(now)
    services = SignInServices(engine, clock, Hashing(), b"k" * 32)
    with _served(reading_engine(engine), now, People(services)) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        page = context.new_page()
        page.goto(f"{address}/play")
        page.click("#open-blind")
        for turn in range(1, 11):
            if turn in (2, 6):
                page.goto(f"{page.url}&symbol=Market {'BD'[turn // 6]}")
                page.click("#sell" if turn == 6 else "#buy")
                page.wait_for_selector("#ticket .done")
            page.click("#next-turn")
            page.wait_for_selector(f"#bar .clock dt:text-is('Turn {turn + 1}')")
        page.goto(page.url)
        _save(page, folder / "play.png")
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
        _save(page, folder / "play-phone.png")
        page.set_viewport_size({"width": 1440, "height": 1000})
        page.emulate_media(color_scheme="light")
        page.click("text=Finish")
        page.click("text=Finish the window")
        page.wait_for_url("**/reveal")
        _save(page, folder / "reveal.png")
        context.close()
    engine.dispose()


@contextmanager
def _served(
    engine: Engine, now: datetime, people: People | None = None
) -> Iterator[str]:
    """Where the pages are served, at that time."""
    record = Record(engine, _StoppedClock(now), timedelta(hours=1))
    app = create_app(record, WebSettings(), people)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    record.live.end()
    server.should_exit = True
    thread.join()


def _take(browser: Browser, url: str, file: Path) -> None:
    width, height, theme = PICTURES[file.name]
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=theme
    )
    page.goto(url)
    _save(page, file)
    page.close()


def _save(page: Page, file: Path) -> None:
    page.wait_for_timeout(1500)
    page.screenshot(path=file)
    # The page has few colours, so a palette takes a third of the bytes. Thin lines keep
    # theirs only where the palette covers all, not what is there most.
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(
            COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few.save(file, optimize=True)
    print(f"{file} {file.stat().st_size / 1000:.0f} kB")


main()
