"""Rows and bodies in the site's own wire format, made up for the tests."""

import json
from datetime import UTC, datetime
from typing import Any

from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload

Json = dict[str, Any]

CAPTURED_AT = datetime(2025, 10, 28, 7, 0, tzinfo=UTC)
SERVER_TIME = 1_761_634_800_123


def served(body: bytes | str, endpoint: Endpoint | None = None) -> RawPayload:
    """A body as it arrived."""
    raw = body if isinstance(body, bytes) else body.encode()
    return RawPayload(raw, "http://arena.test/api", CAPTURED_AT, "http", endpoint)


def parsed(document: Any) -> ParsedPayload:
    """What a document says once it was served as JSON."""
    return parse_payload(served(json.dumps(document)))


def trade(number: int = 1, **changes: Any) -> Json:
    """A completed long of 0.5 BTC by gpt-5, with its placeholders."""
    return {
        "id": f"gpt-5_00000000-0000-4000-8000-{number:012}",
        "trade_id": f"1761567188.476_BTC_1761605381.192_gpt-5_{number}",
        "model_id": "gpt-5",
        "symbol": "BTC",
        "side": "long",
        "trade_type": "long",
        "quantity": 0.5,
        "entry_price": 110000,
        "exit_price": 112000.5,
        "entry_time": 1761567188.476,
        "exit_time": 1761605381.192,
        "entry_human_time": "2025-10-27 12:13:08.476000",
        "exit_human_time": "2025-10-27 22:49:41.192000",
        "entry_oid": 213881537577,
        "exit_oid": 214341494391,
        "realized_gross_pnl": 1000.25,
        "realized_net_pnl": 950.1,
        "total_commission_dollars": 50.12,
        "entry_liquidation": None,
        "exit_liquidation": None,
        "leverage": 1,
        "confidence": 0,
        "exit_plan": {},
        **changes,
    }


def position(**changes: Any) -> Json:
    """A short of 3 ETH."""
    return {
        "symbol": "ETH",
        "quantity": -3,
        "entry_price": 4000.5,
        "current_price": 4010,
        "liquidation_price": 4300.25,
        "entry_time": 1761131980.95151,
        "leverage": 10,
        "confidence": 0.65,
        "margin": 1200.15,
        "unrealized_pnl": -28.5,
        "risk_usd": 200,
        "oid": 209211935882,
        "entry_oid": 209211935881,
        "tp_oid": -1,
        "sl_oid": -1,
        "wait_for_fill": False,
        "index_col": None,
        "closed_pnl": -1.62,
        "commission": 3.06,
        "slippage": 0,
        "exit_plan": {
            "profit_target": 3800,
            "stop_loss": 4100.5,
            "invalidation_condition": "4h close above 4150",
        },
        **changes,
    }


def account_total(model_id: str = "gpt-5", marker: int = 129, **changes: Any) -> Json:
    """An hour of an account that holds one short."""
    return {
        "id": f"{model_id}_{marker}",
        "model_id": model_id,
        "timestamp": 1761204109.48511 + 3600 * (marker - 129),
        "dollar_equity": 9900.5,
        "realized_pnl": -128,
        "total_unrealized_pnl": -28.5,
        "cum_pnl_pct": -0.995,
        "sharpe_ratio": -0.043,
        "since_inception_hourly_marker": marker,
        "since_inception_minute_marker": marker * 60,
        "positions": {"ETH": position()},
        **changes,
    }


def standing(model_id: str = "gpt-5", **changes: Any) -> Json:
    """A row of the stale leaderboard."""
    return {
        "id": model_id,
        "num_trades": 4,
        "num_wins": 1,
        "num_losses": 3,
        "sharpe": 0,
        "win_dollars": 10.5,
        "lose_dollars": -76.71,
        "return_pct": -63.43,
        "equity": 3656.88,
        **changes,
    }


def analysis(model_id: str = "gpt-5", **changes: Any) -> Json:
    """nof1's statistics, two of the six tables."""
    return {
        "id": model_id,
        "model_id": model_id,
        "updated_at": 1761634221.472279,
        "fee_pnl_moves_breakdown_table": {"avg_net_pnl": 72.13305595238097},
        "overall_trades_overview_table": {"total_trades": 174},
        **changes,
    }


def inception(model_id: str | None = "gpt-5", **changes: Any) -> Json:
    """When an account started."""
    return {
        "id": "117506d4-d377-47b2-a90b-b86853f796d7",
        "model_id": model_id,
        "nav_since_inception": 10000,
        "inception_date": 1760738409.834185,
        "num_invocations": 0,
        **changes,
    }


