"""What programs ask of each topic, the same by HTTP and by MCP."""

from datetime import datetime
from typing import TypedDict

from pydantic import Field

from nof1_tracker.records.asking.asked_values import (
    AnySeason,
    AtText,
    CutText,
    ModelText,
    OneSeason,
    SearchText,
    Span,
    SymbolSpan,
    SymbolText,
)
from nof1_tracker.records.asking.listed_rows import RowFilter
from nof1_tracker.records.asking.written_values import (
    parse_cut,
    parse_symbols,
    parse_time,
    require_cut,
)
from nof1_tracker.records.enums import (
    ChatDecision,
    Cut,
    EquitySource,
    TradeSide,
    TradeStatus,
)
from nof1_tracker.records.stored import ChatFilter, TradeFilter


class AskedStandings(OneSeason):
    """When, and in which season."""

    at: AtText = None

    def moment(self, now: datetime) -> tuple[datetime, Cut]:
        """The time of the standings, and what it is of the season.

        Raises:
            ConfigurationError: It is not a valid time.
        """
        cut = parse_cut(self.at)
        time = now if cut else parse_time(self.at, now) or now
        return time, cut or Cut.TIME


class AskedEquity(AnySeason, Span):
    """Whose equity, when, and from which source."""

    model: ModelText = None
    source: EquitySource | None = Field(None, description="Where it was read from.")

    def filter(self, now: datetime) -> RowFilter:
        """The rows in that span.

        Raises:
            ConfigurationError: A time is not valid, or nothing lies between the two.
        """
        since, until = self.span(now)
        return RowFilter(since=since, until=until)


class AskedTrades(AnySeason, SymbolSpan):
    """Whose trades, in what, when; by the time of closing, or else of opening."""

    model: ModelText = None
    side: TradeSide | None = Field(None, description="Side of the position.")
    status: TradeStatus | None = Field(None, description="`open` are open positions.")

    def filter(self, now: datetime) -> TradeFilter:
        """The trades that these parameters ask for; accounts are chosen beside them.

        Raises:
            ConfigurationError: A time is not valid, or nothing lies between the two.
        """
        since, until = self.span(now)
        return TradeFilter(
            symbols=parse_symbols(self.symbol),
            side=self.side,
            status=self.status,
            since=since,
            until=until,
        )


class AskedChats(AnySeason, Span):
    """Which conversations."""

    model: ModelText = None
    decision: ChatDecision | None = Field(
        None, description="Headline decision of the conversation."
    )
    symbol: SymbolText = None
    search: SearchText = None

    def filter(self, now: datetime, *, with_content: bool) -> ChatFilter:
        """The conversations that these parameters ask for.

        Raises:
            ConfigurationError: A time is not valid, or nothing lies between the two.
        """
        since, until = self.span(now)
        return ChatFilter(
            decision=self.decision,
            symbols=parse_symbols(self.symbol),
            search=self.search,
            since=since,
            until=until,
            with_content=with_content,
        )


class ReportWindow(TypedDict):
    """A part of a season, as the use cases that report take it."""

    since: datetime | None
    until: datetime | None
    cut: Cut


class AskedWindow(OneSeason, Span):
    """Which season, and which part of it."""

    at: CutText = None

    def window(self, now: datetime) -> ReportWindow:
        """The window, as the use cases take it.

        Raises:
            ConfigurationError: A value is not valid.
        """
        since, until = self.span(now)
        return {"since": since, "until": until, "cut": require_cut(self.at)}
