"""The HTML report in a real Chromium: inert, alive, readable on a phone and on paper."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect
from typer.testing import CliRunner

from nof1_tracker.analyzer.decisions.trade_story import TradeStory
from nof1_tracker.analyzer.play.whatif_report import CopiedModel
from nof1_tracker.analyzer.report.build_report import empty_report
from nof1_tracker.analyzer.report.season_report import ReportRules, SeasonReport
from nof1_tracker.clock import utc_now
from nof1_tracker.main import app
from nof1_tracker.records.account_columns import CountColumns
from nof1_tracker.records.play.copy_scenario import (
    Attribution,
    FeeChoice,
    Scenario,
)
from nof1_tracker.records.reading.prices_and_chats import SeasonWords
from nof1_tracker.rendering.html import render_html
from nof1_tracker.services.report import read_report
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.unit.analyzer.boards import season
from tests.unit.analyzer.columns import snapshots, times, trades
from tests.unit.analyzer.reports import END, history, mind, report_of, short_season
from tests.unit.analyzer.walks import VARIANTS, walking_season
from tests.worlds import engine_on

pytestmark = needs_a_browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
MARKUP = '"><img src=https://nof1.invalid/x onerror=alert(1)><script>alert(2)</script>'
ENDINGS = (
    "</script></style></title></noscript><!--<script>alert(3)</script>\u2028\u2029"
)
STEERING = "\u202egpj.\u2066\u200f\x1b[31m'\"`{{7*7}}{%raw%}${alert(4)}"


@dataclass
class Visit:
    """An open page and everything that it should not have done."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def refuse(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def note(self, request: Request) -> None:
        if not request.is_navigation_request():
            self.complaints.append(f"request {request.url}")

    def text_of(self, selector: str) -> list[str]:
        return self.page.locator(selector).all_inner_texts()


@contextmanager
def visit(
    browser: Browser,
    file: Path,
    report: SeasonReport,
    stories: Sequence[TradeStory] = (),
    words: SeasonWords | None = None,
    copies: Mapping[str, CopiedModel] | None = None,
    **context: Any,
) -> Iterator[Visit]:
    """Opens the report as a file; dialogs, errors and requests become complaints."""
    text = render_html(report, stories, words, copies=copies or {})
    file.write_text(text, encoding="utf-8")
    opened = browser.new_context(**({"viewport": DESKTOP} | context))
    page = opened.new_page()
    here = Visit(page)
    page.on("dialog", here.refuse)
    page.on("console", lambda line: here.complaints.append(f"console {line.text}"))
    page.on("pageerror", lambda error: here.complaints.append(f"error {error}"))
    page.on("request", here.note)
    page.goto(file.as_uri())
    yield here
    page.wait_for_timeout(100)
    opened.close()
    assert here.complaints == []


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report.html"


def _hostile_report() -> SeasonReport:
    """Every text that the site decides on, as bad as it can be."""
    evil = MARKUP + ENDINGS + STEERING
    honest = short_season()
    bad = history(
        evil,
        equity=[10_000.0 + 3 * hour for hour in range(1, 60)],
        legs=trades([5.0, -3.0, 8.0], symbol=[evil[:60], "B<b>", ENDINGS]),
        name=evil,
        provider=evil,
        base_model=evil,
        variant=evil,
        **(mind() | {"signals": {evil: 3, "__proto__": 1}}),
    )
    report = report_of(
        bad,
        history("beta", equity=[9_000.0] * 50, nets=[1, -2, 3], name="Beta"),
        span=season(start=honest.start, name=evil, is_provisional=True),
    )
    return replace(report, benchmark=evil)


def test_a_hostile_report_is_inert(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, _hostile_report()) as here:
        for each in here.page.locator("details > summary").all():
            each.click()
        here.page.locator("#curves-chart .plot").hover()
        here.page.locator("#dots-chart .plot").hover()
        here.page.emulate_media(media="print")
        assert here.page.locator("main img, main script, main iframe").count() == 0
        assert here.page.locator("script").count() == 3
        assert "onerror=alert(1)" in here.text_of("h1")[0]
        assert "\u202e" not in here.page.content()


def test_the_policy_of_the_page_forbids_what_is_not_ours(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, short_season()) as here:
        outcome = here.page.evaluate("""async () => {
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
                const refused = await fetch("https://nof1.invalid/").catch(() => "refused");
                return [window.ran ?? false, refused];
            }""")
        assert outcome == [False, "refused"]
        assert any("Content Security Policy" in each for each in here.complaints)
        here.complaints.clear()


