"""Trading on paper in words."""

from collections.abc import Iterator
from decimal import Decimal

from nof1_tracker.analyzer.play.whatif_report import CopyReport, PaperAccount
from nof1_tracker.records.play.copy_scenario import (
    Attribution,
    CopiedOrders,
    FeeChoice,
    Scenario,
)
from nof1_tracker.records.play.playable_span import PlayableSpan
from nof1_tracker.records.play.replay_check import ReplayCheck
from nof1_tracker.rendering.figures import (
    fraction,
    interval_text,
    signed_fraction,
    signed_money,
    signed_ratio,
)
from nof1_tracker.rendering.text import listed, percent, quantity, span, usd, whole

REPLAY_EXPLAINED = (
    "Agrees: to the cent. Fees: by rate and role at the stated prices. Net: at the prices"
    " that orders were filled at on average, which their fees tell; a leg states only its"
    " orders' last prices. Blended: an order that paid both rates."
)


def replay_sentence(check: ReplayCheck) -> str:
    """What the replay found over all accounts."""
    total = check.total
    legs = whole(total.legs)
    found = (
        f"Fees agree on {whole(total.fees_agree)} of {legs} legs,"
        f" {whole(total.blended)} blend two rates;"
        f" net PnL agrees on {whole(total.net_agrees)}"
        f" ({whole(total.net_agrees_as_stated)} at the stated prices alone), and is off"
        f" by {usd(total.largest_difference)} $ at most"
        f" ({percent(total.largest_fraction, digits=3)} of the notional) where no rates"
        " blend."
    )
    parts = [found]
    if total.liquidations:
        parts.append(
            f"{whole(total.liquidations_agree)} of {whole(total.liquidations)} stated"
            f" liquidation prices agree within {percent(check.tolerance, digits=2)} of"
            " the entry price."
        )
    if total.left_out:
        parts.append(
            f"{whole(total.left_out)} legs do not state what their orders paid."
        )
    return " ".join(parts)


_DEPTH = (
    "It knows prices, not the order book: how much could have been traded at them, and"
    " what the copy's own orders would have done to them, is not known."
)
_NO_ADVICE = (
    "The past says nothing about the future. Nothing was traded, and this is not"
    " advice."
)
LIMITS = (_DEPTH, _NO_ADVICE)
"""What no figure on paper can know."""


def withheld_copy(report: CopyReport) -> str | None:
    """Why there is no copy; None where there is one."""
    if report.copy is not None:
        return None
    return (
        f"Withheld: for {late_words(report.orders)} the first price came later than the"
        f" delay of {span(report.scenario.delay)} itself. Choose a longer delay, or"
        f" fill in prices: `nof1-tracker backfill hyperliquid --season"
        f" {report.season.number.normalize():f}`."
    )


def account_lines(account: PaperAccount) -> Iterator[tuple[str, str]]:
    """Labels and figures of an account on paper."""
    equity, trades = account.figures.equity, account.figures.trades
    fall = equity.drawdown.max_drawdown if equity.drawdown else None
    yield "Equity $", usd(account.equity)
    yield "Return", signed_fraction(equity.total_return)
    yield "Drawdown", fraction(fall)
    yield "Sharpe", signed_ratio(equity.sharpe_ratio)
    yield "Legs", whole(trades.total_trades)
    yield "Wins", fraction(trades.win_rate)
    yield "Mean net $", signed_money(trades.avg_net_pnl)
    yield "95 % interval", interval_text(account.figures.mean_net, signed_money)
    yield "Fees $", usd(account.fees)
    yield "Funding $", usd(account.funding, signed=True)


def attribution_lines(found: Attribution) -> tuple[tuple[str, Decimal], ...]:
    """The parts of the difference, which add up to it. USD."""
    return (
        ("Size and direction", found.sizing),
        ("Delay", found.delay),
        ("Slippage", found.slippage),
        ("Fees", found.fees),
    )


def fee_words(fees: FeeChoice) -> str:
    """Which fees are paid."""
    return "no fees" if fees is FeeChoice.NONE else f"{fees} fees"


def late_words(orders: CopiedOrders) -> str:
    """How many of its orders were late."""
    return f"{whole(orders.late)} of {whole(orders.placed)} orders"


def scenario_words(scenario: Scenario) -> str:
    """How the model is copied: 60 s later, 0.5x, taker fees, 2 bp of slippage."""
    when = f"{span(scenario.delay)} later" if scenario.delay else "at its own fills"
    parts = [
        when,
        f"{quantity(scenario.size)}x",
        fee_words(scenario.fees),
        slippage_words(scenario.slippage),
    ]
    return ", ".join([*parts, "inverse"] if scenario.inverse else parts)


def slippage_words(slippage: Decimal) -> str:
    """Slippage in basis points."""
    return f"{quantity(slippage * 10_000)} bp of slippage"


_APART = Decimal("0.02")
"""Fraction of the start; if they differ by more, not all trades were replayed."""


def _incomplete(report: CopyReport) -> Iterator[str]:
    """That trades are missing, where those that are stored do not lead to the record."""
    if report.recorded is None:
        return
    replayed, stated = report.model.equity, report.recorded.equity
    if abs(replayed - stated) > _APART * report.start:
        yield (
            f"The stored trades of the model lead to ${usd(replayed)}, not to the"
            f" ${usd(stated)} that were recorded: some are missing, and were not copied"
            " either."
        )


def copy_notes(report: CopyReport) -> Iterator[str]:
    """What limits the figures of this copy, a sentence each."""
    yield from _incomplete(report)
    orders = report.orders
    if orders.late and report.copy is not None:
        yield f"For {late_words(orders)} the first price came later than the delay itself."
    if orders.unfilled:
        yield f"Orders that no later price could fill: {whole(orders.unfilled)}."
    if orders.liquidations:
        yield f"Positions of the copy that were liquidated: {whole(orders.liquidations)}."
    if orders.unsecured:
        yield (
            "Orders beyond the free cash, which an exchange would have refused:"
            f" {whole(orders.unsecured)}."
        )
    if report.unopened:
        yield (
            "Orders of the model that close what nobody saw it open, left out:"
            f" {whole(report.unopened)}."
        )
    if report.without_leverage:
        yield (
            "Entries whose leverage is not known, never liquidated:"
            f" {whole(report.without_leverage)}."
        )
    yield from paper_notes(report.hours_without_funding, report.prices)


def paper_notes(hours: int, prices: PlayableSpan) -> Iterator[str]:
    """What is not known of funding and prices, a sentence each."""
    if hours:
        yield f"Hours whose funding was not observed, left out: {whole(hours)}."
    if prices.lacking:
        symbols = listed(
            [f"{row.symbol} {fraction(row.share)}" for row in prices.lacking], 6
        )
        yield (
            "Few quarter hours have a price, so that equity in between is not known:"
            f" {symbols}."
        )
