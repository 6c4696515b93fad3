"""Reads docstrings and annotations from the code without running it."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import griffe

_ROLE = re.compile(r"^(Source|Args|Raises):", re.MULTILINE)


@cache
def module(name: str) -> griffe.Module:
    """A module of the package, such as database.models."""
    path = f"nof1_tracker.{name}"
    spec = find_spec(path)
    if spec is None or spec.origin is None:
        raise ValueError(f"there is no module {path}")
    file = Path(spec.origin)
    return griffe.visit(path, file, file.read_text(encoding="utf-8"))


def said(thing: griffe.Object | griffe.Alias) -> str:
    """The docstring; empty if there is none."""
    return thing.docstring.value.strip() if thing.docstring else ""


def said_of(kind: type, name: str) -> str:
    """The docstring below an attribute, in the class or in one of its bases."""
    for each in kind.__mro__:
        if not each.__module__.startswith("nof1_tracker."):
            continue
        known = module(each.__module__.removeprefix("nof1_tracker.")).members
        members = known[each.__name__].members
        if name in members and (text := said(members[name])):
            return text
    return ""


def spelled(kind: type, name: str) -> str:
    """The annotation of an attribute, as written."""
    for each in kind.__mro__:
        if each.__module__.startswith("nof1_tracker."):
            known = module(each.__module__.removeprefix("nof1_tracker.")).members
            found = known[each.__name__].members.get(name)
            if isinstance(found, griffe.Attribute) and found.annotation:
                return str(found.annotation)
    return ""


def formulas(*names: str) -> Mapping[str, griffe.Function]:
    """The public functions of some modules that state a formula or a source."""
    return {
        name: each
        for known in names
        for name, each in module(known).functions.items()
        if not name.startswith("_") and each.docstring
    }


def summary(text: str) -> str:
    """The text before the sections on arguments and errors, including its source."""
    kept, is_wanted = [], True
    for part in text.split("\n\n"):
        heading = _ROLE.match(part)
        is_wanted = heading is None or heading[1] == "Source"
        if is_wanted:
            kept.append(part)
    return "\n\n".join(kept)
