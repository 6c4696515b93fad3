"""Use case: what buying and holding a coin would have brought. Nothing is traded."""

from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.play.whatif_report import HoldReport
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.engine.trading_rules import START
from nof1_tracker.game.knowledge.playable import playable_span
from nof1_tracker.game.knowledge.price_feed import PriceFeed
from nof1_tracker.game.whatif.hold_run import hold
from nof1_tracker.records.play.copy_scenario import FeeChoice
from nof1_tracker.services.play.paper_accounts import asked_span, paper_account


def hold_coin(
    engine: Engine,
    now: datetime,
    symbol: str,
    *,
    fees: FeeChoice = FeeChoice.TAKER,
    slippage: Decimal = Decimal(0),
    season: Decimal | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> HoldReport:
    """What $10,000 of the symbol, bought at the start of the span, would have brought.

    Raises:
        ConfigurationError: There is no such season, or no price of the symbol is stored
            in the span, or prices of several symbols match.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine, frozen=True) as unit:
        asked = asked_span(unit.repositories, now, season, since, until)
        begin = asked.since or datetime.min.replace(tzinfo=now.tzinfo)
        prices = unit.repositories.known_prices.quotes((symbol,), begin, asked.until)
        quotes = PriceFeed(prices).known_by(asked.until)
    names = sorted({quote.symbol for quote in quotes})
    if len(names) > 1:
        raise ConfigurationError(
            f"Several symbols match {symbol!r}.", f"Choose one: {', '.join(names)}."
        )
    if quotes and (since is None or asked.since != since):
        begin = quotes[0].known_at
    end = quotes[-1].known_at if quotes else asked.until
    run = hold(quotes, begin, end, fees=fees, slippage=slippage)
    if run is None:
        raise ConfigurationError(
            f"No price of {symbol} is stored in that time.",
            f"Run `nof1-tracker backfill hyperliquid --season {asked.season.number}`.",
        )
    return HoldReport(
        season=asked.season,
        symbol=names[0],
        since=begin,
        until=end,
        start=START,
        fees=fees,
        slippage=slippage,
        bought_at=run.bought_at,
        price=run.price,
        account=paper_account(run.engine, run.levels, begin, end),
        hours_without_funding=run.engine.hours_without_funding,
        prices=playable_span(quotes, names, begin, end),
    )