def test_a_header_sorts_its_table_both_ways_with_the_unknown_last(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, short_season()) as here:
        wins = here.page.locator("#trades thead button", has_text="Win rate")
        column = "#trades .sortable tbody tr td:nth-child(4)"
        wins.click()
        assert here.text_of(column) == ["50.0 %", "50.0 %", "–"]  # noqa: RUF001
        net = here.page.locator("#trades thead button", has_text="Net $").first
        net.focus()
        here.page.keyboard.press("Enter")
        first_down = here.text_of("#trades .sortable tbody th bdi")
        here.page.keyboard.press("Enter")
        first_up = here.text_of("#trades .sortable tbody th bdi")
        assert first_down == ["Alpha 1", "Beta 2 Pro", "Gamma"]
        assert first_up == ["Beta 2 Pro", "Alpha 1", "Gamma"]
        header = here.page.locator("#trades th[aria-sort]")
        assert header.get_attribute("aria-sort") == "ascending"


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_the_theme_follows_the_system_until_it_is_toggled(
    chromium: Browser, file: Path, scheme: Any, other: str
) -> None:
    with visit(chromium, file, short_season(), color_scheme=scheme) as here:
        paper = "getComputedStyle(document.body).backgroundColor"
        before = here.page.evaluate(paper)
        here.page.locator("#theme").click()
        assert here.page.evaluate("document.documentElement.dataset.theme") == other
        assert here.page.evaluate(paper) != before


def test_a_key_of_a_legend_hides_its_account_in_every_chart(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, short_season()) as here:
        plot = here.page.locator("#dots-chart .plot")
        here.page.locator("#dots-chart .legend").scroll_into_view_if_needed()
        before = plot.screenshot()
        here.page.locator("#dots-chart .key", has_text="Alpha 1").click()
        here.page.mouse.move(0, 0)
        pressed = here.page.locator('.key:has-text("Alpha 1")').evaluate_all(
            "keys => keys.map(key => key.getAttribute('aria-pressed'))"
        )
        assert set(pressed) == {"false"}
        assert plot.screenshot() != before
        here.page.locator("#dots-chart .all").click()
        assert here.page.locator('.key[aria-pressed="false"]').count() == 0


def test_the_legend_reads_the_curves_out_at_the_pointer(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, short_season()) as here:
        read_out = "#curves-chart .key output"
        at_end = here.text_of(read_out)
        here.page.locator("#curves-chart .plot").hover(position={"x": 300, "y": 100})
        expect(here.page.locator("#curves-chart .when")).not_to_be_empty()
        assert here.text_of(read_out) != at_end
        assert at_end[0].startswith("$14,000")


@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
def test_the_first_screen_has_the_headline_the_curves_and_the_standings(
    chromium: Browser, file: Path, screen: Any
) -> None:
    with visit(chromium, file, short_season(), viewport=screen) as here:
        tops = [
            here.page.locator(each).evaluate("e => e.getBoundingClientRect().top")
            for each in ("h1", "#curves-chart .plot", "#standings", ".verdict")
        ]
        assert max(tops[:3]) < screen["height"]
        assert tops.index(max(tops)) == 3


def test_in_a_gap_the_legend_reads_out_realized_equity_until_a_leg_is_missing(
    chromium: Browser, file: Path
) -> None:
    seen = replace(
        snapshots([10_500.0, 10_600.0], hours=[30, 60]),
        unrealized_pnl=np.array([200.0, 150.0]),
    )
    for counted, said in ((1, "$10,080 realized"), (2, "\u2013")):
        counts = CountColumns(observed_at=times([60]), total=np.array([counted]))
        alpha = replace(history("alpha", nets=[80]), snapshots=seen, counts=counts)
        with visit(chromium, file, report_of(alpha)) as here:
            plot = here.page.locator("#curves-chart .plot")
            plot.hover(position={"x": 300, "y": 100})
            expect(here.page.locator("#curves-chart .when")).not_to_be_empty()
            assert here.text_of("#curves-chart .key output") == [said]


