"""What earns XP, and how much."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from nof1_tracker.game.progress.characters import (
    bonus_xp,
    character_at,
    favours_of,
)
from nof1_tracker.game.progress.streaks import runs_of_days
from nof1_tracker.records.progress.player_history import (
    ChosenCharacter,
    CompletedCase,
    ModuleSize,
    PlayedTrade,
    PlayerHistory,
)
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource

Chosen = Sequence[ChosenCharacter]
"""The characters that a player chose; without any, nothing is raised."""
XP_OF_CASE: Final = {1: 100, 2: 200, 3: 300, 4: 400, 5: 500}
"""XP of a case, by its module."""
XP_OF: Final = {
    XpSource.CASE_ALL_RIGHT: 50,
    XpSource.MODULE: 500,
    XpSource.FIRST_TRADE: 200,
    XpSource.PROFITABLE_TRADE: 20,
    XpSource.LONG_HOLD: 100,
    XpSource.DAILY_SIGN_IN: 10,
    XpSource.SEVEN_DAYS: 100,
}
LEAST_OF_TRADE: Final = 10
MOST_OF_TRADE: Final = 50
TRADES_A_DAY: Final = 10
"""Trades that count in a day of UTC, of real time: the first ones."""
LEAST_SIZE: Final = Decimal("0.05")
"""Notional / equity from which a trade counts."""
FULL_SIZE: Final = Decimal(1)
"""Notional / equity from which a trade earns the most."""
LONG_HOLD: Final = timedelta(days=30)
DAYS_IN_A_ROW: Final = 7


def first_attempts(cases: Iterable[CompletedCase]) -> Sequence[CompletedCase]:
    """Each case as it was answered first, oldest first: later the answers are known."""
    by_case: dict[str, CompletedCase] = {}
    for case in sorted(cases, key=lambda each: each.completed_at):
        by_case.setdefault(case.case_id, case)
    return tuple(by_case.values())


def case_entries(case: CompletedCase, chosen: Chosen = ()) -> Iterator[XpEntry]:
    """100 to 500 XP for a case, and 50 for answering all of it rightly at once.

    Raises:
        ValueError: There is no such module.
    """
    if case.module not in XP_OF_CASE:
        raise ValueError(f"there is no module {case.module}: {case.case_id}")
    at, xp = case.completed_at, XP_OF_CASE[case.module]
    yield _entry(at, XpSource.CASE, case.case_id, xp=xp, chosen=chosen)
    if case.is_all_right:
        yield _entry(at, XpSource.CASE_ALL_RIGHT, case.case_id, chosen=chosen)


def module_entries(
    attempts: Iterable[CompletedCase], sizes: Iterable[ModuleSize]
) -> Iterator[XpEntry]:
    """500 XP for each module of which every case is completed.

    Args:
        attempts: As `first_attempts` returns them.
    """
    done: dict[tuple[Decimal, int], list[datetime]] = defaultdict(list)
    for case in attempts:
        done[case.season, case.module].append(case.completed_at)
    for size in sizes:
        completed = done[size.season, size.module]
        if 0 < size.cases <= len(completed):
            # 1 and 1.0 are one season, and so one key.
            module = f"{size.season.normalize():f}:{size.module}"
            yield _entry(completed[size.cases - 1], XpSource.MODULE, module)


def counted_trades(trades: Iterable[PlayedTrade]) -> Sequence[PlayedTrade]:
    """The trades that count, oldest first: for XP, and for achievements.

    The first ten of a day of UTC that a person opened, each of at least 5 % of equity.
    The day is one of real time: however fast a game runs, it has ten.
    """
    by_day: dict[date, list[PlayedTrade]] = defaultdict(list)
    for trade in sorted(trades, key=lambda each: (each.opened_at, each.trade_id)):
        day = by_day[_day_of(trade.opened_at)]
        is_large = trade.size >= LEAST_SIZE
        if is_large and not trade.by_token and len(day) < TRADES_A_DAY:
            day.append(trade)
    return [trade for day in by_day.values() for trade in day]


def xp_of_size(size: Decimal) -> int:
    """10 to 50 XP of a trade that counts, in proportion to its size.

    10 at 5 % of equity, 50 at 100 % and beyond; whole XP, rounded down.

    Args:
        size: Notional / equity, at least `LEAST_SIZE`.
    """
    share = (min(size, FULL_SIZE) - LEAST_SIZE) / (FULL_SIZE - LEAST_SIZE)
    return LEAST_OF_TRADE + int(share * (MOST_OF_TRADE - LEAST_OF_TRADE))


def is_long_hold(trade: PlayedTrade) -> bool:
    """True where it was held 30 days of game time, or a tenth of its season."""
    return trade.held is not None and trade.held >= min(LONG_HOLD, trade.season / 10)


def trade_entries(
    counted: Sequence[PlayedTrade], chosen: Chosen = ()
) -> Iterator[XpEntry]:
    """XP of trades: the first, each by its size, those with a profit, long holds.

    Args:
        counted: As `counted_trades` returns them.
    """
    if counted:
        # A key without the trade: there is one first trade, whatever joins later.
        yield _entry(counted[0].opened_at, XpSource.FIRST_TRADE)
    for trade in counted:
        earns = partial(_entry, what=trade.trade_id, trade=trade, chosen=chosen)
        yield earns(trade.opened_at, XpSource.TRADE, xp=xp_of_size(trade.size))
        if trade.closed_at is not None and is_profitable(trade):
            yield earns(trade.closed_at, XpSource.PROFITABLE_TRADE)
        if trade.closed_at is not None and is_long_hold(trade):
            yield earns(trade.closed_at, XpSource.LONG_HOLD)


def is_profitable(trade: PlayedTrade) -> bool:
    """True for a closed trade with a net PnL above 0, as a win is of the models."""
    return trade.net_pnl is not None and trade.net_pnl > 0


def sign_in_entries(days: Iterable[date]) -> Iterator[XpEntry]:
    """10 XP a day, and 100 for each seven days in a row."""
    for day, length in runs_of_days(days):
        start = datetime.combine(day, time(), UTC)
        yield _entry(start, XpSource.DAILY_SIGN_IN, day)
        if length % DAYS_IN_A_ROW == 0:
            yield _entry(start, XpSource.SEVEN_DAYS, day)


def earned_entries(history: PlayerHistory) -> Iterator[XpEntry]:
    """All that a history earns, but for achievements."""
    attempts, chosen = first_attempts(history.cases), history.characters
    for case in attempts:
        yield from case_entries(case, chosen)
    yield from module_entries(attempts, history.module_sizes)
    yield from trade_entries(counted_trades(history.trades), chosen)
    yield from sign_in_entries(history.sign_ins)


def _entry(
    earned_at: datetime,
    source: XpSource,
    what: object = None,
    *,
    xp: int | None = None,
    trade: PlayedTrade | None = None,
    chosen: Chosen = (),
) -> XpEntry:
    """An entry with the bonus of the character that the player had at that time.

    Args:
        what: What is unique about it; None where a player earns the source once.
        xp: None where the source always earns the same.
    """
    base = XP_OF[source] if xp is None else xp
    character = character_at(chosen, earned_at)
    return XpEntry(
        earned_at=earned_at,
        key=str(source) if what is None else f"{source}:{what}",
        source=source,
        base=base,
        bonus=bonus_xp(base, favours_of(source, trade), character),
    )


def _day_of(instant: datetime) -> date:
    return instant.astimezone(UTC).date()
