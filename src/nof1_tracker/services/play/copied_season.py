"""Use case: what copies of each model of a report would have come to."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from nof1_tracker.analyzer.play.whatif_report import CopiedModel
from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.game.knowledge.price_feed import PriceFeed
from nof1_tracker.game.replay.recorded_orders import (
    orders_of_legs,
    without_entries_before,
)
from nof1_tracker.game.whatif.attribution import attribution, equity_by_delay
from nof1_tracker.game.whatif.copy_run import CopiedSpan, copy_model
from nof1_tracker.records.play.copy_scenario import FeeChoice, Scenario
from nof1_tracker.records.play.quotes import Quote
from nof1_tracker.records.play.recorded_legs import RecordedOrder
from nof1_tracker.services.reading.season_stories import end_of

A_MINUTE_LATER: Final = Scenario(
    delay=timedelta(minutes=1), fees=FeeChoice.TAKER, slippage=Decimal("0.0002")
)
"""The copy that reports explain: what `nof1-tracker whatif copy` assumes by default."""


def copied_season(engine: Engine, report: SeasonReport) -> Mapping[str, CopiedModel]:
    """The copies of each account whose trades are stored, by the account's id.

    Orders are those of its legs, opened within the report's window.

    Raises:
        DatabaseError: The database cannot be used.
    """
    if report.season is None:
        return {}
    ids = [e.account.account_id for e in report.models if not e.account.is_benchmark]
    until, begin = end_of(report), report.since or report.season.start
    with collector_paused(), UnitOfWork(engine, frozen=True) as unit:
        repositories = unit.repositories
        legs = repositories.recorded_trades.legs(
            report.season.id, ids, until, since=begin
        )
        orders = {
            account_id: without_entries_before(orders_of_legs(own))[0]
            for account_id, own in legs.items()
        }
        traded = [order for own in orders.values() for order in own]
        if not traded:
            return {}
        symbols = sorted({each.symbol for each in traded})
        first = begin or min(each.at for each in traded)
        feed = PriceFeed(repositories.known_prices.quotes(symbols, first, until))
    return {
        account_id: _copied(_span(own, feed.known_by(until)))
        for account_id, own in orders.items()
        if own
    }


def _span(orders: Sequence[RecordedOrder], known: Sequence[Quote]) -> CopiedSpan:
    symbols, first = {each.symbol for each in orders}, orders[0].at
    quotes = [each for each in known if each.symbol in symbols]
    last = max(each.at for each in orders)
    end = max(last, quotes[-1].known_at) if quotes else last
    return CopiedSpan(first, end, orders, quotes)


def _copied(span: CopiedSpan) -> CopiedModel:
    scenario = A_MINUTE_LATER
    model = copy_model(span, Scenario()).equity
    by_delay = equity_by_delay(span, scenario)
    copy = by_delay[scenario.delay]
    return CopiedModel(
        scenario=scenario,
        model=model,
        attribution=None if copy is None else attribution(span, scenario, model, copy),
        by_delay=by_delay,
    )
