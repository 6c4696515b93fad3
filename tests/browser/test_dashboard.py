"""The dashboard in a real Chromium: what is seen, pressed, and heard of."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from nof1_tracker.demo import DemoSite
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.fakes import FakeClock
from tests.integration.web.served import record_of, serving
from tests.worlds import World, arena_of, engine_on, midday

pytestmark = needs_a_browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PAGES = (
    "/",
    "/?at=2025-10-18T04:00Z",
    "/trades",
    "/models/qwen3-max",
    "/chat?search=position",
    "/compare?first=qwen3-max&second=gpt-5",
    "/whatif?model=gemini&delay=0s",
    "/report",
    "/data",
    "/status",
    "/nothing",
)


@dataclass
class Visit:
    """An open page, and what it should not have done."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def hear(self, line: ConsoleMessage) -> None:
        if "status of 404" not in line.text:  # a page that is not there is asked for
            self.complaints.append(f"console {line.text}")

    def note(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.complaints.append(f"request {request.url}")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")

    def texts(self, selector: str) -> list[str]:
        return self.page.locator(selector).all_inner_texts()


@contextmanager
def visiting(browser: Browser, base: str, **context: Any) -> Iterator[Visit]:
    """Errors, refusals of the policy and requests elsewhere are complaints."""
    opened = browser.new_context(**({"viewport": DESKTOP} | context))
    page = opened.new_page()
    here = Visit(page, base)
    page.on("console", here.hear)
    page.on("pageerror", lambda error: here.complaints.append(f"error {error}"))
    page.on("request", here.note)
    yield here
    opened.close()
    assert here.complaints == []


def axe_on(page: Page) -> list[tuple[str, str]]:
    """What axe finds wrong, and where first."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found]


@pytest.fixture(scope="module")
def base(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a server of a simulated season, at its end."""
    file = tmp_path_factory.mktemp("dashboard") / "season.db"
    shutil.copy(migrated_sqlite, file)
    arena = arena_of(days=0.4)
    with (
        engine_on(f"sqlite:///{file}") as engine,
        DemoSite(arena, speed=0, at=midday(arena)) as site,
    ):
        World(site, engine, timeout_ms=30_000).scrape()
        with serving(record_of(engine, FakeClock(midday(arena)))) as client:
            yield str(client.base_url.join("/")).rstrip("/")


def test_now_shows_who_leads_what_is_open_and_what_the_models_say(
    chromium: Browser, base: str
) -> None:
    with visiting(chromium, base) as here:
        here.go("/")
        here.page.wait_for_selector("#curves-chart canvas")
        assert " leads " in here.texts("h1")[0]
        assert len(here.texts("#standings .standings tbody tr")) == 7
        assert "24 h" in here.texts("#standings thead")[0]
        assert "P(best)" in here.texts("#standings thead")[0]
        ticks = here.page.locator("#moment .ticks > path")
        assert (ticks.get_attribute("d") or "").count("M") > 20
        assert here.page.locator("#moment .ticks rect").count() > 0
        assert here.page.locator("#positions .way .mark").count() > 3
        assert any(" times, " in each for each in here.texts("#chats summary"))
        legend = here.texts("#curves-chart .key output")
        assert all("$" in each for each in legend)
        assert "has the most equity" in here.texts("#verdict")[0]


def test_a_model_has_one_colour_in_every_part(chromium: Browser, base: str) -> None:
    with visiting(chromium, base) as here:
        here.go("/")
        here.page.wait_for_selector("#curves-chart canvas")
        marks = here.page.evaluate("""() => [...document.querySelectorAll(
                "#standings tbody th, #positions tbody th, #chats .who, .key")]
            .filter((each) => each.querySelector("bdi").textContent === "Qwen3 Max")
            .map((each) => each.querySelector(".swatch").className)""")
        assert len(marks) >= 3
        assert len(set(marks)) == 1


def test_a_model_leads_to_its_page_and_its_trades(chromium: Browser, base: str) -> None:
    with visiting(chromium, base) as here:
        here.go("/")
        here.page.locator("#standings .model-link", has_text="Qwen3 Max").click()
        here.page.wait_for_selector("#curves-chart canvas")
        assert here.texts("h1") == ["Qwen3 Max"]
        assert "By side and by symbol" in here.texts("caption")
        here.page.get_by_text("All its trades").click()
        models = here.texts(".trades .model-link")
        assert set(models) == {"Qwen3 Max"}
        assert here.page.locator("select[name=model]").input_value() == "qwen3-max"


def test_trades_are_chosen_with_the_keyboard(chromium: Browser, base: str) -> None:
    with visiting(chromium, base) as here:
        here.go("/")
        here.page.keyboard.press("g")
        here.page.keyboard.press("t")
        here.page.wait_for_url("**/trades*")
        here.page.keyboard.press("/")
        here.page.keyboard.type("BTC")
        here.page.keyboard.press("Enter")
        here.page.wait_for_url("**symbol=BTC*")
        assert set(here.texts(".trades td:nth-child(3) a")) == {"BTC"}


def test_a_trade_tells_its_story_and_leads_to_its_neighbour(
    chromium: Browser, base: str
) -> None:
    with visiting(chromium, base) as here:
        here.go("/trades?model=gpt-5&status=closed")
        here.page.locator(".trades tbody th a").first.click()
        here.page.wait_for_selector("#story-chart canvas")
        assert here.page.locator(".steps .order").count() >= 2
        assert axe_on(here.page) == []
        before = here.texts(".dateline")
        here.page.keyboard.press("[")
        expect(here.page.locator(".dateline")).not_to_have_text(before[0])
        here.page.keyboard.press("]")
        expect(here.page.locator(".dateline")).to_have_text(before[0])


def test_a_conversation_is_read_beside_its_prompt(chromium: Browser, base: str) -> None:
    with visiting(chromium, base, viewport=PHONE) as here:
        here.go("/chat?search=position")
        here.page.locator(".stream .decision").first.click()
        assert here.page.locator(".reader .words mark").count() > 0
        assert here.texts(".reader h2") == ["Prompt", "Thought", "Decision"]
        assert axe_on(here.page) == []
        here.page.locator(".reader summary").first.click()
        assert not here.page.locator(".reader .words").first.is_visible()
        width = here.page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(
    chromium: Browser, base: str, path: str, scheme: Any
) -> None:
    with visiting(chromium, base, color_scheme=scheme) as here:
        here.go(path)
        if here.page.locator("#equity").count():
            here.page.wait_for_selector("#equity h2")
        assert axe_on(here.page) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(
    chromium: Browser, base: str, path: str
) -> None:
    with visiting(chromium, base, viewport=PHONE) as here:
        here.go(path)
        if here.page.locator("#equity").count():
            here.page.wait_for_selector("#equity h2")
        width = here.page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"]


def test_the_arena_is_dragged_to_a_moment_and_played_on(
    chromium: Browser, base: str
) -> None:
    with visiting(chromium, base) as here:
        page = here.page
        here.go("/")
        page.wait_for_selector("#curves-chart canvas")
        at_end = here.texts(".kicker")[0]
        slider = page.locator("#moment input[type=range]")
        slider.fill(str(slider.evaluate("(all) => Number(all.max) - 7200")))
        page.get_by_text("The past.").wait_for()
        assert "&at=2025-10-1" in page.url
        assert here.texts(".kicker")[0] < at_end
        then = page.url
        page.locator("h1").click()
        page.keyboard.press("Space")
        page.wait_for_url(lambda url: url > then)
        page.get_by_role("button", name="Stop", exact=True).click()
        here.go(page.url.removeprefix(base))
        page.get_by_text("The past.").wait_for()
        assert float(slider.input_value()) > float(slider.get_attribute("min") or 0)


def test_without_javascript_the_tables_are_there(chromium: Browser, base: str) -> None:
    with visiting(chromium, base, java_script_enabled=False) as here:
        here.go("/")
        assert len(here.texts("#standings .standings tbody tr")) == 7
        assert here.page.locator("#positions table").is_visible()
        assert here.page.locator("#equity noscript").is_visible()


def test_the_theme_that_was_chosen_stays(chromium: Browser, base: str) -> None:
    with visiting(chromium, base, color_scheme="light") as here:
        here.go("/")
        here.page.locator("#theme").click()
        here.go("/?season=1")
        assert here.page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_sorted_table_and_what_was_opened_stay_so_when_the_page_refreshes(
    chromium: Browser, base: str
) -> None:
    with visiting(chromium, base) as here:
        here.go("/")
        here.page.wait_for_selector("#curves-chart canvas")
        here.page.locator("#standings thead button", has_text="Equity").click()
        here.page.locator("#standings thead button", has_text="Equity").click()
        here.page.locator("#chats summary").first.click()
        last = here.texts("#standings tbody th")[0]
        table = here.page.locator("#standings table.standings").element_handle()
        here.page.evaluate("htmx.trigger('#refresh', 'refresh')")
        assert table is not None
        table.wait_for_element_state("hidden")
        here.page.wait_for_selector("#chats details[open]")
        assert here.texts("#standings tbody th")[0] == last


def test_a_server_that_is_gone_is_said_and_its_return_too(
    chromium: Browser, base: str
) -> None:
    with visiting(chromium, base) as here:
        here.go("/")
        here.page.wait_for_selector("#curves-chart canvas")
        away = here.page.locator("#away")
        here.page.route("**/*", lambda route: route.abort())
        here.page.evaluate("htmx.trigger('#refresh', 'refresh')")
        away.wait_for(state="visible")
        assert "cannot be reached" in away.inner_text()
        here.page.unroute("**/*")
        away.wait_for(state="hidden")
        here.complaints.clear()
