"""The shapes of answers, for the OpenAPI document alone.

The rows themselves are made by `rendering.programs`; a test compares their keys.
"""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field

from nof1_tracker.records.enums import (
    ChatDecision,
    Cut,
    EquitySource,
    PriceSource,
    RevisedTable,
    RevisionCause,
    SeasonStatus,
    TradeSide,
    TradeStatus,
)
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.history.verification import HeldKind

RowT = TypeVar("RowT")

DECIMAL = r"^-?\d+(\.\d+)?$"
"""What an exact figure looks like."""
Usd = Annotated[
    str,
    Field(description="USD, with every stored digit.", pattern=DECIMAL),
    Field(examples=["10234.55"]),
]
Price = Annotated[
    str,
    Field(description="USD per unit, with every stored digit.", pattern=DECIMAL),
    Field(examples=["2.2988"]),
]
Quantity = Annotated[
    str, Field(description="Units.", pattern=DECIMAL, examples=["6837"])
]
Number = Annotated[str, Field(pattern=DECIMAL, examples=["10"])]
Percent = Annotated[
    str, Field(description="0 to 100.", pattern=DECIMAL, examples=["65"])
]
Fraction = Annotated[float, Field(description="0.12 is 12 %.", examples=[0.1234])]
Time = Annotated[
    str,
    Field(description="ISO 8601, UTC.", examples=["2025-10-28T06:51:03Z"]),
    Field(json_schema_extra={"format": "date-time"}),
]
ModelId = Annotated[
    str, Field(description="The site's id of the account.", examples=["qwen3-max"])
]
Name = Annotated[str, Field(description="Display name.", examples=["Qwen3 Max"])]
Symbol = Annotated[str, Field(description="As served.", examples=["BTC", "xyz:NVDA"])]


class Listed(BaseModel, Generic[RowT]):
    """A page of a list, newest first."""

    data: list[RowT]
    next: str | None = Field(
        description="`cursor` of the next page; null at the end of the list."
    )


class SeasonRow(BaseModel):
    number: Number
    name: str = Field(examples=["Season 1"])
    start: Time | None
    end: Time | None = Field(description="Official close; null while it runs.")
    until: Time | None = Field(description="Start of the next season.")
    initial_equity: Usd
    status: SeasonStatus
    is_provisional: bool = Field(
        description="True while its number and name are a guess."
    )
    last_observed_at: Time | None


class ModelRow(BaseModel):
    model_id: ModelId
    name: Name
    provider: str = Field(examples=["Alibaba"])
    base_model: str = Field(examples=["qwen3-max"])
    variant: str | None = Field(description="Its competition; null in season 1.")
    is_benchmark: bool


class StaleSourceRow(BaseModel):
    source: EquitySource
    equity: Usd
    observed_at: Time
    difference: Fraction


class StandingRow(BaseModel):
    rank: int | None = Field(description="Ties share a rank; null for a benchmark.")
    model_id: ModelId
    name: Name
    provider: str
    equity: Usd
    total_return: Fraction | None
    unrealized_pnl: Usd | None
    trades: int | None
    win_rate: Fraction | None
    source: EquitySource
    observed_at: Time
    stale_sources: list[StaleSourceRow]
    cut: Cut
    equity_at_close: Usd | None
    return_at_close: Fraction | None
    equity_at_last: Usd | None
    return_at_last: Fraction | None


class Leaderboard(Listed[StandingRow]):
    """Who is ahead, best first."""

    season: Number | None


class EquityRow(BaseModel):
    model_id: ModelId
    name: Name
    observed_at: Time
    source: EquitySource
    equity: Usd
    realized_pnl: Usd | None
    unrealized_pnl: Usd | None
    rank: int | None
    open_positions: int | None


class PositionRow(BaseModel):
    model_id: ModelId
    name: Name
    observed_at: Time
    source: EquitySource
    symbol: Symbol
    side: TradeSide
    quantity: Quantity
    entry_price: Price
    mark_price: Price | None
    liquidation_price: Price | None
    leverage: Number | None
    margin: Usd | None
    unrealized_pnl: Usd | None
    confidence: Percent | None
    risk_usd: Usd | None
    profit_target: Price | None
    stop_loss: Price | None
    invalidation_condition: str | None
    entry_oid: int
    opened_at: Time | None


