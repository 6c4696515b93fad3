"""A comparison of two accounts for programs; its shape is in comparison_shape."""

from nof1_tracker.analyzer.report.comparison import Comparison, Difference
from nof1_tracker.analyzer.uncertainty.paired_returns import PairedReturns
from nof1_tracker.rendering.programs.report.comparison_shape import (
    ComparisonShape,
    DifferenceShape,
    PairedShape,
)
from nof1_tracker.rendering.programs.report.report_object import (
    interval_object,
    model_object,
    report_object,
)


def comparison_object(comparison: Comparison) -> ComparisonShape:
    """Both models in full, and their differences, for `to_json`."""
    whole = report_object(comparison.report, ())
    return {
        "schema_version": whole["schema_version"],
        "season": whole["season"],
        "at": whole["at"],
        "since": whole["since"],
        "until": whole["until"],
        "start": whole["start"],
        "end": whole["end"],
        "cut": whole["cut"],
        "rules": whole["rules"],
        "first": model_object(comparison.first),
        "second": model_object(comparison.second),
        "differences": [_difference(each) for each in comparison.differences],
        "pairs": comparison.report.ranking.calls.pairs,
        "pairs_called_by_chance": comparison.report.ranking.calls.by_chance,
        "stands": comparison.stands,
        "paired": None if comparison.paired is None else _paired(comparison.paired),
    }


def _difference(each: Difference) -> DifferenceShape:
    return {
        "name": each.name,
        "first": each.first,
        "second": each.second,
        "difference": each.difference,
        "interval": interval_object(each.interval),
        "probability": each.probability,
        "telling": each.lead.value,
    }


def _paired(paired: PairedReturns) -> PairedShape:
    return {
        "periods": paired.periods,
        "degrees_of_freedom": paired.degrees,
        "correlation": paired.correlation,
    }