def test_a_trade_tells_its_story_beside_the_pointer(
    chromium: Browser, file: Path
) -> None:
    legs = trades([40, -20, 60], symbol=["ETH"] * 3)
    one = report_of(history("alpha", equity=[10_050.0] * 30, legs=legs, name="Alpha"))
    with visit(chromium, file, one) as here:
        plot = here.page.locator("#dots-chart .plot")
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box is not None
        tip = here.page.locator("#tip")
        # The first trade lies near the left edge; how high, only the scale knows.
        for x, y in ((x, y) for y in range(4, 350, 4) for x in range(16, 50, 5)):
            here.page.mouse.move(box["x"] + x, box["y"] + y)
            if tip.is_visible():
                break
        assert "Alpha\nETH long" in tip.inner_text()


@pytest.mark.parametrize("make", [short_season, _hostile_report])
def test_a_phone_never_scrolls_sideways(
    chromium: Browser, file: Path, make: Any
) -> None:
    with visit(chromium, file, make(), viewport=PHONE) as here:
        for each in here.page.locator("details > summary").all():
            each.click()
        width = here.page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"]


def test_without_javascript_the_tables_are_there(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, short_season(), java_script_enabled=False) as here:
        captions = here.text_of("caption")
        assert "Equity and risk" in captions
        assert here.page.locator("#certainty .heat").is_visible()
        assert here.page.locator(".chart:visible").count() == 0
        assert here.page.locator("noscript p").is_visible()


def test_paper_shows_the_charts_in_light_colours_and_every_section(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, short_season(), color_scheme="dark") as here:
        here.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        here.page.emulate_media(media="print")
        assert here.page.locator("details:not([open])").count() == 0
        pictures = here.page.locator("canvas.printed")
        assert pictures.count() == 3
        assert pictures.evaluate_all("""all => all.every(one => {
                const { data } = one.getContext("2d").getImageData(0, 0, one.width, one.height);
                return data.some((value) => value !== 0);
            })""")
        assert here.page.pdf()
        here.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert pictures.count() == 0
        assert here.page.locator("details.model[open]").count() == 0


def test_the_page_does_not_jump_while_it_starts(chromium: Browser, file: Path) -> None:
    report = short_season()
    copied = CopiedModel(
        scenario=Scenario(delay=timedelta(minutes=1), fees=FeeChoice.TAKER),
        model=Decimal(10_500),
        attribution=Attribution(
            sizing=Decimal(0),
            delay=Decimal(-90),
            slippage=Decimal(-9),
            fees=Decimal(-1),
        ),
        by_delay={
            timedelta(0): Decimal(10_499),
            timedelta(seconds=30): None,
            timedelta(minutes=1): Decimal(10_400),
            timedelta(hours=1): Decimal(10_600),
        },
    )
    first, *_ = (each.account.account_id for each in report.models)
    with visit(chromium, file, report, copies={first: copied}) as here:
        part = here.page.locator("details.model .copied")
        told = " ".join((part.text_content() or "").split())
        assert "1 min" in told or "60 s" in told
        assert "−90.00" in told  # noqa: RUF001
        assert "−100.00" in told  # noqa: RUF001
        assert "the first price came later than the delay itself" in told
        assert part.locator("polyline").count() == 1
        shift = here.page.evaluate("""() => new Promise((resolve) => {
                let total = 0;
                new PerformanceObserver((list) => {
                    for (const entry of list.getEntries()) total += entry.value;
                }).observe({ type: "layout-shift", buffered: true });
                setTimeout(() => resolve(total), 500);
            })""")
        assert shift < 0.01