class TradeRow(BaseModel):
    trade_id: str | None
    model_id: ModelId
    name: Name
    symbol: Symbol
    side: TradeSide
    status: TradeStatus
    quantity: Quantity
    entry_price: Price
    exit_price: Price | None
    net_pnl: Usd | None
    gross_pnl: Usd | None
    fees: Usd | None
    leverage: Number | None
    confidence: Percent | None
    opened_at: Time | None = Field(description="null where nobody saw it opened.")
    closed_at: Time | None
    entry_oid: int | None
    last_observed_at: Time | None
    opened_not_earlier_than: Time | None
    opened_not_later_than: Time | None
    implausible: str | None = Field(description="What is wrong with it; null: nothing.")
    source: str = Field(
        description="`trades`: served as a completed leg; `positions`: as a position."
    )
    observed_at: Time | None


class ChatRow(BaseModel):
    conversation_id: str | None
    model_id: ModelId
    name: Name
    cycle_id: int | None
    observed_at: Time
    decision: ChatDecision | None
    symbol: Symbol | None
    confidence: Percent | None
    summary: str | None
    content: str | None = Field(None, description="Only with `full=true`.")


class DecisionRow(BaseModel):
    conversation_id: str | None
    model_id: ModelId
    name: Name
    observed_at: Time
    source: EquitySource
    symbol: Symbol
    signal: str = Field(examples=["buy_to_enter"])
    quantity: Quantity | None
    leverage: Number | None
    confidence: Percent | None
    profit_target: Price | None
    stop_loss: Price | None
    risk_usd: Usd | None
    is_add: bool | None
    invalidation_condition: str | None
    justification: str | None


class PriceRow(BaseModel):
    symbol: Symbol
    observed_at: Time
    source: PriceSource
    price: Price


class CandleRow(BaseModel):
    symbol: Symbol
    interval: str = Field(description="Its length.", examples=["1h"])
    opened_at: Time
    closed_at: Time
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Quantity
    trades: int = Field(description="Number of executions.")
    source: str = Field(description="Where it was read from.", examples=["hyperliquid"])


class RevisionRow(BaseModel):
    table: RevisedTable
    row_id: int
    row: str
    model_id: ModelId | None
    name: Name | None
    field: str
    from_: str | int | None = Field(alias="from")
    to: str | int | None
    observed_before: Time | None
    observed_after: Time | None
    cause: RevisionCause
    archive_entry: str | None
    noted_at: Time


class EventRow(BaseModel):
    key: str
    kind: EventKind
    occurred_at: Time
    detected_at: Time
    model_id: ModelId | None
    symbol: Symbol | None
    title: str
    text: str
    numbers: dict[str, Number] = Field(
        description="By name, with the unit as suffix: _usd, or _ratio for fractions."
    )


class CoverageRow(BaseModel):
    model_id: ModelId
    day: str | None = Field(
        description="UTC; null for what is missing without a day.",
        examples=["2025-10-28"],
    )
    kind: HeldKind
    held: int
    expected: int | None = Field(description="null where nobody knows.")
    missing: int
    sources: list[str]


class Coverage(Listed[CoverageRow]):
    """What is held of a season, by account, kind and day."""

    season: Number | None


class KindHealth(BaseModel):
    last_success: Time | None
    stale: bool
    newest_observation: Time | None
    silent: bool


class HealthObject(BaseModel):
    """Whether recording goes on; the database can be read, or this is a problem."""

    healthy: bool
    stale: list[str]
    silent: list[str]
    max_age_seconds: float
    kinds: dict[str, KindHealth]


def allow_exact_figures(document: dict[str, Any]) -> None:
    """Lets the figures of reports be strings too, in an OpenAPI document.

    Their shapes are those of the command line, which writes every figure as a number;
    here, those that are exact have all their digits in a string.
    """
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("Shape"):
            _allow_strings(schema)


def _allow_strings(schema: Any) -> None:
    """Lets every number in the schema be a string."""
    if isinstance(schema, list):
        for part in schema:
            _allow_strings(part)
    elif isinstance(schema, dict):
        if schema.get("type") == "number":
            schema |= {"type": ["number", "string"], "pattern": DECIMAL}
        _allow_strings(list(schema.values()))
