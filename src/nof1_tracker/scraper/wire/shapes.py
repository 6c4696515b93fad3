"""Recognises which payload of the site a body is, by its shape, never by its URL."""

import re
from collections.abc import Mapping
from typing import Any, Final

from nof1_tracker.errors import PayloadError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.scraper.wire.json_text import decode

TOP_KEYS: Final[Mapping[str, Endpoint]] = {
    "accountTotals": Endpoint.ACCOUNT_TOTALS,
    "trades": Endpoint.TRADES,
    "conversations": Endpoint.CONVERSATIONS,
    "leaderboard": Endpoint.LEADERBOARD,
    "analytics": Endpoint.ANALYTICS,
    "sinceInceptionValues": Endpoint.INCEPTION,
    "prices": Endpoint.PRICES,
    "renderedLeaderboard": Endpoint.RENDERED_LEADERBOARD,
}
KEYS: Final[Mapping[Endpoint, str]] = {kind: key for key, kind in TOP_KEYS.items()}
"""The site's own key of each payload."""

# Fields that only the rows of one payload have. The first set that a row contains
# completely decides, so the order matters.
_ROW_FIELDS: Final[tuple[tuple[frozenset[str], Endpoint], ...]] = tuple(
    (frozenset(fields.split()), endpoint)
    for fields, endpoint in (
        ("since_inception_hourly_marker", Endpoint.ACCOUNT_TOTALS),
        ("dollar_equity", Endpoint.ACCOUNT_TOTALS),
        ("nav positions", Endpoint.ACCOUNT_TOTALS),
        ("llm_response", Endpoint.CONVERSATIONS),
        ("user_prompt", Endpoint.CONVERSATIONS),
        ("cot_trace", Endpoint.CONVERSATIONS),
        ("realized_net_pnl", Endpoint.TRADES),
        ("entry_price exit_price", Endpoint.TRADES),
        ("nav_since_inception", Endpoint.INCEPTION),
        ("inception_date", Endpoint.INCEPTION),
        ("overall_trades_overview_table", Endpoint.ANALYTICS),
        ("fee_pnl_moves_breakdown_table", Endpoint.ANALYTICS),
        ("avg_gross_pnl avg_net_pnl", Endpoint.ANALYTICS),
        ("equity return_pct", Endpoint.LEADERBOARD),
        ("equity num_trades", Endpoint.LEADERBOARD),
        ("num_trades num_wins", Endpoint.LEADERBOARD),
        ("symbol price", Endpoint.PRICES),
        ("columns rows", Endpoint.RENDERED_LEADERBOARD),
    )
)

_KEYS_OF_RETIRED = {"message", "positions", "serverTime"}
_MOST_OF_RETIRED = 10_000
"""Most bytes of such a body."""

_HEAD = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*"(' + "|".join(TOP_KEYS).encode() + rb')"\s*:\s*[\[{]'
)


def recognise(body: bytes) -> Endpoint | None:
    """The payload that a body is, by its shape; None if it is not one.

    A normal body is recognised by its first bytes; any other is decoded.
    """
    if head := _HEAD.match(body):
        return TOP_KEYS[head[1].decode()]
    try:
        found = locate(decode(body).value)
    except PayloadError:
        return None
    return found[0] if found else None


def is_retired(body: bytes) -> bool:
    """True for the body of /api/positions since it is retired (410): it names none."""
    if len(body) > _MOST_OF_RETIRED or b'"positions"' not in body:
        return False
    try:
        value = decode(body).value
    except PayloadError:
        return False
    return (
        isinstance(value, dict)
        and {"message", "positions"} <= value.keys() <= _KEYS_OF_RETIRED
        and value["positions"] == []
    )


def begins_with_key(body: bytes) -> bool:
    """True if a body begins like a payload as served, with the site's own key."""
    return _HEAD.match(body) is not None


def locate(value: dict[str, Any] | list[Any]) -> tuple[Endpoint, Any] | None:
    """The payload in a decoded body, and the value that contains its rows.

    The site's own key at the top decides; if there is none (a renamed key, a bare
    list), the fields of the rows decide.
    """
    if isinstance(value, list):
        endpoint = kind_of_rows(value)
        return (endpoint, value) if endpoint else None
    for key, item in value.items():
        if key in TOP_KEYS:
            return TOP_KEYS[key], item
    if endpoint := kind_of_row(value):
        return endpoint, value
    for item in value.values():
        if endpoint := kind_of_rows(item):
            return endpoint, item
    return None


def body_of(endpoint: Endpoint | None, text: str) -> bytes:
    """A body made of what was rejected: the body itself, or a row under its key."""
    key = KEYS.get(endpoint) if endpoint else None
    is_row = text.lstrip().startswith("{") and not _HEAD.match(text.encode())
    if key is None or not is_row:
        return text.encode()
    return f'{{"{key}": [{text}]}}'.encode()


def kind_of_rows(value: Any) -> Endpoint | None:
    """The payload to which the first rows in a list or an object belong."""
    if isinstance(value, dict):
        if endpoint := kind_of_row(value):
            return endpoint
        value = list(value.values())
    if not isinstance(value, list):
        return None
    return next((found for row in value[:5] if (found := kind_of_row(row))), None)


def kind_of_row(row: Any) -> Endpoint | None:
    """The payload to which a row belongs, by its fields; None if it is not a row."""
    if not isinstance(row, dict):
        return None
    return next((found for names, found in _ROW_FIELDS if names <= row.keys()), None)


def rows_of(endpoint: Endpoint, value: Any) -> list[Any] | None:
    """The rows in a located value; None if it cannot contain any."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    if "id" in value or "model_id" in value or kind_of_row(value) is endpoint:
        return [value]
    return [
        {"symbol": key, **row} if endpoint is Endpoint.PRICES and _is_row(row) else row
        for key, row in value.items()
    ]


def _is_row(value: Any) -> bool:
    return isinstance(value, dict)
