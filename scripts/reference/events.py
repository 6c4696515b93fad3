"""Generates the page of events from their kinds, body and detectors."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from inspect import getsource
from typing import Any, Final

from scripts.reference.docstrings import module, said
from scripts.reference.markdown import code, codes, prose, table
from scripts.reference.markdown import page as whole_page

from nof1_tracker.detectors import ranks_and_drawdowns, source, trading
from nof1_tracker.notify.webhook_body import EventBody
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.findings import Finding

_DETECTORS: Final = (source, ranks_and_drawdowns, trading)
_LIMITS: Final = {
    EventKind.LARGE_TRADE: ("NOTIFY_LARGE_TRADE",),
    EventKind.LARGE_LOSS: ("NOTIFY_LARGE_LOSS",),
    EventKind.DRAWDOWN: ("NOTIFY_DRAWDOWN",),
    EventKind.RANK_CHANGE: ("NOTIFY_RANKS", "NOTIFY_RANK_MARGIN"),
    EventKind.STALE_SOURCE: ("NOTIFY_STALE_AFTER",),
    EventKind.RECOVERED: ("NOTIFY_STALE_AFTER",),
}


def page() -> str:
    """The page: the kinds, then the body of the webhook."""
    numbers = numbers_by_kind()
    return whole_page(
        "Alert events",
        prose(said(module("records.events").classes["EventKind"])),
        "`NOTIFY_EVENTS` and the limits decide which events are sent: see"
        " [settings](settings.md#alerts).",
        table(
            ["kind", "what happened", "limit", "numbers"],
            [_kind(kind, numbers.get(kind, [])) for kind in EventKind],
        ),
        "## Body of the webhook",
        "Its JSON Schema is `src/nof1_tracker/notify/event-v1.schema.json`"
        " (`nof1-tracker notify schema` prints it).",
        prose(EventBody.__doc__ or ""),
        table(["field", "type", "null", "meaning"], list(_fields())),
    )


def _kind(kind: EventKind, numbers: list[str]) -> tuple[str, ...]:
    about = said(module("records.events").classes["EventKind"].members[kind.name])
    limits = codes(_LIMITS.get(kind, ()))
    return code(kind.value), prose(about), limits, codes(numbers)


def _fields() -> Iterator[tuple[str, ...]]:
    schema = EventBody.model_json_schema(mode="serialization")
    for name, told in schema["properties"].items():
        options = told.get("anyOf", [told])
        kinds = [each for each in options if each.get("type") != "null"]
        null = "yes" if len(kinds) < len(options) else ""
        yield code(name), _type(kinds[0]), null, prose(told["description"])


def _type(told: Mapping[str, Any]) -> str:
    if "$ref" in told:
        return "one of the kinds"
    if "const" in told:
        return code(told["const"])
    return str(told.get("format", told.get("type")))


# --- which numbers come with a kind ------------------------------------------------


def numbers_by_kind() -> Mapping[EventKind, list[str]]:
    """The names of the numbers that the detectors give to each kind."""
    found: dict[EventKind, dict[str, None]] = defaultdict(dict)
    for detector in _DETECTORS:
        parsed = ast.parse(getsource(detector)).body
        functions = {
            each.name: each for each in parsed if isinstance(each, ast.FunctionDef)
        }
        for function in functions.values():
            for finding in _calls(function, Finding.__name__):
                for kind in _kinds(finding, function, functions):
                    found[kind] |= dict.fromkeys(_numbers(finding))
    return {kind: list(names) for kind, names in found.items()}


def _calls(within: ast.AST, name: str = "") -> list[ast.Call]:
    """Calls of the function of that name, or of any function."""
    return [
        each
        for each in ast.walk(within)
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Name)
        and name in {"", each.func.id}
    ]


def _kinds(
    finding: ast.Call,
    function: ast.FunctionDef,
    functions: Mapping[str, ast.FunctionDef],
) -> set[EventKind]:
    """Those that the finding may be of: as stated, else all that are named where it is
    made, or by whom that asks."""
    stated = _named(_given(finding, "kind"))
    if stated:
        return stated
    asked = {
        each.func.id for each in _calls(function) if isinstance(each.func, ast.Name)
    }
    helpers = [functions[name] for name in sorted(asked & functions.keys())]
    quiet = [each for each in helpers if not _calls(each, Finding.__name__)]
    return set().union(*(_named(each) for each in (function, *quiet)))


def _given(call: ast.Call, name: str) -> ast.AST:
    return next(each.value for each in call.keywords if each.arg == name)


def _named(within: ast.AST) -> set[EventKind]:
    return {
        EventKind[each.attr]
        for each in ast.walk(within)
        if isinstance(each, ast.Attribute)
        and isinstance(each.value, ast.Name)
        and each.value.id == EventKind.__name__
    }


def _numbers(finding: ast.Call) -> list[str]:
    for given in finding.keywords:
        if given.arg == "numbers" and isinstance(given.value, ast.Dict):
            return [str(ast.literal_eval(key)) for key in given.value.keys if key]
        if given.arg == "numbers" and isinstance(given.value, ast.Call):
            return [each.arg for each in given.value.keywords if each.arg]
    return []
