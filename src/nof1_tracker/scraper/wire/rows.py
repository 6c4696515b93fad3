"""Models of the site's rows, with the site's own names.

Each model validates one row of one payload. A row whose required number is missing or
null is not valid: no zero is made up.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from nof1_tracker.records.parsed import Account
from nof1_tracker.scraper.parsing.account_identity import identify
from nof1_tracker.scraper.wire.fields import (
    BlankIsNone,
    Confidence,
    Count,
    EmptyIsNone,
    Id,
    LegPrice,
    Leverage,
    Oid,
    OptionalId,
    Percent,
    Prose,
    Ratio,
    Side,
    Symbol,
    Time,
    Units,
    Usd,
    UsdLevel,
    UsdPrice,
    UsdPrices,
    Word,
)


class Row(BaseModel):
    """Base of all rows; fields that no model names stay in the record's raw."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    also_served: ClassVar[str] = ""
    """Names of known fields that are kept only in raw."""
    any_field: ClassVar[bool] = False
    """True where new fields are expected."""
    must_be_valid: ClassVar[frozenset[str]] = frozenset()
    """Optional fields whose value, where there is one, costs the row if it is bad."""
    key_time: ClassVar[str] = ""
    """The field that dates the row and is part of its key; empty where none is."""

    @classmethod
    @cache
    def is_necessary(cls, name: str) -> bool:
        """Whether a bad value of the field costs the row, not just itself."""
        field = cls.model_fields.get(name)
        return field is None or field.is_required() or name in cls.must_be_valid

    @classmethod
    @cache
    def known_fields(cls) -> frozenset[str]:
        """All field names observed so far in rows of this kind."""
        names = set(cls.also_served.split())
        for name, field in cls.model_fields.items():
            alias = field.validation_alias
            choices = alias.choices if isinstance(alias, AliasChoices) else [name]
            names.update(str(choice) for choice in choices)
        return frozenset(names)

    @classmethod
    def unknown_fields(cls, row: Mapping[str, Any]) -> set[str]:
        """The fields of a served row that are new."""
        return set() if cls.any_field else row.keys() - cls.known_fields()


class AccountRow(Row):
    """A row that belongs to an account."""

    must_be_valid = frozenset(
        ("id", "run_id", "run_name", "model_id", "model_name", "competition_id")
    )

    id: OptionalId = None
    """The row's own id; identifies the account if nothing else does."""
    run_id: OptionalId = None
    """Id of the account, if served."""
    run_name: OptionalId = None
    """Display name, often with its competition."""
    model_id: OptionalId = None
    """The model; id of the account if there is no run_id."""
    model_name: OptionalId = None
    """Display name."""
    competition_id: Annotated[Count | None, BlankIsNone] = None
    """1 New Baseline, 2 Monk Mode, 3 Situational Awareness, 4 Max Leverage."""

    def account(self) -> Account:
        """The account to which the row belongs.

        Raises:
            ValueError: The row does not say.
        """
        # A row's own id differs in each row, and would create an account for each.
        is_named = self.model_id or self.model_name or self.run_name
        return identify(
            run_id=self.run_id,
            run_name=self.run_name,
            model_id=self.model_id,
            model_name=self.model_name,
            row_id=None if is_named else self.id,
            competition_id=self.competition_id,
        )


class ExitPlan(Row):
    """When to close a position."""

    profit_target: UsdLevel | None = None
    """USD per unit."""
    stop_loss: UsdLevel | None = None
    """USD per unit."""
    invalidation_condition: Prose = None
    """When the plan no longer holds, in the model's words."""


