"""Use case: what copying a model would have brought. Nothing is written or traded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.play.whatif_report import CopyReport
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.engine.trading_rules import START
from nof1_tracker.game.knowledge.playable import playable_span
from nof1_tracker.game.knowledge.price_feed import PriceFeed
from nof1_tracker.game.replay.recorded_orders import (
    orders_of_fills,
    orders_of_legs,
    without_entries_before,
)
from nof1_tracker.game.whatif.attribution import (
    ExplainedCopy,
    delay_curve,
    explained_copy,
)
from nof1_tracker.game.whatif.copy_run import CopiedSpan
from nof1_tracker.records.history.hyperliquid import Fill
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.play.copy_scenario import Scenario
from nof1_tracker.records.play.quotes import Quote
from nof1_tracker.records.play.recorded_legs import RecordedLeg, RecordedOrder
from nof1_tracker.records.stored import StoredSnapshot
from nof1_tracker.services.play.paper_accounts import (
    AskedSpan,
    asked_span,
    paper_account,
)
from nof1_tracker.services.reading.model_names import wanted_accounts


@dataclass(frozen=True, slots=True)
class _Read:
    """What one instant of the database says of a model and its market."""

    asked: AskedSpan
    account: Account
    orders: Sequence[RecordedOrder]
    quotes: Sequence[Quote]
    recorded: StoredSnapshot | None


def copied_model(
    engine: Engine,
    now: datetime,
    model: str,
    scenario: Scenario,
    *,
    season: Decimal | None = None,
    competition: str | None = None,
    symbols: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> CopyReport:
    """What copying the one account that the name means would have brought.

    Raises:
        ConfigurationError: There is no such season, competition or model, the name means
            several accounts, or no trade of it is stored in the span.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine, frozen=True) as unit:
        asked = asked_span(unit.repositories, now, season, since, until)
        found = _read(
            unit.repositories,
            asked,
            model,
            competition,
            symbols,
            is_part=since is not None and asked.since == since,
        )
    orders, unopened = without_entries_before(found.orders)
    if not orders:
        raise ConfigurationError(
            f"No trade of {found.account.name} is stored that could be copied.",
            "Choose other times, or see `nof1-tracker trades`.",
        )
    begin = since if since is not None and asked.since == since else orders[0].at
    span = CopiedSpan(begin, _end(orders, found.quotes, asked), orders, found.quotes)
    explained = explained_copy(span, scenario)
    return _report(found, scenario, span, explained, unopened)


def _end(
    orders: Sequence[RecordedOrder], quotes: Sequence[Quote], asked: AskedSpan
) -> datetime:
    """The last observation of the span; what comes after it is not known."""
    last = max(order.at for order in orders)
    return min(asked.until, max(last, quotes[-1].known_at) if quotes else last)


def _report(
    found: _Read,
    scenario: Scenario,
    span: CopiedSpan,
    explained: ExplainedCopy,
    unopened: int,
) -> CopyReport:
    copy, model = explained.copy, explained.model
    is_withheld = bool(scenario.delay) and copy.orders.is_withheld
    entries = [order for order in span.orders if not order.closes]
    symbols = {order.symbol for order in span.orders}
    begin, end = span.since, span.until
    return CopyReport(
        season=found.asked.season,
        account=found.account,
        since=begin,
        until=end,
        start=START,
        scenario=scenario,
        model=paper_account(model.engine, model.levels, begin, end),
        recorded=found.recorded,
        copy=(
            None if is_withheld else paper_account(copy.engine, copy.levels, begin, end)
        ),
        attribution=None if is_withheld else explained.attribution,
        orders=copy.orders,
        unopened=unopened,
        without_leverage=sum(order.leverage is None for order in entries),
        hours_without_funding=copy.engine.hours_without_funding,
        delays=tuple(delay_curve(span, scenario)),
        prices=playable_span(span.quotes, symbols, begin, end),
    )


def _read(
    repositories: Repositories,
    asked: AskedSpan,
    model: str,
    competition: str | None,
    symbols: Sequence[str],
    *,
    is_part: bool,
) -> _Read:
    """Reads it; what the site stated of the model is compared with all of its trades."""
    account = _one_account(repositories, asked, model, competition)
    legs = repositories.recorded_trades.legs(
        asked.season.id,
        [account.account_id],
        asked.until,
        since=asked.since,
        symbols=symbols,
    ).get(account.account_id, ())
    orders = _orders(repositories, asked, account, legs, symbols)
    traded = sorted({order.symbol for order in orders})
    begin = asked.since or min((order.at for order in orders), default=asked.until)
    quotes = (
        repositories.known_prices.quotes(traded, begin, asked.until) if traded else ()
    )
    equities = (
        {}
        if symbols or is_part
        else repositories.queries.newest_equities(asked.season.id, asked.until)
    )
    return _Read(
        asked=asked,
        account=account,
        orders=orders,
        quotes=PriceFeed(quotes).known_by(asked.until),
        recorded=equities.get(account.account_id),
    )


def _orders(
    repositories: Repositories,
    asked: AskedSpan,
    account: Account,
    legs: Sequence[RecordedLeg],
    symbols: Sequence[str],
) -> Sequence[RecordedOrder]:
    """Out of its fills at the exchange where those are stored, else out of its legs."""
    fills = _fills(repositories, asked, account)
    if not fills or symbols:
        return orders_of_legs(legs)
    leverages = {
        leg.entry.oid: leg.leverage
        for leg in legs
        if leg.entry.oid is not None and leg.leverage is not None
    }
    return orders_of_fills(fills, leverages)


def _fills(
    repositories: Repositories, asked: AskedSpan, account: Account
) -> Sequence[Fill]:
    known = {each.account_id: each for each in repositories.accounts.wallets()}
    wallet = known.get(account.account_id)
    if wallet is None:
        return ()
    fills = repositories.exchange.fills(wallet.model_id, asked.until)
    begin = asked.since
    return [fill for fill in fills if begin is None or fill.filled_at >= begin]


def _one_account(
    repositories: Repositories, asked: AskedSpan, model: str, competition: str | None
) -> Account:
    queries = repositories.queries
    ids = wanted_accounts(queries, [model], asked.season.id, competition=competition)
    found = [each for each in queries.accounts() if each.account_id in (ids or ())]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ConfigurationError(
            f"There is no model {model!r}.", "See `nof1-tracker models list`."
        )
    named = ", ".join(f"{each.account_id} ({each.name})" for each in found)
    raise ConfigurationError(
        f"{model!r} has several accounts.", f"Choose one: {named}."
    )
