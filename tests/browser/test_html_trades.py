"""The table of every trade in the HTML report: it sorts, filters and opens to a story."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from nof1_tracker.analyzer.decisions.trade_story import TradeStory
from nof1_tracker.records.enums import ChatDecision, TradeSide
from nof1_tracker.records.reading.prices_and_chats import PriceCourse, SeasonWords
from nof1_tracker.rendering.html.every_trade import MOST_PLAIN
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.browser.test_html_report import MARKUP, PHONE, Visit, visit
from tests.unit.analyzer.reports import history, report_of
from tests.unit.analyzer.stories import leg, story
from tests.unit.rendering.test_chat_reader import said

pytestmark = needs_a_browser

REPORT = report_of(
    history("alpha", equity=[10_000.0] * 3, name="Alpha"),
    history("beta", equity=[9_000.0] * 3, name="Beta"),
)
FEW = [
    story(leg(1, "5", symbol="ETH"), words=MARKUP),
    story(leg(2, "-7", account_id="beta", side=TradeSide.SHORT)),
    story(leg(3, "40")),
    story(leg(4, "0", account_id="beta")),
]
MANY = [story(leg(number, str(number))) for number in range(1, MOST_PLAIN + 21)]
MINUS = "\N{MINUS SIGN}"
NETS = "#every-trade tbody td:nth-child(5)"


@contextmanager
def at_the_trades(
    browser: Browser, file: Path, stories: Sequence[TradeStory], **context: Any
) -> Iterator[Visit]:
    with visit(browser, file, REPORT, stories, **context) as here:
        here.page.locator("#every-trade").scroll_into_view_if_needed()
        here.page.wait_for_selector("#every-trade[data-ready]")
        yield here


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report.html"


def test_the_trades_sort_by_any_header(chromium: Browser, file: Path) -> None:
    with at_the_trades(chromium, file, FEW) as here:
        assert here.text_of(NETS) == [
            "+5.00",
            f"{MINUS}7.00",
            "+40.00",
            "+0.00",
        ]
        header = here.page.locator("#every-trade thead th", has_text="Net $")
        header.locator("button").press("Enter")
        assert here.text_of(NETS) == [
            "+40.00",
            "+5.00",
            "+0.00",
            f"{MINUS}7.00",
        ]
        assert header.get_attribute("aria-sort") == "descending"
        header.locator("button").press("Enter")
        assert here.text_of(NETS)[0] == f"{MINUS}7.00"
        assert here.page.locator("#every-trade [aria-sort]").count() == 1


@pytest.mark.parametrize(
    ("name", "choice", "nets"),
    [
        ("model", "Beta", [f"{MINUS}7.00", "+0.00"]),
        ("symbol", "ETH", ["+5.00"]),
        ("side", "short", [f"{MINUS}7.00"]),
        ("outcome", "won", ["+5.00", "+40.00"]),
        ("outcome", "even", ["+0.00"]),
    ],
)
def test_the_trades_can_be_filtered(
    chromium: Browser, file: Path, name: str, choice: str, nets: list[str]
) -> None:
    with at_the_trades(chromium, file, FEW) as here:
        here.page.locator(f"#every-trade [name={name}]").select_option(label=choice)
        assert here.text_of(NETS) == nets
        said = here.page.locator("#every-trade output").inner_text()
        assert said == f"{len(nets)} of 4 trades"


def test_a_link_leads_to_a_choice_of_trades(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, REPORT, FEW) as here:
        here.page.goto(f"{file.as_uri()}#model=Beta&outcome=lost")
        here.page.reload()
        here.page.wait_for_selector("#every-trade[data-ready]")
        assert here.text_of(NETS) == [f"{MINUS}7.00"]
        here.page.locator("#every-trade [name=outcome]").select_option("")
        assert here.page.url.endswith("#model=Beta")
        here.page.goto(f"{file.as_uri()}#symbol=ETH&model=nobody")
        assert here.text_of(NETS) == ["+5.00"]
        here.page.locator("#every-trade tbody button").click()
        here.page.get_by_role("link", name="Rules").click()
        assert here.page.locator("#every-trade .story").count() == 1


@pytest.mark.parametrize("context", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
def test_a_trade_opens_to_its_story(
    chromium: Browser, file: Path, context: dict[str, Any]
) -> None:
    with at_the_trades(chromium, file, FEW, **context) as here:
        button = here.page.locator("#every-trade tbody button").first
        button.press("Enter")
        assert button.get_attribute("aria-expanded") == "true"
        told = here.page.locator("#every-trade .story")
        assert "decided to open" in told.inner_text()
        assert MARKUP in told.inner_text()
        assert told.bounding_box()["width"] <= here.page.viewport_size["width"]  # type: ignore[index]
        assert Axe().run(here.page).response["violations"] == []
        width = here.page.evaluate("document.documentElement.scrollWidth")
        assert width == here.page.evaluate("innerWidth")
        button.press("Enter")
        assert told.count() == 0


def test_of_many_trades_more_are_shown_on_request(
    chromium: Browser, file: Path
) -> None:
    with at_the_trades(chromium, file, MANY) as here:
        assert here.page.locator(NETS).count() == MOST_PLAIN
        here.page.get_by_role("button", name="Show 20 more").click()
        assert here.page.locator(NETS).count() == MOST_PLAIN + 20
        assert here.page.locator("#every-trade .more button").is_hidden()


def test_without_javascript_the_newest_trades_and_the_total_are_there(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, REPORT, MANY, java_script_enabled=False) as here:
        assert here.page.locator(NETS).count() == MOST_PLAIN
        assert here.page.locator("#every-trade form").is_hidden()
        foot = here.page.locator("#every-trade .more").inner_text()
        assert foot == f"The newest {MOST_PLAIN} of {MOST_PLAIN + 20} trades."


@pytest.mark.parametrize("context", [{}, {"viewport": PHONE, "has_touch": True}])
def test_a_mark_on_the_prices_tells_its_trade_to_a_mouse_and_to_a_thumb(
    chromium: Browser, file: Path, context: dict[str, Any]
) -> None:
    one = story(leg(1, "40"), words="Momentum is up.")
    trade = one.trade
    assert trade.closed_at is not None
    ends = [each.replace(tzinfo=None) for each in (trade.opened_at, trade.closed_at)]
    prices = {
        "BTC": PriceCourse(
            times=np.array(ends, "M8[us]"), prices=np.array([1e5, 1.1e5])
        )
    }
    words = SeasonWords(prices=prices)
    with visit(chromium, file, REPORT, [one], words, **context) as here:
        plot = here.page.locator("#prices-chart .plot")
        plot.scroll_into_view_if_needed()
        expect(here.page.locator("#prices-chart .which")).to_contain_text("1 trade")
        box = plot.bounding_box()
        assert box is not None
        told = here.page.locator("#prices-chart .picked")
        press = here.page.touchscreen.tap if context else here.page.mouse.click
        # The entry is near the left edge; how high, only the scale knows.
        for x, y in ((x, y) for x in range(16, 70, 12) for y in range(10, 320, 14)):
            press(box["x"] + x, box["y"] + y)
            if told.inner_text():
                break
        assert "decided to open" in told.inner_text()
        tip = here.page.locator("#tip").inner_text()
        assert "entry long" in tip
        assert "Momentum is up." in tip
        with here.page.expect_download() as table:
            here.page.locator("#prices-chart [data-save=csv]").click()
        kinds = [each.split(",")[2] for each in table.value.path().read_text().split()]
        assert kinds == ["kind", "price", "price", "entry", "exit"]
        assert Axe().run(here.page).response["violations"] == []


def test_modelchat_is_searched_and_its_hits_are_marked(
    chromium: Browser, file: Path
) -> None:
    chats = (
        said(1, ChatDecision.HOLD, None),
        said(2, ChatDecision.BUY, f"Momentum, says {MARKUP}"),
        said(3, ChatDecision.CLOSE, "Invalidated."),
    )
    with visit(chromium, file, REPORT, FEW, SeasonWords(chats=chats)) as here:
        part = here.page.locator("#chat")
        part.scroll_into_view_if_needed()
        expect(part.locator("output")).to_have_text("3 of 3")
        part.get_by_label("Search").fill("MOMENTUM")
        part.get_by_label("Search").press("Enter")
        part.get_by_label("Search").blur()
        expect(part.locator("li")).to_have_count(1)
        assert part.locator("mark").all_inner_texts() == ["Momentum"]
        assert MARKUP in part.locator(".words").inner_text()
        assert here.page.url.endswith("#search=MOMENTUM")
        assert Axe().run(here.page).response["violations"] == []
