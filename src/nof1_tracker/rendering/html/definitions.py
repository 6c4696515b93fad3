"""The definitions and conventions at the end of the page."""

from datetime import timedelta
from decimal import Decimal

from nof1_tracker.analyzer.equity.equity_metrics import LEAST_COVERAGE, LEAST_RETURNS
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.analyzer.uncertainty.mean_trade import LEAST_TRADES
from nof1_tracker.analyzer.uncertainty.ranking import POWER
from nof1_tracker.rendering.sentences import probability_asked
from nof1_tracker.rendering.text import percent, span


def rules_of(rules: ReportRules) -> dict[str, str]:
    """The conventions of this report."""
    mind = rules.mind
    return {
        "Grid": (
            f"Equity every {_span(rules.step)} by the clock (UTC), the last observation carried forward."
            f" Observations more than {_span(rules.max_gap)} apart leave a gap:"
            " nothing is assumed in it, it is counted, and the change across it is one"
            " return."
        ),
        "Year": (
            f"365 days, {rules.periods_per_year:,.0f} steps of the grid; the riskless"
            " rate is taken as 0."
        ),
        "Intervals": (
            f"{probability_asked(rules.level)}, of Student's t. Over trades: those that"
            " close in the same hour are one burst, and skewness widens the interval"
            f" (Hall). Below {LEAST_TRADES} independent trades there is no interval. Over"
            " returns: with an error that allows for their dependence."
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
        "Drawdown": (
            "Equity / highest equity so far - 1, at most 0, over every stored"
            " observation; over a gap it is at least as deep. On the grid: at the"
            " full hours alone, so that who is observed more often does not fall deeper."
        ),
        "Return / drawdown": (
            "Return / deepest drawdown, not annualised: a season is shorter than the 365"
            " days that an annual figure needs."
        ),
        "Sharpe, Sortino": (
            "Mean return / sample deviation (Sortino: / downside deviation below 0),"
            " times the root of the steps in a year. They, and volatility, need"
            f" {LEAST_RETURNS} returns, {round(LEAST_COVERAGE * 100)} % of the time observed, and"
            " returns that deviate. nof1's own Sharpe ratio is not annualised."
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
            "Probability that the mean net PnL of the row's trades is truly the larger,"
            " from Student's t (Welch) with the skewness of both. It knows of chance and"
            " of nothing else: markets change."
        ),
        "Trades needed": (
            "More trades of each of the two until the lead, if it is as large as it"
            f" looks, is confirmed with a probability of {power}."
        ),
    }
