"""Generates the page of the wire format from the models that validate rows."""

import re
from collections.abc import Iterator
from typing import Final

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from scripts.reference.docstrings import module, said, said_of, spelled
from scripts.reference.markdown import code, codes, prose, table
from scripts.reference.markdown import page as whole_page

from nof1_tracker.records.enums import Endpoint
from nof1_tracker.scraper.wire import rows
from nof1_tracker.scraper.wire.shapes import TOP_KEYS

ROWS: Final[dict[Endpoint, tuple[type[rows.Row], ...]]] = {
    Endpoint.ACCOUNT_TOTALS: (rows.AccountTotalRow, rows.PositionRow, rows.ExitPlan),
    Endpoint.TRADES: (rows.TradeRow,),
    Endpoint.CONVERSATIONS: (
        rows.ConversationRow,
        rows.DecisionRow,
        rows.StatedAccountRow,
        rows.MarketRow,
    ),
    Endpoint.LEADERBOARD: (rows.LeaderboardRow,),
    Endpoint.ANALYTICS: (rows.AnalyticsRow, rows.TradeCountRow),
    Endpoint.INCEPTION: (rows.InceptionRow,),
    Endpoint.PRICES: (rows.PriceRow,),
    Endpoint.RENDERED_LEADERBOARD: (rows.RenderedRow,),
}
"""The rows in each payload; nested rows follow the rows that contain them."""
_WRAPPED: Final = re.compile(r"Annotated\[([^,]+),.*\]")
_KEYS: Final = {endpoint: key for key, endpoint in TOP_KEYS.items()}


def page() -> str:
    """The page: what every endpoint serves, then the types of values."""
    return whole_page(
        "Wire format of the source",
        "This is what nof1.ai serves, as far as this program reads it; [another"
        " page](../explanation/source.md) has what was measured, with dates. A payload"
        " is recognised by its shape, not by its URL.",
        prose(said(module("scraper.wire.rows")).split("\n\n", 1)[1]),
        "Fields that are known and kept, but not read, are listed below each table."
        " Other fields are kept too, and are noted as a change of the source.",
        "Rows that belong to an account identify it by these fields:",
        _fields(rows.AccountRow, rows.Row),
        *(part for each in Endpoint for part in _section(each)),
        "## Kinds of values",
        prose(said(module("scraper.wire.fields")).split("\n\n", 1)[1]),
        table(["kind", "what is accepted"], list(_kinds())),
    )


def _section(endpoint: Endpoint) -> Iterator[str]:
    is_served = endpoint is not Endpoint.RENDERED_LEADERBOARD
    yield f"## {endpoint.value}"
    where = f"`/api/{endpoint.value}`" if is_served else "the table of `/leaderboard`"
    yield f"From {where}, under the key `{_KEYS[endpoint]}`."
    for row in ROWS[endpoint]:
        base = rows.AccountRow if issubclass(row, rows.AccountRow) else rows.Row
        yield f"### {row.__name__}"
        whose = " It identifies its account." if base is rows.AccountRow else ""
        yield prose(row.__doc__ or "") + whose
        yield _fields(row, base)
        if kept := sorted(set(row.also_served.split()) - row.model_fields.keys()):
            yield f"Kept only: {codes(kept)}."


def _fields(row: type[rows.Row], base: type[rows.Row]) -> str:
    own = {
        name: field
        for name, field in row.model_fields.items()
        if name not in base.model_fields or name in row.__annotations__
    }
    return table(
        ["field", "kind", "required", "meaning"],
        [_field(row, name, field) for name, field in own.items()],
    )


def _field(row: type[rows.Row], name: str, field: FieldInfo) -> tuple[str, ...]:
    alias = field.validation_alias
    served = alias.choices if isinstance(alias, AliasChoices) else [name]
    return (
        " or ".join(code(each) for each in served),
        code(_spelled(row, name)),
        "yes" if field.is_required() else "",
        prose(said_of(row, name)),
    )


def _spelled(row: type[rows.Row], name: str) -> str:
    """The type of a field, without what the other columns say."""
    kind = _WRAPPED.sub(r"\1", spelled(row, name))
    return kind.removesuffix(" | None")


def _kinds() -> Iterator[tuple[str, str]]:
    for name, each in module("scraper.wire.fields").attributes.items():
        is_kind = name[0].isupper() and not name.isupper()
        if is_kind and (text := said(each)):
            yield code(name), prose(text)
