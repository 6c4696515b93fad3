"""The site's rows, spelled as the site spells them.

Each model validates one row of one payload. A required number that is missing or
null fails its row: no zero is made up.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from nof1_tracker.records import Account
from nof1_tracker.scraper.accounts import identify
from nof1_tracker.scraper.fields import (
    BlankIsNone,
    Confidence,
    Count,
    EmptyIsNone,
    Id,
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
    Word,
)
from nof1_tracker.scraper.json_text import MAX_BODY_BYTES
from nof1_tracker.scraper.shapes import recognise

__all__ = [
    "MAX_BODY_BYTES",
    "AccountRow",
    "AccountTotalRow",
    "AnalyticsRow",
    "ConversationRow",
    "DecisionRow",
    "ExitPlan",
    "InceptionRow",
    "LeaderboardRow",
    "PositionRow",
    "PriceRow",
    "RenderedRow",
    "Row",
    "StatedAccountRow",
    "TradeCountRow",
    "TradeRow",
    "recognise",
]


class Row(BaseModel):
    """Common to all rows; fields that no model names stay in the record's raw."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    also_served: ClassVar[str] = ""
    """Names of fields that are known, and kept in raw alone."""
    any_field: ClassVar[bool] = False
    """True where new fields are no news."""

    @classmethod
    @cache
    def known_fields(cls) -> frozenset[str]:
        """All names that a row of this kind has been seen to have."""
        names = set(cls.also_served.split())
        for name, field in cls.model_fields.items():
            alias = field.validation_alias
            choices = alias.choices if isinstance(alias, AliasChoices) else [name]
            names.update(str(choice) for choice in choices)
        return frozenset(names)

    @classmethod
    def unknown_fields(cls, row: Mapping[str, Any]) -> set[str]:
        """The fields of a served row that are news."""
        return set() if cls.any_field else row.keys() - cls.known_fields()


class AccountRow(Row):
    """A row that belongs to an account."""

    id: OptionalId = None
    run_id: OptionalId = None
    run_name: OptionalId = None
    model_id: OptionalId = None
    model_name: OptionalId = None
    competition_id: Annotated[Count | None, BlankIsNone] = None

    def account(self) -> Account:
        """Whose row it is.

        Raises:
            ValueError: It does not say.
        """
        # A row's own id, new in each row, would be one more identity to remember.
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
    """When a position is to be left."""

    profit_target: UsdLevel | None = None
    stop_loss: UsdLevel | None = None
    invalidation_condition: Prose = None


class PositionRow(Row):
    """An open position, in account-totals and in prompts."""

    also_served = (
        "is_active entry_time exit_plan tp_oid sl_oid wait_for_fill index_col closed_pnl"
        " commission slippage notional_usd"
    )

    symbol: Symbol = Field(validation_alias=AliasChoices("symbol", "coin"))
    quantity: Units = Field(
        validation_alias=AliasChoices("quantity", "position", "size")
    )
    entry_price: UsdPrice
    current_price: UsdLevel | None = None
    liquidation_price: UsdLevel | None = None
    leverage: Leverage | None = None
    margin: Usd | None = None
    unrealized_pnl: Usd | None = None
    confidence: Confidence | None = None
    risk_usd: Usd | None = None
    entry_time: Time | None = None
    exit_plan: Annotated[ExitPlan | None, EmptyIsNone] = None
    entry_oid: Oid | None = None
    oid: Oid | None = None


class AccountTotalRow(AccountRow):
    """One account at one hour."""

    also_served = "aggregation_id realized_pnl cum_pnl_pct since_inception_minute_marker positions"

    timestamp: Time
    equity: Usd = Field(validation_alias=AliasChoices("dollar_equity", "nav"))
    total_unrealized_pnl: Usd | None = None
    sharpe_ratio: Ratio | None = None
    since_inception_hourly_marker: Count | None = None
    positions: dict[str, Any] | list[Any] | None = None


class LeaderboardRow(AccountRow):
    """One account on the site's own, stale leaderboard."""

    also_served = (
        "aggregation_id current_personality return_pct win_dollars lose_dollars"
        " num_losses"
    )

    equity: Usd = Field(validation_alias=AliasChoices("equity", "dollar_equity", "nav"))
    num_trades: Count | None = None
    num_wins: Count | None = None
    sharpe: Ratio | None = None


class TradeRow(AccountRow):
    """One completed leg. Its leverage, confidence and exit_plan are placeholders."""

    also_served = (
        "aggregation_id trade_id leverage confidence exit_plan entry_sz exit_sz"
        " entry_tid exit_tid exit_oid entry_crossed exit_crossed entry_human_time"
        " exit_human_time entry_closed_pnl exit_closed_pnl entry_commission_dollars"
        " exit_commission_dollars"
    )

    id: Id
    symbol: Symbol = Field(validation_alias=AliasChoices("symbol", "coin"))
    side: Side = None
    trade_type: Side = None
    quantity: Units = Field(
        validation_alias=AliasChoices("quantity", "position", "size")
    )
    entry_price: UsdPrice
    exit_price: UsdPrice
    realized_net_pnl: Usd
    realized_gross_pnl: Usd | None = None
    total_commission_dollars: Usd | None = None
    entry_time: Time
    exit_time: Time
    entry_oid: Oid | None = None
    entry_liquidation: Any = None
    exit_liquidation: Any = None


class AnalyticsRow(AccountRow):
    """nof1's own statistics; its tables stay in raw."""

    any_field = True

    updated_at: Time | None = None


class TradeCountRow(Row):
    """The one number that is read from the tables of analytics."""

    total_trades: Count | None = None


class InceptionRow(AccountRow):
    """When an account started, and with how much."""

    also_served = "aggregation_id num_invocations"

    nav_since_inception: UsdPrice
    inception_date: Time


class PriceRow(Row):
    """A mid price."""

    symbol: Symbol = Field(validation_alias=AliasChoices("symbol", "coin"))
    price: UsdPrice
    timestamp: Time | None = None


class DecisionRow(Row):
    """What a model decided for one symbol."""

    symbol: Symbol = Field(validation_alias=AliasChoices("coin", "symbol"))
    signal: Word
    quantity: Units | None = None
    leverage: Leverage | None = None
    confidence: Confidence | None = None
    profit_target: UsdLevel | None = None
    stop_loss: UsdLevel | None = None
    risk_usd: Usd | None = None
    invalidation_condition: Prose = None
    justification: Prose = None


class StatedAccountRow(Row):
    """The account's figures at the end of a prompt."""

    equity: Usd
    available_cash: Usd | None = None
    total_return_percent: Usd | None = None
    sharpe_ratio: Ratio | None = None


class RenderedRow(Row):
    """The figures of one row of the leaderboard's table."""

    equity: Usd
    realized: Usd | None = None
    unrealized: Usd | None = None
    fees: Usd | None = None
    win_rate: Percent | None = None
    sharpe: Ratio | None = None
    trades: Count | None = None


class ConversationRow(AccountRow):
    """One ModelChat message."""

    also_served = "aggregation_id inserted_at skill"

    id: Id
    timestamp: Time
    cycle_id: Annotated[Oid | None, BlankIsNone] = None
    user_prompt: Prose = None
    cot_trace: Any = None
    cot_trace_summary: Prose = None
    llm_response: Any = None
