"""The HTML page as a text: what it holds, what it cannot hold, what it says of gaps."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from nof1_tracker.analyzer.report.build_report import empty_report
from nof1_tracker.analyzer.report.season_report import ReportRules, SeasonReport
from nof1_tracker.records.account_columns import CountColumns
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.html import render_html
from nof1_tracker.rendering.html.charts.series import (
    KEPT_EXTREMES,
    MOST_DOTS,
    MOST_INSTANTS,
)
from nof1_tracker.rendering.html.palette import DASHES, HUES, strokes
from tests.unit.analyzer.boards import account
from tests.unit.analyzer.columns import snapshots, times, trades
from tests.unit.analyzer.reports import (
    END,
    history,
    report_of,
    short_season,
    with_held,
)
from tests.unit.analyzer.walks import VARIANTS, walking_season


class Parsed(HTMLParser):
    """What a browser would run, and what it would show."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.policy = ""
        self.tags: list[str] = []
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open = tag
        attributes = dict(attrs)
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"] or ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            self.scripts.append(data)
        if self._open == "style":
            self.styles.append(data)
        self._open = ""

    @property
    def charts(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.scripts[0])
        return found


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _models(page: str) -> list[dict[str, Any]]:
    found = Parsed(page).charts["models"]
    assert isinstance(found, list)
    return found


