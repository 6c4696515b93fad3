"""Generates the page of report figures from the types of the report's JSON."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scripts.reference.docstrings import formulas, said, summary
from scripts.reference.markdown import (
    code,
    paragraphs,
    prose,
    table,
)
from scripts.reference.markdown import (
    page as whole_page,
)

from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.rendering.html.definitions import definitions, rules_of
from nof1_tracker.rendering.programs.play.whatif_shape import (
    WhatifCopyShape,
    WhatifHoldShape,
)
from nof1_tracker.rendering.programs.report.comparison_shape import ComparisonShape
from nof1_tracker.rendering.programs.report.report_shape import ReportShape
from nof1_tracker.rendering.programs.report.schemas import json_schema

Schema = Mapping[str, Any]

_MODULES: Final = (
    "analyzer.metrics",
    "analyzer.trades.trade_formulas",
    "analyzer.equity.equity_metrics",
    "analyzer.equity.drawdown",
    "analyzer.equity.benchmark_metrics",
    "analyzer.decisions.plan_discipline",
    "analyzer.trades.entries",
    "analyzer.uncertainty.interval",
    "analyzer.uncertainty.mean_trade",
    "analyzer.uncertainty.long_run",
    "analyzer.uncertainty.difference",
    "analyzer.uncertainty.intervals",
    "analyzer.uncertainty.ranking",
    "analyzer.uncertainty.paired_returns",
)
"""Modules with formulas, from the simple ones to those that depend on them."""
_LEADS: Final = {
    "The report": "The output of `nof1-tracker report --format json`. Its JSON Schema is"
    " `src/nof1_tracker/rendering/programs/report/report.schema.json`. In CSV each figure is a row with"
    " the same path and unit; a notebook's frames have a column per path.",
    "The comparison": "The output of `nof1-tracker compare --format json`. Its JSON"
    " Schema is `comparison.schema.json`, beside the other; models are as in a report.",
    "A copied model": "The output of `nof1-tracker whatif copy --format json`. Its JSON"
    " Schema is `src/nof1_tracker/rendering/programs/play/whatif-copy.schema.json`.",
    "A held coin": "The output of `nof1-tracker whatif hold --format json`. Its JSON"
    " Schema is `whatif-hold.schema.json`, beside the one of a copy.",
}
_SHAPES: Final = (ReportShape, ComparisonShape, WhatifCopyShape, WhatifHoldShape)
_PUNCTUATION: Final = re.compile(r"[^\w-]")
"""Characters left out of a heading's anchor, here and on GitHub."""
_SYNONYMS: Final = {"max_drawdown": "drawdowns"}
"""Formulas of figures, where the formula has another name."""
_BEHIND: Final = frozenset(
    [
        "split_outcomes",
        "sample_std",
        "total_return",
        "drawdowns",
        "match_decisions",
        "classify_exits",
        "why_withheld",
        "mean_trade",
        "long_run_covariance",
        "cosines_for",
        "student_probability",
        "return_intervals",
        "sharpe_probability",
        "probability_matrix",
        "pair_calls",
        "ranking_verdict",
        "paired_returns",
    ]
)
"""Formulas with names of their own that several figures depend on."""


@dataclass(frozen=True, slots=True)
class Links:
    """The targets of links.

    Attributes:
        formulas: Formulas by name.
        paths: Place of each object, by its name in the schema.
    """

    formulas: frozenset[str]
    paths: Mapping[str, Sequence[str]]

    def to_object(self, name: str) -> str:
        """A link to the section about an object."""
        return f"[object](#{_PUNCTUATION.sub('', self.paths[name][0])})"