class PositionRow(Row):
    """An open position, in account-totals and in prompts."""

    also_served = (
        "is_active entry_time exit_plan tp_oid sl_oid wait_for_fill index_col closed_pnl"
        " commission slippage notional_usd"
    )

    symbol: Symbol = Field(validation_alias=AliasChoices("symbol", "coin"))
    """BTC, xyz:NVDA, ..."""
    quantity: Units = Field(
        validation_alias=AliasChoices("quantity", "position", "size")
    )
    """Units, negative for a short."""
    entry_price: UsdPrice
    """USD per unit."""
    current_price: UsdLevel | None = None
    """USD per unit: the mark price."""
    liquidation_price: UsdLevel | None = None
    """USD per unit."""
    leverage: Leverage | None = None
    """Times; the real value."""
    margin: Usd | None = None
    """USD."""
    unrealized_pnl: Usd | None = None
    """USD."""
    confidence: Confidence | None = None
    """The real value; served as 0..1."""
    risk_usd: Usd | None = None
    """USD that the model says it risks."""
    entry_time: Time | None = None
    """When it was opened; prompts do not say."""
    exit_plan: Annotated[ExitPlan | None, EmptyIsNone] = None
    """{} if there is none."""
    entry_oid: Oid | None = None
    """Id of the order that opened it; its legs have the same one."""
    oid: Oid | None = None
    """Used if entry_oid is not served."""


class AccountTotalRow(AccountRow):
    """One account at one hour."""

    also_served = "aggregation_id realized_pnl cum_pnl_pct since_inception_minute_marker positions"

    key_time = "timestamp"

    timestamp: Time
    """When the site observed it."""
    equity: Usd = Field(validation_alias=AliasChoices("dollar_equity", "nav"))
    """USD: cash plus unrealized PnL."""
    total_unrealized_pnl: Usd | None = None
    """USD."""
    sharpe_ratio: Ratio | None = None
    """As the site computes it."""
    since_inception_hourly_marker: Count | None = None
    """Hours since inception."""
    positions: dict[str, Any] | list[Any] | None = None
    """Open positions by symbol."""


class LeaderboardRow(AccountRow):
    """One account on the site's own, stale leaderboard."""

    also_served = (
        "aggregation_id current_personality return_pct win_dollars lose_dollars"
        " num_losses"
    )

    equity: Usd = Field(validation_alias=AliasChoices("equity", "dollar_equity", "nav"))
    """USD, up to days old."""
    num_trades: Count | None = None
    """As counted by the site; observed to be 1 for all accounts."""
    num_wins: Count | None = None
    """As counted by the site, and as unreliable."""
    sharpe: Ratio | None = None
    """As computed by the site; observed to be 0 for all accounts."""


class TradeRow(AccountRow):
    """One completed leg. Its leverage, confidence and exit_plan are placeholders."""

    also_served = (
        "aggregation_id trade_id leverage confidence exit_plan entry_sz exit_sz"
        " entry_tid exit_tid exit_oid entry_crossed exit_crossed entry_human_time"
        " exit_human_time entry_closed_pnl exit_closed_pnl entry_commission_dollars"
        " exit_commission_dollars"
    )

    id: Id
    """<account>_<uuid>, unique forever."""
    symbol: Symbol = Field(validation_alias=AliasChoices("symbol", "coin"))
    """BTC, xyz:NVDA, ..."""
    side: Side = None
    """long, short, buy or sell."""
    trade_type: Side = None
    """Used as the side if side is not served."""
    quantity: Units = Field(
        validation_alias=AliasChoices("quantity", "position", "size")
    )
    """Units, below 0 for a short."""
    entry_price: LegPrice
    """USD per unit."""
    exit_price: LegPrice
    """USD per unit."""
    realized_net_pnl: Usd
    """USD; not always gross minus commission, so it is stored as served."""
    realized_gross_pnl: Usd | None = None
    """USD: (exit - entry) x quantity."""
    total_commission_dollars: Usd | None = None
    """USD for entry and exit."""
    entry_time: Time
    """When the position was opened."""
    exit_time: Time
    """When this leg was closed."""
    entry_oid: Oid | None = None
    """Id of the order that opened it; legs of one position share it."""
    entry_liquidation: Any = None
    """true or an object with content: liquidated at entry."""
    exit_liquidation: Any = None
    """true or an object with content: liquidated."""


