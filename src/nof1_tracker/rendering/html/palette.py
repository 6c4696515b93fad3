"""The colour and line style of each account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from nof1_tracker.records.parsed import Account

HUES = 8
"""Colours in report.css, distinct to protanopes, deuteranopes and tritanopes."""
DASHES = 4
"""Line styles; colours and styles together distinguish 32 accounts."""
_HUES_OF_PROVIDERS = {
    "DeepSeek": 0,
    "Anthropic": 1,
    "Google": 2,
    "Moonshot AI": 4,
    "OpenAI": 5,
    "Alibaba": 6,
    "xAI": 7,
}
"""So that a model has the same colour on every page and in every season."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """The numbers of a colour and of a line style; a benchmark has no colour."""

    hue: int | None
    dash: int


BENCHMARK = Stroke(None, 1)


def strokes(accounts: Sequence[Account]) -> list[Stroke]:
    """A stroke per account: a model keeps its colour, a competition its style.

    The order of the accounts does not matter. A model of a known provider has the
    provider's colour; a second one, or one of an unknown provider, the first that is
    free.
    """
    competing = [each for each in accounts if not each.is_benchmark]
    places = _places({each.base_model: each.provider for each in competing})
    variants = sorted({each.variant or "" for each in competing})
    return [
        BENCHMARK if each.is_benchmark else _stroke(each, places, variants)
        for each in accounts
    ]


def _stroke(
    account: Account, places: Mapping[str, int], variants: Sequence[str]
) -> Stroke:
    place, variant = places[account.base_model], variants.index(account.variant or "")
    return Stroke(place % HUES, (variant + place // HUES) % DASHES)


def _places(providers: Mapping[str, str]) -> dict[str, int]:
    """A place of its own for each base model; its colour is what is left modulo HUES.

    Args:
        providers: By base model.
    """
    places: dict[str, int] = {}
    models = sorted(providers)
    for model in models:
        hue = _HUES_OF_PROVIDERS.get(providers[model])
        if hue is not None and hue not in places.values():
            places[model] = hue
    for model in (each for each in models if each not in places):
        places[model] = _first_free(places.values())
    return places


def _first_free(taken: Iterable[int]) -> int:
    used = set(taken)
    return next(place for place in count() if place not in used)
