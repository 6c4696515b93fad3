"""Generates the page of settings from their classes."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import ByteSize, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings
from scripts.reference.docstrings import said_of
from scripts.reference.markdown import code, codes, prose, table
from scripts.reference.markdown import page as whole_page

from nof1_tracker.database.config import DatabaseSettings, QuerySettings
from nof1_tracker.settings import (
    AlertSettings,
    AppSettings,
    ArchiveSettings,
    HistorySettings,
    ScraperSettings,
    WebSettings,
)

CLASSES: Final[dict[str, type[BaseSettings]]] = {
    "Database": DatabaseSettings,
    "Queries in SQL": QuerySettings,
    "Scraper": ScraperSettings,
    "History": HistorySettings,
    "Application": AppSettings,
    "Archive": ArchiveSettings,
    "Web": WebSettings,
    "Alerts": AlertSettings,
}
_KINDS: Final = {
    bool: "`true`, `false`",
    int: "integer",
    Decimal: "number",
    ByteSize: "size",
    str: "text",
    SecretStr: "text, secret",
}
_BOUNDS: Final = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
_MOST_WORDS = 4


def page() -> str:
    """The page: a table for each class."""
    return whole_page(
        "Settings",
        "Settings are read from the environment and from a file `.env` in the working"
        " folder. The environment wins; an empty value counts as not set."
        " `nof1-tracker doctor` checks them. Secrets are never printed.",
        *(part for title, kind in CLASSES.items() for part in _section(title, kind)),
    )


def _section(title: str, kind: type[BaseSettings]) -> Iterator[str]:
    yield f"## {title}"
    yield prose(kind.__doc__ or "")
    yield table(
        ["variable", "takes", "default", "meaning"],
        [_row(kind, name, field) for name, field in kind.model_fields.items()],
    )


def _row(kind: type[BaseSettings], name: str, field: FieldInfo) -> tuple[str, ...]:
    return (
        code(field.alias),
        _takes(field),
        _default(field.default),
        prose(said_of(kind, name)),
    )


def _takes(field: FieldInfo) -> str:
    bounds = [
        f"{word} {getattr(each, name)}"
        for name, word in _BOUNDS.items()
        for each in field.metadata
        if hasattr(each, name)
    ]
    return " ".join([_kind(field.annotation), *bounds])


def _kind(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return codes(get_args(hint))
    if get_origin(hint) in {Union, UnionType}:
        return _kind(next(each for each in get_args(hint) if each is not NoneType))
    if get_origin(hint) is tuple:
        return f"{_kind(get_args(hint)[0])}; several"
    if get_origin(hint) is frozenset:
        return "words"
    return _KINDS.get(hint, "path")


def _default(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value in ((), ""):
        return ""
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, frozenset):
        words = sorted(each.value for each in value if isinstance(each, Enum))
        return "`all`" if len(words) > _MOST_WORDS else code(",".join(words))
    return code(value)