def page() -> str:
    """The page: fields of all reports, terms, rules and formulas."""
    report, comparison, copy, held = (json_schema(each) for each in _SHAPES)
    known = formulas(*_MODULES)
    wanted = [name for name in known if name in _BEHIND or name in _names(report)]
    of_report, of_comparison = _paths(report), _paths(comparison)
    of_copy, of_hold = _paths(copy), _paths(held)
    links = Links(frozenset(wanted), of_hold | of_copy | of_comparison | of_report)
    added = _added(of_comparison, of_report)
    return whole_page(
        "Report fields and formulas",
        "Every figure of a report, with its unit, when it is null, and its label in"
        " what people read. Terms, rules and formulas are at the end.",
        *_sections("The report", report, of_report, links),
        *_sections("The comparison", comparison, added, links),
        *_sections("A copied model", copy, _added(of_copy, of_report), links),
        *_sections("A held coin", held, _added(of_hold, of_report | of_copy), links),
        "## Terms",
        table(["term", "meaning"], [(k, prose(v)) for k, v in definitions().items()]),
        "## Rules",
        "What the figures depend on; every report states them.",
        table(
            ["rule", "by default"],
            [(k, prose(v)) for k, v in rules_of(ReportRules()).items()],
        ),
        "## Formulas",
        "As the functions say that compute them; None is null in JSON.",
        *(
            part
            for name in wanted
            for part in (f"### {name}", paragraphs(summary(said(known[name]))))
        ),
    )


def _added(
    paths: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[str]]:
    """The places of the whole, and of the objects that are not described elsewhere."""
    return {name: each for name, each in paths.items() if not name or name not in known}


def _names(schema: Schema) -> set[str]:
    shapes = [schema, *schema["$defs"].values()]
    return {name for shape in shapes for name in shape["properties"]}


def _sections(
    title: str, schema: Schema, paths: Mapping[str, Sequence[str]], links: Links
) -> Iterator[str]:
    """A table for every object, where it first occurs."""
    shapes = {"": schema, **schema["$defs"]}
    yield f"## {title}"
    yield _LEADS[title]
    for name, found in paths.items():
        if name:
            yield f"### {found[0]}"
        others = ", ".join(code(each) for each in found[1:])
        about = prose(shapes[name].get("description", ""))
        yield f"{about} Also {others}." if others else about
        yield table(
            ["field", "type", "unit", "null", "label", "meaning"],
            [
                _row(field, told_of, links)
                for field, told_of in shapes[name]["properties"].items()
            ],
        )


def _paths(schema: Schema) -> dict[str, list[str]]:
    """The places of each object, by its name in the schema, outermost first."""
    found: dict[str, list[str]] = defaultdict(list)
    waiting = [("", "", schema)]
    while waiting:
        name, path, shape = waiting.pop(0)
        if path in found[name]:
            continue
        found[name].append(path)
        for field, told_of in shape["properties"].items():
            below, many = _object(told_of)
            if below:
                inner = f"{path}.{field}{many}".lstrip(".")
                waiting.append((below, inner, schema["$defs"][below]))
    return found


def _object(told_of: Schema) -> tuple[str, str]:
    """The object in a field and the marks of its lists; empty if there is none."""
    for each in told_of.get("anyOf", [told_of]):
        if "$ref" in each:
            return each["$ref"].rpartition("/")[2], ""
        if each.get("type") == "array":
            below, many = _object(each["items"])
            return below, f"[]{many}"
    return "", ""


def _row(field: str, told_of: Schema, links: Links) -> tuple[str, ...]:
    options = told_of.get("anyOf", [told_of])
    kinds = [each for each in options if each.get("type") != "null"]
    meaning = prose(told_of.get("description", ""))
    formula = _SYNONYMS.get(field, field)
    if formula in links.formulas:
        meaning = f"{meaning} [Formula](#{formula})"
    return (
        code(field),
        " or ".join(_kind(each, links) for each in kinds),
        _unit(told_of),
        "yes" if len(kinds) < len(options) else "",
        told_of.get("title", ""),
        meaning,
    )


def _kind(told_of: Schema, links: Links) -> str:
    if "$ref" in told_of:
        return links.to_object(told_of["$ref"].rpartition("/")[2])
    if told_of.get("type") == "array":
        return f"list of {_kind(told_of['items'], links)}"
    if isinstance(told_of.get("additionalProperties"), dict):
        return "object by name"
    if "anyOf" in told_of:
        return " or ".join(_kind(each, links) for each in told_of["anyOf"])
    return str(told_of.get("format", told_of.get("type", "any")))


def _unit(told_of: Schema) -> str:
    for each in (told_of, *told_of.get("anyOf", ()), told_of.get("items", {})):
        if "unit" in each:
            return str(each["unit"])
    return ""
