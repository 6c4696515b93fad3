"""Rank changes and drawdowns, measured against what was told last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from nof1_tracker.detectors.rules import Rules
from nof1_tracker.records.changes import Changes, Memory, ObservedEquity, Peak
from nof1_tracker.records.events import EventKind, event_key
from nof1_tracker.records.findings import AccountEquity, EquityFall, Finding, RankRise

_WHOLE = Decimal(1)


# --- ranks ----------------------------------------------------------------------


def next_order(
    told: Sequence[int], equities: Mapping[int, Decimal], margin: Decimal
) -> tuple[int, ...]:
    """The order to tell next: an account passes another only if ahead by the margin.

    Two accounts of nearly equal equity swap places every few minutes; without a
    margin each swap would be changes. Accounts that are new are put in by equity.
    """
    order = [account for account in told if account in equities]
    known = set(order)
    newcomers = sorted(
        equities.keys() - known, key=lambda each: (-equities[each], each)
    )
    for account in newcomers:
        ahead = sum(1 for other in order if equities[other] >= equities[account])
        order.insert(ahead, account)
    # Each swap removes one pair that stands against its equities, so this ends.
    is_settled = False
    while not is_settled:
        is_settled = True
        for upper in range(len(order) - 1):
            one, other = order[upper : upper + 2]
            if equities[other] > equities[one] * (_WHOLE + margin):
                order[upper : upper + 2] = other, one
                is_settled = False
    return tuple(order)


def detect_ranks(
    changes: Changes, memory: Memory, rules: Rules
) -> tuple[list[Finding], tuple[int, ...]]:
    """Who rose into or within the first places, and the order that is told now."""
    equities = {row.model_id: row.equity for row in changes.standing}
    told = memory.order if _same_season(changes, memory) else ()
    order = next_order(told, equities, rules.rank_margin)
    if EventKind.RANK_CHANGE not in rules.kinds or not told:
        return [], order
    rows = {row.model_id: row for row in changes.standing}
    return list(_rises(changes, told, order, rows, rules.places)), order


def _rises(
    changes: Changes,
    told: Sequence[int],
    order: Sequence[int],
    rows: Mapping[int, ObservedEquity],
    places: int,
) -> Iterator[Finding]:
    # Who left or joined moves others up or down without having been passed.
    before = [account for account in told if account in rows]
    stayed = [account for account in order if account in before]
    for account in stayed:
        ahead_before = before[: before.index(account)]
        behind_now = stayed[stayed.index(account) + 1 :]
        passed = [other for other in ahead_before if other in behind_now]
        rank = order.index(account) + 1
        if passed and rank <= places:
            yield _rise(changes, rows, account, rank, passed)


def _rise(
    changes: Changes,
    rows: Mapping[int, ObservedEquity],
    model_id: int,
    rank: int,
    passed: Sequence[int],
) -> Finding:
    row, account = rows[model_id], changes.accounts[model_id]
    season = changes.season.number if changes.season else "-"
    return Finding(
        kind=EventKind.RANK_CHANGE,
        key=event_key("rank", season, model_id, rank, row.observed_at.isoformat()),
        occurred_at=row.observed_at,
        account_id=account.account_id,
        facts=RankRise(
            riser=AccountEquity(account, row.equity),
            rank=rank,
            passed=tuple(
                AccountEquity(changes.accounts[other], rows[other].equity)
                for other in passed
            ),
        ),
        numbers={"rank": Decimal(rank), "equity_usd": row.equity},
    )


# --- drawdowns ------------------------------------------------------------------


def detect_drawdowns(
    changes: Changes, memory: Memory, rules: Rules
) -> tuple[list[Finding], Mapping[int, Peak]]:
    """Accounts that fell below the limit since their peak, and the peaks now.

    Once per peak: it is told again only after a new high. Every equity since the
    last look counts, so that a fall is told that was over before anybody looked.
    """
    peaks = dict(memory.peaks) if _same_season(changes, memory) else {}
    falls = []
    for row in changes.snapshots:
        peak = peaks.get(row.model_id)
        if peak is None or row.equity > peak.equity:
            peaks[row.model_id] = Peak(row.equity, row.observed_at)
        elif _is_fall(row, peak, rules.drawdown):
            peaks[row.model_id] = replace(peak, is_told=True)
            if EventKind.DRAWDOWN in rules.kinds:
                falls.append(_drawdown(changes, row, peak))
    return falls, peaks


def _is_fall(row: ObservedEquity, peak: Peak, limit: Decimal | None) -> bool:
    """True for the first equity after the peak that lies below the limit."""
    if limit is None or peak.is_told or row.observed_at < peak.observed_at:
        return False
    return row.equity <= peak.equity * (_WHOLE - limit)


def _drawdown(changes: Changes, row: ObservedEquity, peak: Peak) -> Finding:
    account = changes.accounts[row.model_id]
    fall = row.equity / peak.equity - _WHOLE
    return Finding(
        kind=EventKind.DRAWDOWN,
        key=event_key("drawdown", row.model_id, peak.observed_at.isoformat()),
        occurred_at=row.observed_at,
        account_id=account.account_id,
        facts=EquityFall(account, row.equity, peak, fall),
        numbers={
            "equity_usd": row.equity,
            "peak_equity_usd": peak.equity,
            "drawdown_ratio": fall,
        },
    )


def _same_season(changes: Changes, memory: Memory) -> bool:
    return changes.season is not None and changes.season.id == memory.season_id
