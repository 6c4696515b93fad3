"""How much is held of an account, in words."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from nof1_tracker.analyzer.coverage import totals_of
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.records.history.verification import (
    CoverageRow,
    CoverageTotal,
    EquityAgreement,
    HeldKind,
)
from nof1_tracker.rendering.text import UNKNOWN, usd, whole

KINDS: Final[Mapping[HeldKind, str]] = MappingProxyType(
    {
        HeldKind.HOURS: "Hours",
        HeldKind.CONVERSATIONS: "Conversations",
        HeldKind.TRADES: "Trades",
    }
)
"""Titles of the kinds, in the order in which they are shown."""
EXPLAINED: Final = (
    "What is stored, of what is known to have been; + means that there may be more:"
    " nobody knows how many."
)


def coverage_missing(total: CoverageTotal | CoverageRow) -> str:
    """How many are missing: 0, 74, 74+ where there may be more, + where only that."""
    number = f"{total.missing:,}" if total.missing or total.is_known else ""
    return number if total.is_known else f"{number}+"


def held_of(model: ModelReport, kind: HeldKind) -> str:
    """How much of a kind is held of what there was: 2 of 406, 28 of 5,144+, 29+."""
    total = next((each for each in totals_of(model.held) if each.kind is kind), None)
    if total is None:
        return UNKNOWN
    number = whole(total.held)
    if total.missing:
        number += f" of {whole(total.held + total.missing)}"
    return number if total.is_known else f"{number}+"


def held_models(models: Iterable[ModelReport]) -> list[ModelReport]:
    """The models of which it is known what is held."""
    return [each for each in models if each.held]


def held_sentence(totals: Iterable[CoverageTotal]) -> str | None:
    """What is held of an account, and what is missing; None where nothing is counted."""
    return ", ".join(map(_held, totals)) or None


def _held(total: CoverageTotal) -> str:
    held = f"{whole(total.held)} {total.kind.value}"
    if total.missing:
        return f"{held} ({coverage_missing(total)} missing)"
    return held if total.is_known else f"{held} (there may be more)"


def equity_sentence(each: EquityAgreement) -> str:
    """How an account's equity out of the exchange's record agrees with the site's."""
    where = f"{each.account_id}: equity out of the exchange's record ({each.interval})"
    if each.median is None:
        return f"{where}: the site's was not observed at any of {whole(each.points)} times."
    return (
        f"{where}: off the site's by ${usd(each.median)} in the median and"
        f" ${usd(each.largest)} at most, at {whole(each.compared)} of"
        f" {whole(each.points)} times."
    )