def price(symbol: str = "BTC", **changes: Any) -> Json:
    """A mid price."""
    return {"symbol": symbol, "price": 114088.5, "timestamp": SERVER_TIME, **changes}


def decision(coin: str = "ETH", **changes: Any) -> Json:
    """A hold."""
    return {
        "coin": coin,
        "signal": "hold",
        "quantity": -3,
        "confidence": 0.65,
        "leverage": 10,
        "profit_target": 3800,
        "stop_loss": 4100.5,
        "risk_usd": 200,
        "invalidation_condition": "4h close above 4150",
        "justification": "",
        **changes,
    }


def prompt(positions: str | None = None, value: str = "10150.25") -> str:
    """A prompt with its account section; `positions` is its list as text."""
    if positions is None:
        positions = "\n".join(
            str(prompt_position(symbol=symbol)) for symbol in ("ETH", "SOL")
        )
    return (
        "The current time is 2025-10-28 06:49:34.755756 and you've been invoked 3252 "
        "times.\n\n### ALL BTC DATA\n\ncurrent_price = 114029.5\n\n"
        "### YOUR ACCOUNT\n\nCurrent Total Return (percent): 1.5%\n\n"
        f"Available Cash: 8640.25\n\n**Current Account Value:** {value}\n\n"
        f"Current live positions & performance: \n{positions}\n\nSharpe Ratio: 0.471"
    )


def prompt_position(**changes: Any) -> Json:
    """A position as prompts show it."""
    return {
        "symbol": "ETH",
        "quantity": 5.74,
        "entry_price": 4189.12,
        "current_price": 4100.75,
        "liquidation_price": 3849.78,
        "unrealized_pnl": -507.24,
        "leverage": 10,
        "exit_plan": {
            "profit_target": 4568.31,
            "stop_loss": 4065.43,
            "invalidation_condition": "If the price's close is below 4000",
        },
        "confidence": 0.65,
        "risk_usd": 722.7846,
        "sl_oid": -1,
        "tp_oid": -1,
        "wait_for_fill": False,
        "entry_oid": 213487963080,
        "notional_usd": 23538.31,
        **changes,
    }


def conversation(number: int = 1, **changes: Any) -> Json:
    """A conversation of season 1, whose run_id is not its account."""
    return {
        "id": f"gpt-5_{1761634244.599231 + number}",
        "model_id": "gpt-5",
        "run_id": "20251022131105",
        "cycle_id": 3252 + number,
        "skill": "swing_trading",
        "timestamp": 1761634244.597393,
        "inserted_at": 1761634246.757764,
        "user_prompt": prompt(),
        "cot_trace": "I hold what I have.",
        "cot_trace_summary": "Holding.",
        "llm_response": {"ETH": decision(), "SOL": decision("SOL")},
        **changes,
    }


DOCUMENTS: dict[Endpoint, Json] = {
    Endpoint.ACCOUNT_TOTALS: {
        "accountTotals": [account_total(), account_total("grok-4")],
        "lastHourlyMarkerRead": 129,
        "serverTime": SERVER_TIME,
    },
    Endpoint.TRADES: {"trades": [trade(1), trade(2)], "serverTime": SERVER_TIME},
    Endpoint.CONVERSATIONS: {"conversations": [conversation(1), conversation(2)]},
    Endpoint.LEADERBOARD: {"leaderboard": [standing(), standing("grok-4")]},
    Endpoint.ANALYTICS: {
        "analytics": [analysis(), analysis("grok-4")],
        "serverTime": SERVER_TIME,
    },
    Endpoint.INCEPTION: {
        "sinceInceptionValues": [inception(), inception("grok-4")],
        "serverTime": SERVER_TIME,
    },
    Endpoint.PRICES: {
        "prices": {"BTC": price("BTC"), "ETH": price("ETH")},
        "serverTime": SERVER_TIME,
    },
    Endpoint.RENDERED_LEADERBOARD: {
        "renderedLeaderboard": {
            "columns": ["RANK", "MODEL", "ACCT VALUE", "WIN RATE", "TRADES"],
            "rows": [
                ["1", "DEEPSEEK-CHAT-V3.1", "$21,510", "32.3%", "17"],
                ["2", "GPT-5", "-$959.43", "\u2014", ""],
            ],
        }
    },
}
"""One sound document of two rows per payload."""


def counted(result: ParsedPayload) -> int:
    """How many records of the payload's own kind were read."""
    if result.endpoint is Endpoint.CONVERSATIONS:
        return len(result.conversations)
    kinds = (
        result.snapshots,
        result.legs,
        result.statistics,
        result.prices,
        result.inceptions,
    )
    return sum(len(records) for records in kinds)
