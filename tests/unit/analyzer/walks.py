"""Seasons as large as wished: equities that walk at random, trades to go with them."""

from collections.abc import Sequence

import numpy as np

from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.records.account_columns import TradeColumns
from nof1_tracker.records.season_history import AccountHistory
from tests.unit.analyzer.columns import times, trades
from tests.unit.analyzer.reports import history, mind, report_of

SYMBOLS = ("BTC", "ETH", "SOL", "BNB", "DOGE", "XRP")
MODELS = (
    "GPT-5",
    "Qwen3 Max",
    "Grok 4",
    "Kimi K2",
    "DeepSeek",
    "Gemini",
    "Sonnet",
    "M",
)
VARIANTS = ("New Baseline", "Monk Mode", "Situational Awareness", "Max Leverage")


def walking_season(
    accounts: int, *, hours: int = 240, legs: int = 40, seed: int = 7
) -> SeasonReport:
    """So many accounts, each with an equity an hour and so many legs."""
    rng = np.random.default_rng(seed)
    has_variants = accounts > len(MODELS)
    walks = [
        _account(number, hours, legs, rng, has_variants=has_variants)
        for number in range(accounts)
    ]
    return report_of(*walks, _benchmark(hours, rng))


def _account(
    number: int, hours: int, legs: int, rng: np.random.Generator, *, has_variants: bool
) -> AccountHistory:
    variant, model = divmod(number, len(MODELS))
    name = MODELS[model] + (f" - {VARIANTS[variant % 4]}" if has_variants else "")
    return history(
        f"account-{number}",
        equity=_walk(hours, rng),
        legs=_legs(hours, legs, rng),
        name=name,
        base_model=MODELS[model],
        variant=VARIANTS[variant % 4] if has_variants else None,
        **mind(entries=10 + number),
    )


def _benchmark(hours: int, rng: np.random.Generator) -> AccountHistory:
    equity: Sequence[float] = _walk(hours, rng)
    return history(
        "buynhold_btc", equity=equity, name="BTC Buy & Hold", is_benchmark=True
    )


def _walk(hours: int, rng: np.random.Generator) -> list[float]:
    steps = rng.normal(rng.normal(0, 3e-4), 0.008, hours)
    return list(10_000 * np.cumprod(1 + steps))


def _legs(hours: int, legs: int, rng: np.random.Generator) -> TradeColumns:
    held = rng.exponential(min(8, hours / 4), legs)
    closed = np.sort(rng.uniform(0.5, hours, legs))
    return trades(
        rng.normal(2, 150, legs).round(2).tolist(),
        opened_at=times((closed - np.minimum(held, closed)).tolist()),
        closed_at=times(closed.tolist()),
        is_long=rng.random(legs) < 0.7,
        symbol=rng.choice(np.array(SYMBOLS), legs),
    )
