"""Takes screenshots of the HTML report of a simulated season, for README.

take_pictures.py FOLDER: makes the season, writes its report and saves screenshots.
"""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.rendering.html import render_html
from nof1_tracker.scraper.browsing.chromium import LAUNCH_FLAGS, find_browser
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.services.report import read_report

DEMO = ("-m", "nof1_tracker.main", "demo", "--days", "10", "--transport", "http")
PICTURES: dict[str, tuple[int, int, Literal["light", "dark"]]] = {
    "report.png": (1280, 1640, "light"),
    "report-dark.png": (1280, 1640, "dark"),
    "report-phone.png": (390, 844, "light"),
}
"""Width and height of the window in pixels, and its theme, by name."""
COLOURS = 128


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        page = Path(scratch) / "report.html"
        page.write_text(_demo_report(scratch), encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_browser(SourceOptions("http://127.0.0.1")),
                args=list(LAUNCH_FLAGS),
            )
            for name in PICTURES:
                _take(browser, page.as_uri(), folder / name)


def _demo_report(scratch: str) -> str:
    """The report of the simulated season, as of a minute after its last observation."""
    environment = os.environ | {"XDG_DATA_HOME": scratch}
    subprocess.run([sys.executable, *DEMO], env=environment, check=True)
    (database,) = Path(scratch).rglob("simulated-arena.db")
    engine = create_db_engine(f"sqlite:///{database}")
    newest = read_report(engine, utc_now()).end
    assert newest is not None
    report = read_report(engine, newest + timedelta(minutes=1))
    engine.dispose()
    return render_html(report, is_simulated=True)


def _take(browser: Browser, url: str, file: Path) -> None:
    width, height, theme = PICTURES[file.name]
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=theme
    )
    page.goto(url)
    page.wait_for_timeout(500)
    page.screenshot(path=file)
    page.close()
    # The page has few colours, so a palette takes a third of the bytes.
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
    print(f"{file} {file.stat().st_size / 1000:.0f} kB")


main()
