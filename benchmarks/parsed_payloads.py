"""Payloads to store: a page of ModelChat, and a long season of account-totals."""

import json
import random
from datetime import UTC, datetime
from typing import Any

from nof1_tracker.clock import utc_now
from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload

ACCOUNTS = 32
START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""A time in no known span, so that all rows fall into season 0."""


def conversations() -> ParsedPayload:
    """The 100 newest conversations of a simulated season, 1.2 MB of JSON."""
    arena = Arena(days=10)
    at = arena.start + (arena.end - arena.start) * 0.75
    payload = Payloads(arena).serve("conversations", at)
    assert payload is not None
    return _parsed(payload, Endpoint.CONVERSATIONS)


def season(rows: int) -> ParsedPayload:
    """Account-totals of 32 accounts in the site's format, one row per hour each."""
    chance = random.Random(7)  # noqa: S311  the same numbers each time
    equities = [10_000.0] * ACCOUNTS
    served = []
    for place in range(rows):
        hour, account = divmod(place, ACCOUNTS)
        equities[account] *= 1 + chance.gauss(0, 0.005)
        served.append(_row(chance, account, hour, equities[account]))
    return _parsed({"accountTotals": served}, Endpoint.ACCOUNT_TOTALS)


def _row(
    chance: random.Random, account: int, hour: int, equity: float
) -> dict[str, Any]:
    model = f"model-{account}"
    at = START + hour * 3600 + account * 1.37
    unrealized = chance.gauss(0, 50)
    return {
        "id": f"{model}_{hour}",
        "model_id": model,
        "timestamp": at,
        "dollar_equity": equity,
        "realized_pnl": equity - 10_000 - unrealized,
        "total_unrealized_pnl": unrealized,
        "cum_pnl_pct": round(equity / 100 - 100, 3),
        "sharpe_ratio": chance.gauss(0, 1),
        "since_inception_hourly_marker": hour,
        "since_inception_minute_marker": hour * 60 + 59,
        "positions": {},
    }


def _parsed(payload: dict[str, Any], endpoint: Endpoint) -> ParsedPayload:
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    parsed = parse_payload(
        RawPayload(body, "benchmark", utc_now(), "capture", endpoint)
    )
    assert not parsed.rejected, parsed.rejected[0].reason
    return parsed
