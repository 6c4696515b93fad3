"""The leaderboard table as the pages show it, with the wording of its cells."""

from nof1_tracker.demo.arena.arena import Arena, Contestant
from nof1_tracker.demo.arena.book import INITIAL
from nof1_tracker.demo.arena.statistics import tables

COLUMNS = (
    "RANK",
    "MODEL",
    "ACCT VALUE",
    "RETURN %",
    "TOTAL P&L",
    "FEES",
    "WIN RATE",
    "BIGGEST WIN",
    "BIGGEST LOSS",
    "SHARPE",
    "TRADES",
)


def standings(arena: Arena, at: float) -> list[list[str]]:
    """One row of cells per account, best first, without the benchmark."""
    ranked = sorted(arena.talkers(), key=lambda who: -who.book.equity(at))
    return [
        [str(rank), *_cells(arena, who, at)] for rank, who in enumerate(ranked, start=1)
    ]


def display_name(arena: Arena, who: Contestant, at: float) -> str:
    """The name that the pages give an account."""
    if who.entrant.competition is not None:
        return arena.run_name(who.entrant, at)
    return who.entrant.model.upper()


def _cells(arena: Arena, who: Contestant, at: float) -> list[str]:
    equity = who.book.equity(at)
    numbers = tables(arena, who, at)
    money = numbers["fee_pnl_moves_breakdown_table"]
    return [
        display_name(arena, who, at),
        dollars(equity),
        f"{equity / INITIAL * 100 - 100:+.2f}%",
        dollars(equity - INITIAL),
        dollars(money["total_fees_paid"]),
        f"{numbers['winners_losers_breakdown_table']['win_rate']:.1f}%",
        dollars(money["biggest_net_gain"]),
        dollars(money["biggest_net_loss"]),
        f"{arena.sharpe(who, at):.3f}",
        str(numbers["overall_trades_overview_table"]["total_trades"]),
    ]


def dollars(value: float) -> str:
    """Two decimals under $1,000, none above: "-$959.43", "$12,991"."""
    size = abs(value)
    return f"{'-' if value < 0 else ''}${size:,.{2 if size < 1000 else 0}f}"
