"""The templates of the reports, and what they may call."""

from collections.abc import Callable
from functools import cache
from itertools import zip_longest

import jinja2
from markupsafe import Markup

from nof1_tracker.rendering import (
    caveats,
    coverage_words,
    figures,
    position_figures,
    sentences,
)
from nof1_tracker.rendering.markdown.escape import escaped
from nof1_tracker.rendering.report_figures import (
    decision_figures,
    figure_table,
    trade_figures,
)
from nof1_tracker.rendering.terminal import comparison
from nof1_tracker.rendering.terminal.report import (
    decisions,
    equity,
    report,
    summary,
    trades,
    uncertainty,
)
from nof1_tracker.rendering.text import UNKNOWN

_FORMATS: tuple[Callable[..., str], ...] = (
    figures.count,
    figures.interval_text,
    figures.per_day,
)
_FACTS: tuple[Callable[..., object], ...] = (
    comparison.ahead_text,
    comparison.basis_sentence,
    comparison.chance_text,
    comparison.is_marked,
    comparison.pair_sentence,
    comparison.difference_form,
    comparison.sides,
    comparison.told_apart_sentence,
    decisions.bin_cells,
    decisions.bin_text,
    decisions.exits,
    decisions.missed_sentence,
    equity.drawdown_sentence,
    equity.gap_sentence,
    equity.own_sharpe_sentence,
    figure_table.cells_of,
    figure_table.mark_of,
    figure_table.shown,
    figure_table.shown_below,
    position_figures.position_cells,
    coverage_words.held_models,
    coverage_words.held_of,
    report.standing_text,
    sentences.benchmark_sentence,
    caveats.close_sentence,
    sentences.gaps_sentence,
    caveats.glitches_sentence,
    caveats.implausible_sentence,
    sentences.lacks_equity,
    sentences.mind_rules_sentence,
    sentences.pairs_sentence,
    sentences.partial_sentence,
    sentences.power_sentence,
    sentences.probability_asked,
    sentences.rules_sentence,
    sentences.verdict_sentence,
    sentences.withheld_sentence,
    summary.season_title,
    trades.slice_cells,
    uncertainty.beats_sentence,
    uncertainty.estimates,
    uncertainty.few_trades_sentence,
    uncertainty.sharpe_sentence,
)


@cache
def template(name: str) -> jinja2.Template:
    """A template of this room; what it writes is escaped unless it is trusted."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nof1_tracker.rendering.markdown"),
        autoescape=True,
        finalize=_harmless,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"sentence": _sentence, "trusted": _trusted}
    environment.globals |= {each.__name__: each for each in _FACTS}
    environment.globals |= {each.__name__: _trusting(each) for each in _FORMATS}
    environment.globals |= {
        "EXITS": figure_table.EXITS,
        "FIGURES": figure_table.FIGURES,
        "GAP_MARK": sentences.GAP_MARK,
        "GROUPS": figure_table.GROUPS,
        "GroupFigures": trade_figures.GroupFigures,
        "BinFigures": decision_figures.BinFigures,
        "SliceFigures": trade_figures.SliceFigures,
        "SUMMARY": summary.SUMMARY,
        "HELD_EXPLAINED": coverage_words.EXPLAINED,
        "KINDS": coverage_words.KINDS,
        "MARK": sentences.MARK,
        "POSITION_COLUMNS": position_figures.COLUMNS,
        "UNKNOWN": UNKNOWN,
        "zip_longest": zip_longest,
    }
    return environment.get_template(name)


def _harmless(value: object) -> Markup:
    """Jinja's own escaping, which is for HTML, leaves Markup as it is."""
    if isinstance(value, Markup):
        return value
    return Markup(escaped(value))  # noqa: S704  it is escaped


def _trusted(text: str) -> Markup:
    """A label or figure of ours; a dollar sign begins a formula on GitHub."""
    plain = text.replace(" $", " (USD)").replace(sentences.MARK, r"\*")
    return Markup(plain)  # noqa: S704  the site has no part in it


def _trusting(form: Callable[..., str]) -> Callable[..., Markup]:
    return lambda *values: _trusted(form(*values))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
