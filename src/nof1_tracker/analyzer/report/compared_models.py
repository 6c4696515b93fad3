"""Any number of accounts, of any seasons, each compared with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from nof1_tracker.analyzer.report.comparison import Comparison, compare_models
from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """An account, and the report of the season in which it is looked at."""

    report: SeasonReport
    model: ModelReport


@dataclass(frozen=True, slots=True, eq=False)
class ComparedModels:
    """Accounts, and the comparison of each with each.

    Attributes:
        reports: Of the seasons that were asked for, in that order.
        contenders: In the order in which they were asked for.
        pairs: By the places of the two among the contenders, the smaller first. Across
            seasons there are no common returns: trades alone are compared.
    """

    reports: tuple[SeasonReport, ...]
    contenders: tuple[Contender, ...]
    pairs: dict[tuple[int, int], Comparison]


def compare_all(
    reports: Sequence[SeasonReport], contenders: Sequence[Contender]
) -> ComparedModels:
    """Each of the accounts compared with each; see `compare_models`."""
    places = combinations(range(len(contenders)), 2)
    pairs = {
        (one, other): compare_models(
            contenders[one].report,
            contenders[one].model,
            contenders[other].model,
            across_seasons=contenders[one].report is not contenders[other].report,
        )
        for one, other in places
    }
    return ComparedModels(tuple(reports), tuple(contenders), pairs)
