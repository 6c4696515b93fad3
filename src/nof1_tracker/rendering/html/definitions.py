"""The definitions and conventions at the end of the page."""

from datetime import timedelta
from decimal import Decimal

from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.analyzer.uncertainty.ranking import POWER
from nof1_tracker.rendering.sentences import probability_asked
from nof1_tracker.rendering.text import percent, span


def rules_of(rules: ReportRules) -> dict[str, str]:
    """The conventions of this report."""
    mind = rules.mind
    return {
        "Grid": (
            f"Equity every {_span(rules.step)}, the last observation carried forward."
            f" Observations more than {_span(rules.max_gap)} apart leave a gap:"
            " nothing is assumed in it, and it is counted."
        ),
        "Year": (
            f"365 days, {rules.periods_per_year:,.0f} steps of the grid; the riskless"
            " rate is taken as 0."
        ),
        "Intervals": (
            f"{probability_asked(rules.level)}, by BCa bootstrap over trades and by"
            " stationary block bootstrap over returns, seed"
            f" {rules.seed}. The same data give the same figures."
        ),
        "Fill": (
            f"A fill belongs to a decision at most {_span(mind.fill_within)} before it"
            f" or {_span(mind.fill_before)} after it."
        ),
        "Flip": f"The opposite entry within {_span(mind.flip_within)} of an exit.",
        "Plan": f"An exit within {mind.level_tolerance * 100:g} % of its stop or target is at it.",
    }


def _span(length: timedelta) -> str:
    """As `span`, except that one hour or more is always given in hours."""
    hours = length / timedelta(hours=1)
    return f"{hours:g} h" if hours >= 1 else span(length)


def definitions() -> dict[str, str]:
    """Terms that authors define differently, and the definitions used here."""
    power = percent(Decimal(str(POWER)), digits=0)
    return {
        "Trade": (
            "A completed leg: a position that closes in parts is several trades. A win"
            " is a net PnL above 0. Net is as the exchange served it; it is not always"
            " gross less fees."
        ),
        "Equity": (
            "Cash and unrealized PnL, USD, from the hourly account totals or the"
            " account value that a model is told in its prompt. The site's leaderboard"
            " lags and is used only where neither is known."
        ),
        "Return": "Final / initial equity - 1. Excess: less that of the benchmark.",
        "Drawdown": "Equity / highest equity so far - 1, at most 0.",
        "Sharpe, Sortino": (
            "Mean return / sample deviation (Sortino: / downside deviation below 0),"
            " times the root of the steps in a year."
        ),
        "Profit factor, payoff": (
            "Sum of gains / sum of losses; mean gain / mean loss."
        ),
        "Calibration": (
            "A bet is an entry whose stated confidence and outcome are known. Brier"
            " score: mean (confidence - won)². Skill: 1 - Brier / that of stating the"
            " win rate every time; above 0 the confidence says something."
        ),
        "P(row beats column)": (
            "Share of pairs of bootstrap resamples in which the mean net PnL of the"
            " row's trades is the larger. It knows of chance and of nothing else:"
            " markets change, and positions of one hour move together."
        ),
        "Trades needed": (
            "More trades of each of the two until the lead, if it is as large as it"
            f" looks, is confirmed with a probability of {power}."
        ),
    }