REPORTS = {
    "nothing": empty_report(END, ReportRules()),
    "no account": report_of(),
    "one account": report_of(history("alpha", equity=[9_990.0], nets=[1.0])),
    "no snapshots": report_of(history("alpha", nets=[1.0, -2.0])),
    "no trades": report_of(history("alpha", equity=[10_000.0, 9_000.0])),
    "ruin": report_of(history("alpha", equity=[5_000.0, 0.0, -10.0], nets=[0.0] * 3)),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_a_season_with_little_in_it_is_a_calm_page(
    chromium: Browser, file: Path, report: SeasonReport
) -> None:
    with visit(chromium, file, report) as here:
        assert here.page.locator("h1").is_visible()
        assert here.page.locator("#rules").is_visible()
        words = here.page.locator("main").inner_text()
        assert not {"nan", "none", "undefined", "inf"} & set(words.casefold().split())


def test_the_real_captures_make_a_page(
    chromium: Browser, captures: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{file.with_suffix('.db')}"
    monkeypatch.setenv("NOF1_DATABASE_URL", url)
    runner = CliRunner()
    assert runner.invoke(app, ["db", "upgrade"]).exit_code == 0
    runner.invoke(app, ["import", str(captures / "2025-10-28T065103Z")])
    with engine_on(url) as engine:
        report = read_report(engine, utc_now())
    with visit(chromium, file, report) as here:
        here.page.locator("#models summary", has_text="Gemini 2.5 Pro").click()
        beside = here.page.locator("#models details[open] table", has_text="nof1, of")
        assert "nof1, of 174" in beside.inner_text()
        assert "leads with $21," in here.text_of(".headline")[0]


def test_thirty_two_accounts_have_lines_of_their_own(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, walking_season(32, hours=60, legs=12)) as here:
        keys = here.page.locator("#curves-chart .key:not([hidden]) .swatch")
        looks = keys.evaluate_all("keys => keys.map(key => key.className)")
        assert len(looks) == len(set(looks)) == 33
        assert here.page.locator("#certainty .heat tbody tr").count() == 32


def test_accounts_are_narrowed_by_an_address_and_by_choices_that_write_it(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, walking_season(32, hours=60, legs=12)) as here:
        keys = here.page.locator("#curves-chart .key:visible")
        aggregate = here.page.get_by_role("button", name="Aggregate")
        aggregate.click()
        expect(keys).to_have_count(9)
        assert "mean of 4" in keys.nth(1).inner_text()
        aggregate.click()
        choice = here.page.locator("#curves-chart [data-state=competition]")
        choice.select_option(VARIANTS[0])
        expect(keys).to_have_count(9)
        here.page.get_by_role("button", name="1 d").click()
        chosen = here.page.url.split("#")[1]
        assert "&from=20" in chosen
        here.page.goto(f"{file.as_uri()}#{chosen}")
        here.page.reload()
        assert choice.input_value() == VARIANTS[0]
        expect(keys).to_have_count(9)
        day = here.page.get_by_role("button", name="1 d")
        expect(day).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("context", [{}, {"viewport": PHONE, "has_touch": True}])
def test_what_a_word_means_is_told_to_mouse_keyboard_and_thumb(
    chromium: Browser, file: Path, context: dict[str, Any]
) -> None:
    with visit(chromium, file, short_season(), **context) as here:
        tip = here.page.locator("#tip")
        header = here.page.locator("#standings thead button", has_text="Return").first
        header.tap() if context else header.hover()
        expect(tip).to_have_text("Final / initial equity - 1")
        here.page.locator("#models summary").first.click()
        word = here.page.locator("#models dt .hint").first
        word.focus()
        expect(tip).to_contain_text("USD, as last observed")
        word.press("Escape")
        expect(tip).to_be_hidden()


def test_of_a_hundred_thousand_trades_some_are_drawn_and_the_page_says_so(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, walking_season(4, hours=300, legs=25_000)) as here:
        caption = here.page.locator("#dots-chart figcaption").inner_text()
        assert "of 100,000 trades are drawn" in caption
        assert file.stat().st_size < 3_000_000


def test_a_chart_is_saved_as_a_picture_and_as_a_table(
    chromium: Browser, file: Path
) -> None:
    evil = history("beta", equity=[9_000.0] * 3, nets=[2.0], name='=1+"1')
    report = report_of(history("alpha", equity=[10_500.0], nets=[1.0]), evil)
    with visit(chromium, file, report) as here:
        dots = here.page.locator("#dots-chart")
        with here.page.expect_download() as picture:
            dots.get_by_role("button", name="PNG").click()
        assert picture.value.path().read_bytes().startswith(b"\x89PNG")
        dots.locator(".key", has_text="Alpha").click()
        with here.page.expect_download() as table:
            dots.get_by_role("button", name="CSV").click()
        header, *rows = table.value.path().read_text().splitlines()
        assert header == "closed_at,model,symbol,side,net_pnl_usd,held_seconds"
        (row,) = csv.reader(rows)
        assert row[1:5] == ["'=1+\"1", "BTC", "long", "2"]
        with here.page.expect_download() as curves:
            here.page.locator("#curves-chart").get_by_role("button", name="CSV").click()
        assert curves.value.suggested_filename == "curves-chart.csv"
        _, *rows = curves.value.path().read_text().splitlines()
        assert {each[1] for each in csv.reader(rows)} == {"'=1+\"1"}
