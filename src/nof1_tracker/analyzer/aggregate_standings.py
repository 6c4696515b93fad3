"""Base models ranked by the mean of their accounts, as the site's Aggregate Index does.

Pure: ratios are fractions, nothing is rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.performance import Standing, Standings
from nof1_tracker.records.parsed import Account


@dataclass(frozen=True, slots=True)
class AggregateStanding:
    """The place of a base model, by the mean equity of its accounts.

    Attributes:
        name: Display name without a competition.
        rank: Among the base models; ties share a rank. None for a benchmark.
        accounts: How many accounts the means are of.
        equity: Mean, USD.
        total_return: Mean of the accounts' returns, a fraction; None where one has none.
        lowest, highest: The least and the greatest equity of an account, USD.
        trades: Sum; None where an account's number is not known.
        win_rate: Fraction of all their legs that are wins; None without legs.
        first_observed_at, observed_at: When the equities were observed, the oldest and
            the newest of them.
    """

    base_model: str
    name: str
    provider: str
    is_benchmark: bool
    rank: int | None
    accounts: int
    equity: Decimal
    total_return: Decimal | None
    lowest: Decimal
    highest: Decimal
    trades: int | None
    win_rate: Decimal | None
    first_observed_at: datetime
    observed_at: datetime


def aggregate(standings: Standings) -> tuple[AggregateStanding, ...]:
    """The base models of these standings, the best first."""
    groups: dict[str, list[Standing]] = {}
    for row in standings.rows:
        groups.setdefault(row.account.base_model, []).append(row)
    means = {
        model: _mean([row.equity for row in rows]) for model, rows in groups.items()
    }
    competing = [
        means[model]
        for model, rows in groups.items()
        if not rows[0].account.is_benchmark
    ]
    found = [
        _aggregate(
            rows, means[model], 1 + sum(other > means[model] for other in competing)
        )
        for model, rows in groups.items()
    ]
    return tuple(
        sorted(found, key=lambda row: (-row.equity, row.is_benchmark, row.name))
    )


def _aggregate(
    rows: Sequence[Standing], equity: Decimal, rank: int
) -> AggregateStanding:
    account = rows[0].account
    returns = [row.total_return for row in rows if row.total_return is not None]
    times = [row.observed_at for row in rows]
    equities = [row.equity for row in rows]
    return AggregateStanding(
        base_model=account.base_model,
        name=bare_name(account),
        provider=account.provider,
        is_benchmark=account.is_benchmark,
        rank=None if account.is_benchmark else rank,
        accounts=len(rows),
        equity=equity,
        total_return=_mean(returns) if len(returns) == len(rows) else None,
        lowest=min(equities),
        highest=max(equities),
        trades=_trades(rows),
        win_rate=_win_rate(rows),
        first_observed_at=min(times),
        observed_at=max(times),
    )


def bare_name(account: Account) -> str:
    """The name of an account without its competition."""
    name, variant = account.name, account.variant
    return name.removesuffix(f" - {variant}") if variant else name


def _mean(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0)) / len(amounts)


def _trades(rows: Sequence[Standing]) -> int | None:
    counts = [row.trades for row in rows if row.trades is not None]
    return sum(counts) if len(counts) == len(rows) else None


def _win_rate(rows: Sequence[Standing]) -> Decimal | None:
    counted = [
        (row.win_rate * row.trades, row.trades)
        for row in rows
        if row.trades and row.win_rate is not None
    ]
    trades = sum(count for _, count in counted)
    # A win rate is wins / trades, rounded: the number of wins is whole.
    return Decimal(sum(round(wins) for wins, _ in counted)) / trades if trades else None
