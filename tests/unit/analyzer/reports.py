"""Histories and reports of short seasons: say what matters, the rest is plausible."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from math import isfinite, isnan
from typing import Any

from nof1_tracker.analyzer.metrics import split_outcomes
from nof1_tracker.analyzer.performance import build_standings
from nof1_tracker.analyzer.report.build_report import build_report
from nof1_tracker.analyzer.report.season_report import ReportRules, SeasonReport
from nof1_tracker.records.account_columns import EquityColumns, TradeColumns
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.history.verification import CoverageRow, HeldKind
from nof1_tracker.records.parsed import ReportedStatistics
from nof1_tracker.records.season_history import (
    AccountHistory,
    ChatPoint,
    EntryDecision,
    SeasonHistory,
)
from nof1_tracker.records.stored import SeasonSpan
from tests.unit.analyzer.boards import account, season, snapshot
from tests.unit.analyzer.columns import START, at, snapshots, trades
from tests.unit.analyzer.legs_and_decisions import PlannedLeg, plans

END = at(200)


def history(
    account_id: str,
    *,
    equity: Sequence[float] = (),
    hours: Sequence[float] = (),
    nets: Sequence[float] = (),
    legs: TradeColumns | None = None,
    points: Sequence[PlannedLeg] = (),
    decisions: Sequence[EntryDecision] = (),
    answers: Sequence[ChatPoint] = (),
    signals: Mapping[str, int] | None = None,
    reported: ReportedStatistics | None = None,
    started_at: datetime | None = None,
    **changes: Any,
) -> AccountHistory:
    """One account: an equity each hour (or at those hours), a leg per net."""
    return AccountHistory(
        account=account(account_id, **changes),
        started_at=started_at,
        legs=trades(nets, symbol=["BTC"] * len(nets)) if legs is None else legs,
        snapshots=snapshots(equity, hours),
        plans=plans(points),
        answers=answers,
        signals=signals or {},
        decisions=decisions,
        reported=reported,
    )


def reported(account_id: str, total_trades: int, **raw: float) -> ReportedStatistics:
    """What nof1 says of an account, in its own names."""
    row = {"total_trades": total_trades, **raw}
    return ReportedStatistics(account_id, END, total_trades, row)


def report_of(
    *histories: AccountHistory,
    span: SeasonSpan | None = None,
    btc_prices: EquityColumns | None = None,
    rules: ReportRules | None = None,
    since: datetime | None = None,
) -> SeasonReport:
    """The report of a season with these accounts, which begins at START."""
    span = span or season(start=START)
    accounts = [each.account for each in histories]
    equities = {
        each.account.account_id: snapshot(
            each.account.account_id,
            str(Decimal(float(each.snapshots.equity[-1]))),
            observed_at=END - timedelta(minutes=3),
        )
        for each in histories
        if len(each.snapshots) and isfinite(each.snapshots.equity[-1])
    }
    outcomes = {
        each.account.account_id: split_outcomes(
            None if isnan(net) else float(net) for net in each.legs.net_pnl
        )
        for each in histories
    }
    standings = build_standings(span, END, accounts, equities, [], outcomes)
    return build_report(
        SeasonHistory(
            season=span,
            since=since,
            until=END,
            accounts=histories,
            btc_prices=snapshots([]) if btc_prices is None else btc_prices,
        ),
        standings,
        END,
        rules=rules or ReportRules(),
    )


def mind(entries: int = 8, missed: int = 2) -> dict[str, Any]:
    """Conversations, decisions and the entries that they opened: every third loses."""
    points, decisions, answers = [], [], []
    for number in range(entries):
        opened, net = 4.0 * number, -50.0 if number % 3 == 0 else 80.0
        exit_price = 90.0 if net < 0 else 110.0
        decided = at(opened) - timedelta(seconds=30)
        decisions.append(
            EntryDecision(
                "BTC",
                TradeSide.LONG,
                decided,
                55.0 + 5 * (number % 5),
                stop_loss=91.0,
                profit_target=110.0,
            )
        )
        points.append(
            PlannedLeg(
                "BTC",
                TradeSide.LONG,
                at(opened),
                at(opened + 3),
                exit_price,
                net,
                entry_oid=number,
            )
        )
    skipped = set(range(3, 3 + missed))
    answers = [
        ChatPoint(at(number), number, parsed=number != 1)
        for number in range(4 * entries)
        if number not in skipped
    ]
    signals = {"hold": 3 * entries, "buy_to_enter": entries, "close_position": 3}
    return {
        "points": points,
        "decisions": decisions,
        "answers": answers,
        "signals": signals,
    }


@cache
def short_season() -> SeasonReport:
    """Three models and a benchmark: one partial, one with a gap, one without trades.

    One report for all tests: a report never changes.
    """
    alpha = [10_000 + 40 * hour - 300 * (hour % 7 == 5) for hour in range(1, 101)]
    beta = [10_000 - 15 * hour + 90 * (hour % 5 == 0) for hour in range(1, 101)]
    return report_of(
        history(
            "alpha",
            equity=[float(each) for each in alpha],
            nets=[120, -40, 300, -75, 0, 220, -60, 90, 410, -35],
            name="Alpha 1",
            **mind(),
        ),
        history(
            "beta",
            equity=[float(beta[hour - 1]) for hour in (*range(1, 41), *range(60, 101))],
            hours=[*range(1, 41), *range(60, 101)],
            nets=[-20, 35, -80, 10, -45, 30] * 2,
            name="Beta 2 Pro",
            reported=reported(
                "beta",
                28,
                win_rate=42.0,
                overall_pnl_with_fees=-123.4,
                avg_holding_period_mins=90,
                num_long_trades=18,
                avg_winners_net_pnl=27.5,
            ),
            **mind(entries=3),
        ),
        history("gamma", equity=[10_000.0] * 100, name="Gamma"),
        history(
            "buynhold_btc",
            equity=[10_000 + 5.0 * (hour % 9) for hour in range(1, 101)],
            name="BTC Buy & Hold",
            is_benchmark=True,
        ),
    )


def with_held(report: SeasonReport, days: int = 1) -> SeasonReport:
    """The report, with what is held of its first model, on each of the first days."""
    first, *others = report.models
    begin = date(2025, 10, 20)
    rows = [
        CoverageRow(first.account, begin + timedelta(days=n), kind, *figures)
        for kind, figures in (
            (HeldKind.HOURS, (407, 0, True)),
            (HeldKind.CONVERSATIONS, (28, 5116, True)),
            (HeldKind.TRADES, (100, 0, False)),
        )
        for n in range(days)
    ]
    rows.append(CoverageRow(first.account, begin, HeldKind.CONVERSATIONS, 0, 0, False))
    return replace(report, models=(replace(first, held=tuple(rows)), *others))
