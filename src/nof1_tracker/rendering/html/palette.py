"""The colour and line style of each account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nof1_tracker.records.parsed import Account

HUES = 8
"""Colours in report.css, distinct to protanopes, deuteranopes and tritanopes."""
DASHES = 4
"""Line styles; colours and styles together distinguish 32 accounts."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """The numbers of a colour and of a line style; a benchmark has no colour."""

    hue: int | None
    dash: int


BENCHMARK = Stroke(None, 1)


def strokes(accounts: Sequence[Account]) -> list[Stroke]:
    """A stroke per account: a model keeps its colour, a competition its style."""
    competing = [each for each in accounts if not each.is_benchmark]
    models = _numbered(each.base_model for each in competing)
    variants = _numbered(sorted(each.variant or "" for each in competing))
    return [
        BENCHMARK if each.is_benchmark else _stroke(each, models, variants)
        for each in accounts
    ]


def _stroke(
    account: Account, models: Mapping[str, int], variants: Mapping[str, int]
) -> Stroke:
    model, variant = models[account.base_model], variants[account.variant or ""]
    return Stroke(model % HUES, (variant + model // HUES) % DASHES)


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """The distinct names, numbered in order of appearance."""
    return {name: place for place, name in enumerate(dict.fromkeys(names))}