class AnalyticsRow(AccountRow):
    """nof1's own statistics; its tables stay in raw."""

    any_field = True
    must_be_valid = AccountRow.must_be_valid | {"updated_at"}
    key_time = "updated_at"

    updated_at: Time | None = None
    """When nof1 computed it."""


class TradeCountRow(Row):
    """The only number that is read from the tables of analytics."""

    total_trades: Count | None = None
    """Completed legs, including those no longer served."""


class InceptionRow(AccountRow):
    """When an account started, and with how many USD."""

    also_served = "aggregation_id num_invocations"

    nav_since_inception: UsdPrice
    """USD that the account started with."""
    inception_date: Time
    """When it started."""


class PriceRow(Row):
    """A mid price."""

    must_be_valid = frozenset({"timestamp"})
    key_time = "timestamp"

    symbol: Symbol = Field(validation_alias=AliasChoices("symbol", "coin"))
    """BTC, xyz:NVDA, ..."""
    price: UsdPrice
    """USD per unit."""
    timestamp: Time | None = None
    """When it was observed."""


class MarketRow(Row):
    """What a prompt states of one instrument's market."""

    symbol: Symbol
    """BTC, xyz:NVDA, ..."""
    price: UsdPrice
    """USD per unit, at the prompt's own time."""
    mids: UsdPrices | None = None
    """USD per unit, separated by commas: one of every three minutes, oldest first; `price` is the last."""
    funding_rate: Ratio | None = None
    """Per hour, as a fraction."""
    open_interest: Units | None = None
    """Units of the underlying."""


class DecisionRow(Row):
    """What a model decided for one symbol."""

    symbol: Symbol = Field(validation_alias=AliasChoices("coin", "symbol"))
    """BTC, xyz:NVDA, ..."""
    signal: Word
    """hold, buy_to_enter, sell_to_enter, close_position; others are kept too."""
    quantity: Units | None = None
    """Units, with the sign as stated by the model."""
    leverage: Leverage | None = None
    """Times."""
    confidence: Confidence | None = None
    """Served as 0..1."""
    profit_target: UsdLevel | None = None
    """USD per unit."""
    stop_loss: UsdLevel | None = None
    """USD per unit."""
    risk_usd: Usd | None = None
    """USD that the model says it risks."""
    invalidation_condition: Prose = None
    """When the plan no longer holds, in the model's words."""
    justification: Prose = None
    """Reasons, in the model's words."""
    is_add: bool | None = None
    """Whether it adds to an open position. Not served in season 1."""


class StatedAccountRow(Row):
    """The account's figures at the end of a prompt."""

    equity: Usd
    """USD: Current Account Value."""
    available_cash: Usd | None = None
    """USD."""
    total_return_percent: Usd | None = None
    """Percent since inception."""
    sharpe_ratio: Ratio | None = None
    """As the site computes it."""


class RenderedRow(Row):
    """The figures of one row of the leaderboard's table."""

    equity: Usd
    """USD, column ACCT VALUE."""
    realized: Usd | None = None
    """USD."""
    unrealized: Usd | None = None
    """USD."""
    fees: Usd | None = None
    """USD."""
    win_rate: Percent | None = None
    """Percent."""
    sharpe: Ratio | None = None
    """As the site computes it."""
    trades: Count | None = None
    """As the site counts them."""


class ConversationRow(AccountRow):
    """One ModelChat message."""

    also_served = "aggregation_id inserted_at skill"
    key_time = "timestamp"

    id: Id
    """Unique forever."""
    timestamp: Time
    """When it was recorded, some seconds after its orders."""
    cycle_id: Annotated[Oid | None, BlankIsNone] = None
    """Rises by 1 per conversation of an account; a gap is a missed conversation."""
    user_prompt: Prose = None
    """What the model was told, with its account at the end (11 kB)."""
    cot_trace: Any = None
    """The chain of thought: text, or an object."""
    cot_trace_summary: Prose = None
    """The site's summary of it."""
    llm_response: Any = None
    """Decisions by symbol, or failed_json_response_raw_text."""