def test_the_policy_allows_our_scripts_and_our_style_alone() -> None:
    page = Parsed(render_html(short_season()))
    directives = dict(each.split(maxsplit=1) for each in page.policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"].split() == list(map(_hash, page.scripts[1:]))
    assert directives["style-src"] == _hash(page.styles[0])


def test_no_element_needs_the_network_or_a_style_of_its_own() -> None:
    page = render_html(short_season())
    assert not {"img", "link", "iframe", "object", "embed"} & set(Parsed(page).tags)
    head = page.split("<script", maxsplit=1)[0]
    assert not re.search(r"\s(style|on\w+|src)=", head)


@pytest.mark.parametrize(
    "evil",
    ["</script><script>alert(1)</script>", "\u2028\u2029", "<!--<script>", "{{7*7}}"],
)
def test_a_text_in_the_charts_cannot_end_their_script(evil: str) -> None:
    hostile = report_of(
        history(
            "alpha",
            equity=[9.0] * 9,
            legs=trades([1.0], symbol=[evil]),
            name=f"x{evil}",
        )
    )
    page = render_html(hostile)
    assert len(Parsed(page).scripts) == 3
    assert _models(page)[0]["name"] == clean(f"x{evil}")
    assert "<script>alert" not in page


def test_a_partial_history_stands_beside_what_nof1_reports() -> None:
    page = render_html(short_season())
    assert "12 of 28 trades (43 %)" in page
    assert "Ours, of 12<" in page
    assert "Reported by nof1, " in page
    assert "nof1, of 28<" in page


def test_a_gap_is_a_gap_in_the_curve_and_is_told() -> None:
    page = render_html(short_season())
    (beta,) = [each for each in _models(page) if each["name"] == "Beta 2 Pro"]
    curve = beta["equity"]
    assert isinstance(curve, list)
    assert curve[45:59] == [None] * 14
    assert "1 gap, 20 h not observed" in page


def test_in_a_gap_realized_equity_is_drawn_where_legs_are_complete() -> None:
    seen = replace(
        snapshots([10_500.0, 10_600.0], hours=[5.5, 9.5]),
        unrealized_pnl=np.array([200.0, 150.0]),
    )
    legs = trades([50.0, 30.0], closed_at=times([1.5, 4]))
    whole, partial = (
        replace(
            history(name, legs=legs, name=name),
            snapshots=seen,
            counts=CountColumns(observed_at=times([9.5]), total=np.array([counted])),
        )
        for name, counted in (("whole", 2), ("partial", 3))
    )
    page = render_html(report_of(whole, partial))
    drawn = {str(each["name"]): each for each in _models(page)}
    flat, first, both, anchor = 10_000, 10_050, 10_080, 10_500 - 200
    assert drawn["whole"]["realized"] == [
        *(flat, flat, first, first, both, both),
        *[anchor] * 4,
    ]
    assert drawn["whole"]["realizedLast"] == 10_600 - 150
    assert drawn["whole"]["unknown"] == []
    assert drawn["partial"]["realized"] == []
    assert drawn["partial"]["unknown"] == [[0, 6], [6, 10]]
    assert '<ul class="styles"' in page


def test_a_drawdown_is_below_the_highest_observation_and_at_least_that_over_gaps() -> (
    None
):
    seen = snapshots([14_000.0, 12_180.0], hours=[5.5, 30])
    account = replace(history("alpha", legs=trades([]), name="alpha"), snapshots=seen)
    (drawn,) = _models(render_html(report_of(account)))
    until, _, depth = drawn["last"]
    assert depth == drawn["drawdown"][-1] == 12_180 / 14_000 - 1
    assert drawn["leastFrom"] == until - 30 * 3600


def test_a_curve_without_gaps_explains_none() -> None:
    page = render_html(report_of(history("alpha", equity=[10_100.0] * 5)))
    assert '<ul class="styles"' not in page


def test_a_price_as_the_benchmark_is_drawn_as_if_it_had_been_bought() -> None:
    prices = snapshots([50_000.0, 55_000.0, 60_000.0], hours=[0, 1, 2])
    page = render_html(
        report_of(history("alpha", equity=[10_000.0, 10_100.0]), btc_prices=prices)
    )
    (held,) = [each for each in _models(page) if each["name"] == "BTC price"]
    assert held["equity"] == [10_000, 11_000, 12_000]
    assert "what the initial equity would be worth" in page


def test_of_some_models_the_best_keeps_its_rank_among_all() -> None:
    season, nobody = short_season(), empty_report(END, ReportRules())
    alone = replace(season, models=season.models[1:2], ranking=nobody.ranking)
    page = render_html(alone)
    assert "Gamma holds rank 2 with $10,000.00" in page


def test_a_simulation_is_called_one() -> None:
    assert "Simulated arena." in render_html(short_season(), is_simulated=True)
    assert "Simulated arena." not in render_html(short_season())


def test_a_sample_is_called_one() -> None:
    assert "not live." in render_html(short_season(), is_sample=True)
    assert "not live." not in render_html(short_season())


def test_few_trades_are_all_drawn_and_many_are_thinned_with_their_extremes() -> None:
    few, many = walking_season(2, hours=50, legs=100), walking_season(2, legs=5_000)
    assert _drawn(few) == 200
    assert MOST_DOTS / 2 < _drawn(many) <= MOST_DOTS + 4 * KEPT_EXTREMES
    for model, drawn in zip(many.models, _models(render_html(many)), strict=True):
        nets = drawn["trades"]["net"]
        known = sorted(model.legs.net_pnl.tolist())
        assert set(known[:KEPT_EXTREMES] + known[-KEPT_EXTREMES:]) <= set(nets)


def _drawn(report: SeasonReport) -> int:
    models = _models(render_html(report))
    return sum(len(each["trades"]["net"]) for each in models)


def test_a_long_curve_is_thinned_and_the_page_says_so() -> None:
    page = render_html(walking_season(1, hours=4_000, legs=5))
    instants = Parsed(page).charts["instants"]
    assert isinstance(instants, list)
    assert len(instants) <= MOST_INSTANTS
    assert "One point of the grid in 3 is drawn" in page


def test_every_account_of_four_competitions_has_a_stroke_of_its_own() -> None:
    accounts = [
        account(f"{model}-{variant}", base_model=f"m{model}", variant=variant)
        for model in range(HUES)
        for variant in VARIANTS
    ]
    found = strokes(accounts)
    assert len(set(found)) == HUES * DASHES
    assert len({stroke.hue for stroke in found[:4]}) == 1


def test_a_model_keeps_its_colour_whoever_else_is_there_and_leads() -> None:
    alone = account("qwen3-max", provider="Alibaba")
    others = [
        account("gpt-5", provider="OpenAI"),
        account("gpt-5.1", provider="OpenAI"),
        account("new", provider="Unknown"),
    ]
    (colour,) = strokes([alone])
    first, second = strokes([alone, *others]), strokes([*reversed(others), alone])
    assert first[0] == second[-1] == colour
    assert first[1:] == second[-2::-1]
    assert len({each.hue for each in first}) == len(first)


def test_a_model_without_trades_shows_no_sum_of_nothing() -> None:
    level = [10_000.0] * 9
    other = history("other", equity=level, nets=[1])
    page = render_html(report_of(history("alpha", equity=level), other))
    table = page.split('<section id="trades">')[1].split("</tr>")[1]
    figures = re.findall(r"<td[^>]*>([^<]*)", table)
    counts, sums, pace = figures[:2], figures[2:-1], figures[-1]
    assert (counts, set(sums), pace) == (["0", "0"], {"–"}, "0.0")  # noqa: RUF001


def test_a_season_without_legs_counts_no_trades() -> None:
    page = render_html(report_of(history("alpha", equity=[10_000.0] * 9)))
    table = page.split('<section id="trades">')[1].split("</table>")[0]
    assert set(re.findall(r"<td[^>]*>([^<]*)", table)) == {"–"}  # noqa: RUF001


# --- what is held -----------------------------------------------------------------


def _held_part(page: str) -> str:
    return page.partition('<section id="held">')[2].partition("</section>")[0]


def test_what_is_held_is_a_table_and_a_map_for_each_kind() -> None:
    part = _held_part(render_html(with_held(short_season(), days=3)))
    assert part.count("<table") == 4
    assert part.count('<th scope="col" class="plain">10-2') == 9
    assert "28 of 5,144" not in part  # three days of it
    assert "84 of 15,432+" in part
    assert part.count('<td class="p20">100</td>') == 3
    assert part.count('<td class="p11">1</td>') == 2
    assert part.count('<td class="open">100+</td>') == 3


def test_nothing_held_and_nothing_known_are_told_apart() -> None:
    report = with_held(short_season())
    first, *others = report.models
    hours, _, legs, _ = first.held
    rows = (replace(hours, held=0, missing=24), replace(legs, held=0))
    models = (replace(first, held=rows), *others)
    part = _held_part(render_html(replace(report, models=models)))
    assert '<td class="gone">0</td>' in part
    assert '<td class="open">?</td>' in part


def test_where_nothing_is_known_of_what_is_held_there_is_no_map() -> None:
    page = render_html(short_season())
    assert 'id="held"' not in page
    assert 'href="#held"' not in page
