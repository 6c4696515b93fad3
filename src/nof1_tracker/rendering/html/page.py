"""Puts the page together: one file, escaped text, no network requests."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import jinja2
import simplejson

from nof1_tracker import __version__
from nof1_tracker.analyzer.decisions.trade_story import TradeStory
from nof1_tracker.analyzer.play.whatif_report import CopiedModel
from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.records.reading.prices_and_chats import SeasonWords
from nof1_tracker.rendering.coverage_words import EXPLAINED
from nof1_tracker.rendering.html import overview, season_tables
from nof1_tracker.rendering.html.cells import shorten
from nof1_tracker.rendering.html.charts.multiples import multiples
from nof1_tracker.rendering.html.charts.packing import packed
from nof1_tracker.rendering.html.charts.price_charts import price_charts
from nof1_tracker.rendering.html.charts.season_maps import season_maps
from nof1_tracker.rendering.html.charts.series import (
    charts_of,
    choices,
    priced_benchmark,
)
from nof1_tracker.rendering.html.chat_reader import model_chat
from nof1_tracker.rendering.html.coverage_map import held_maps, held_table
from nof1_tracker.rendering.html.definitions import definitions, rules_of
from nof1_tracker.rendering.html.every_trade import every_trade
from nof1_tracker.rendering.html.model_section import model_section
from nof1_tracker.rendering.html.palette import Stroke, strokes
from nof1_tracker.rendering.html.scripts import CHARTS, LIBRARY, STYLE, asset, joined
from nof1_tracker.rendering.sentences import probability_asked

SCRIPTS = (
    *CHARTS,
    "dots.js",
    "downloads.js",
    "trades.js",
    "prices.js",
    "chats.js",
    "report.js",
)
"""Our scripts, run as one after the library."""
_NO_COPIES: Final[Mapping[str, CopiedModel]] = {}
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def render_html(
    report: SeasonReport,
    stories: Sequence[TradeStory] = (),
    words: SeasonWords | None = None,
    *,
    copies: Mapping[str, CopiedModel] = _NO_COPIES,
    is_simulated: bool = False,
    is_sample: bool = False,
) -> str:
    """The report as a self-contained page.

    Every text from the site is escaped; a Content-Security-Policy forbids requests, and
    scripts and styles other than those of this package.

    Args:
        stories: Those of all its entries; without them the page lists no trades.
        words: Prices and conversations; without them the page has neither.
        copies: What copying each account would have brought, by its id.
        is_simulated: Whether the numbers are invented, which the page states at the top.
        is_sample: Whether they are those of the sample, which the page states there, too.
    """
    strokes_of = strokes([each.account for each in report.models])
    charts, thinning = charts_of(report, strokes_of)
    drawn = charts["models"]
    library, script, style = asset(LIBRARY), _script(), asset(STYLE)
    return _template().render(
        policy=_policy([library, script], style),
        library=library,
        script=script,
        style=style,
        charts=_embedded(charts),
        has_gaps=any(each.realized for each in report.models),
        has_bets=any(each["bins"] for each in charts["models"]),
        strokes=[Stroke(each["hue"], each["dash"]) for each in drawn],
        keys=[each["name"] for each in drawn],
        index_from=sum("isIndex" not in each for each in drawn),
        choices=choices(report),
        priced_benchmark=priced_benchmark(report),
        thinning=thinning,
        stride=thinning.stride,
        has_variants=any(each.account.variant for each in report.models),
        is_simulated=is_simulated,
        is_sample=is_sample,
        version=__version__,
        report=report,
        every=every_trade(report, stories),
        prices=packed(price_charts(words.prices)) if words and words.prices else None,
        priced=sorted(map(shorten, words.prices)) if words else [],
        chat=model_chat(report, words) if words else None,
        masthead=overview.masthead(report),
        standings=overview.standings(report),
        standing_columns=overview.STANDING_COLUMNS,
        multiples=multiples(report),
        maps=season_maps(report),
        stale=overview.stale_claims(report),
        heat=overview.heat_map(report),
        held=held_maps(report),
        held_explained=EXPLAINED,
        asked=probability_asked(report.rules.level),
        tables={
            "held": held_table(report),
            "trades": season_tables.trades_table(report),
            "positions": season_tables.positions_table(report),
            "equity": season_tables.equity_table(report),
            "mind": season_tables.mind_table(report),
            "uncertainty": season_tables.uncertainty_table(report),
        },
        sections=[
            model_section(key, each, copies.get(each.account.account_id))
            for key, each in enumerate(report.models)
        ],
        rules=rules_of(report.rules),
        definitions=definitions(),
    )


def _policy(scripts: list[str], style: str) -> str:
    """What the browser may do with the page: run these scripts, apply this style."""
    hashes = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)};"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _embedded(value: Any) -> str:
    """JSON that cannot close the script element that contains it.

    ensure_ascii keeps out line separators (U+2028) and lone surrogates.
    """
    text = simplejson.dumps(
        value, ensure_ascii=True, separators=(",", ":"), allow_nan=False
    )
    for character, escape in _ESCAPED.items():
        text = text.replace(character, escape)
    return text


@cache
def _script() -> str:
    return joined(map(asset, SCRIPTS))


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nof1_tracker.rendering.html"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
