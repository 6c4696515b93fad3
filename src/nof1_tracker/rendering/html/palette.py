"""Which colour and which dash an account's line has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nof1_tracker.records.parsed import Account

HUES = 8
"""Colours in report.css that protanopes, deuteranopes and tritanopes tell apart."""
DASHES = 4
"""Styles of a line; with them 32 accounts differ."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """Numbers of a colour and of a style; a benchmark has neither colour nor peer."""

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
    """Each name with its place among the different ones."""
    return {name: place for place, name in enumerate(dict.fromkeys(names))}
