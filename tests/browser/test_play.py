"""A round of the game in a real Chromium: from a guest's first look to the board."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.browser.test_dashboard import PHONE, axe_on
from tests.browser.test_dashboard import visiting as opened
from tests.fakes import FakeClock
from tests.integration.people.people import ANNA, PASSWORD
from tests.integration.people.served_people import visiting
from tests.integration.play.played_world import NOW, store_season
from tests.worlds import engine_on

pytestmark = needs_a_browser
MOST_TURNS = 40


@pytest.fixture(scope="module")
def base(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a server of a season that can be played."""
    file = tmp_path_factory.mktemp("play") / "season.db"
    shutil.copy(migrated_sqlite, file)
    cheap = Hashing(Cost(memory=8, passes=1))
    with engine_on(f"sqlite:///{file}") as engine:
        store_season(engine)
        services = SignInServices(engine, FakeClock(NOW), cheap, b"k" * 32)
        with visiting(services) as person:
            yield str(person.client.base_url.join("/")).rstrip("/")


def turn_of(page: Page) -> str:
    return page.locator("#bar .clock dt").inner_text()


def take_turn(page: Page) -> None:
    """Takes the next turn by the keyboard, and waits until it is shown."""
    before = turn_of(page)
    page.keyboard.press("n")
    page.wait_for_function(
        "before => location.pathname.endsWith('/reveal')"
        " || document.querySelector('#bar .clock dt')?.textContent !== before",
        arg=before,
    )


def test_a_guest_plays_a_window_to_the_reveal_registers_and_is_on_the_board(
    chromium: Browser, base: str
) -> None:
    with opened(chromium, base) as here:
        page = here.page
        here.go("/play")
        assert axe_on(page) == []
        page.click("#open-blind")
        page.wait_for_selector("#desk-plot canvas")
        assert axe_on(page) == []
        # A double click is one order, and its stop.
        page.fill("#stop", "1")
        page.dblclick("#buy")
        expect(page.locator("#ticket .done")).to_contain_text("Your order waits")
        expect(page.locator("#holdings tbody tr")).to_have_count(2)
        take_turn(page)
        expect(page.locator("#happened")).to_contain_text("Bought ")
        # What is refused is said at the ticket, which keeps what was typed.
        page.fill("#size", "ten")
        page.click("#sell")
        expect(page.locator("#refusal")).to_contain_text("'ten' is not a number")
        expect(page.locator("#size")).to_have_value("ten")
        # What is typed is previewed before it is placed.
        page.fill("#size", "10")
        expect(page.locator("#previewed")).to_contain_text("Liquidated at")
        expect(page.locator("#previewed .warn")).to_have_count(0)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("]")
        expect(page.locator("#tabs [aria-current]")).to_contain_text("Market B")
        for _ in range(MOST_TURNS):
            if page.url.endswith("/reveal"):
                break
            take_turn(page)
        expect(page.locator("h1")).to_contain_text("Rank ")
        assert axe_on(page) == []
        # A browser complains of every answer that is an error, as the refused order was.
        here.complaints = [each for each in here.complaints if "422" not in each]
        game = page.url.removeprefix(base)
        page.click("#keep")
        name, email = ANNA
        for field, value in (("name", name), ("email", email), ("password", PASSWORD)):
            page.fill(f"#{field}", value)
        page.click("main form.person button")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.click("main form.person button")
        expect(page.locator("h1")).to_contain_text("Rank ")
        assert page.url.removeprefix(base) == game
        expect(page.locator("#keep")).to_have_count(0)
        here.go("/play")
        expect(page.locator("#games tbody tr")).to_contain_text("ranked")
        page.click("text=Leaderboards")
        expect(page.locator(".is-mine")).to_contain_text(name)


def test_the_desk_fits_a_phone_in_the_dark_and_works_without_scripts(
    chromium: Browser, base: str
) -> None:
    with opened(chromium, base, viewport=PHONE, color_scheme="dark") as here:
        here.go("/play")
        here.page.click("#open-practice")
        here.page.wait_for_selector("#desk-plot canvas")
        assert axe_on(here.page) == []
        width = here.page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"]
    with opened(chromium, base, java_script_enabled=False) as here:
        here.go("/play")
        here.page.click("#open-blind")
        expect(here.page.locator(".still polyline")).to_be_visible()
        here.page.click("#sell")
        here.page.click("#next-turn")
        expect(here.page.locator("#happened")).to_contain_text("Sold ")
        here.page.click("text=Finish")
        here.page.click("text=Finish the window")
        expect(here.page.locator("h1")).to_contain_text("Rank ")


def test_a_stop_is_dragged_on_the_chart(chromium: Browser, base: str) -> None:
    with opened(chromium, base) as here:
        page = here.page
        here.go("/play")
        page.click("#open-practice")
        page.wait_for_selector("#desk-plot canvas")
        last = page.locator("#tabs [aria-current] span").first.inner_text()
        middle = float(last.replace(",", ""))
        page.fill("#stop", str(middle))
        box = page.locator("#desk-plot").bounding_box()
        assert box
        # The line lies at the last price, somewhere in the chart: it is found by its cursor.
        x = box["x"] + box["width"] / 3
        for step in range(int(box["height"])):
            page.mouse.move(x, box["y"] + step)
            if page.locator("#desk-plot.grabs").count():
                break
        page.mouse.down()
        page.mouse.move(x, box["y"] + step + 40, steps=4)
        page.mouse.up()
        assert float(page.input_value("#stop")) < middle
