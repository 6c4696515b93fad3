"""Takes screenshots of the report and the dashboard of the real season 1, for README.

take_pictures.py FOLDER: loads the sample that comes with the package, writes its report,
serves the dashboard a month after the season's last observation, and saves screenshots.
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
from playwright.sync_api import Browser, sync_playwright

from nof1_tracker.clock import SystemClock, utc_now
from nof1_tracker.database.connection import Engine, create_db_engine
from nof1_tracker.rendering.html import render_html
from nof1_tracker.scraper.browsing.chromium import LAUNCH_FLAGS, find_browser
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.services.dataset.sample import fill_with_sample
from nof1_tracker.services.reading.origin import SAMPLE
from nof1_tracker.services.reading.season_stories import read_season_stories
from nof1_tracker.services.reading.season_words import read_season_words
from nof1_tracker.services.report import read_report
from nof1_tracker.settings import WebSettings
from nof1_tracker.web.application import create_app
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
        with _served(engine, now) as dashboard:
            for name in PICTURES:
                url = dashboard if name.startswith("dashboard") else page.as_uri()
                _take(browser, url, folder / name)
        engine.dispose()


@contextmanager
def _served(engine: Engine, now: datetime) -> Iterator[str]:
    """Where the dashboard is served, at that time."""
    record = Record(engine, _StoppedClock(now), timedelta(hours=1))
    app = create_app(record, WebSettings())
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/?season={SEASON}"
    record.live.end()
    server.should_exit = True
    thread.join()


def _take(browser: Browser, url: str, file: Path) -> None:
    width, height, theme = PICTURES[file.name]
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=theme
    )
    page.goto(url)
    page.wait_for_timeout(1500)
    page.screenshot(path=file)
    page.close()
    # The page has few colours, so a palette takes a third of the bytes. Thin lines keep
    # theirs only where the palette covers all, not what is there most.
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(
            COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few.save(file, optimize=True)
    print(f"{file} {file.stat().st_size / 1000:.0f} kB")


main()
