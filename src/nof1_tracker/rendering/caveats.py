"""Where the figures of a report end, and what is left out of them, in sentences.

Plain text, with the site's names unescaped: each format escapes them in its own way.
"""

from collections.abc import Iterable

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.records.enums import Cut
from nof1_tracker.rendering.text import listed, moment, percent, usd, whole


def cut_text(report: SeasonReport) -> str:
    """Where its figures end, as the end of a title; empty for a time asked for."""
    words = {Cut.LAST: " (last observation)", Cut.CLOSE: " (the close)"}
    return words.get(report.cut, "") if report.models else ""


def close_sentence(
    report: SeasonReport, models: Iterable[ModelReport] | None = None
) -> str | None:
    """The equities at the cut that was not taken; None where they do not differ."""
    rows = [
        (each.account.name, each.standing.at_close, each.standing.at_last)
        for each in (report.models if models is None else models)
        if each.standing is not None
    ]
    is_at_close = report.cut is Cut.CLOSE
    others = [(name, last if is_at_close else closed) for name, closed, last in rows]
    levels = [
        f"{name} ${usd(level.equity)} ({percent(level.total_return, signed=True)})"
        for name, level in others
        if level is not None
    ]
    if report.season is None or not any(last for _, _, last in rows):
        return None
    last_at = max(last.observed_at for _, _, last in rows if last is not None)
    when, option = ("last", "last") if is_at_close else ("at the close", "close")
    return (
        f"the season closed {moment(report.season.end)} UTC and was observed until"
        f" {moment(last_at)} UTC; {when}: {', '.join(levels) or 'not known'}"
        f" (--at {option})."
    )


def glitches_sentence(models: Iterable[ModelReport]) -> str | None:
    """Which equities are left out as suspected glitches; None where none is."""
    found = [
        f"{model.account.name} ${each.equity:,.2f} at {moment(each.observed_at)} UTC"
        for model in models
        for each in model.glitches
    ]
    if not found:
        return None
    return (
        "an equity of about zero between healthy ones, without a trade, is left out of"
        f" the curve and of all that rests on it: {listed(found)}."
    )


def implausible_sentence(models: Iterable[ModelReport]) -> str | None:
    """Which models have implausible legs; None where none has."""
    found = [
        f"{each.account.name} {whole(each.trades.implausible)}"
        for each in models
        if each.trades.implausible
    ]
    if not found:
        return None
    return (
        "legs with implausible figures count in the net, but not in the figures that"
        f" they would spoil, such as the time held: {listed(found)}."
    )
