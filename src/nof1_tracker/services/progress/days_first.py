"""Who was first of all when a day of UTC ended; noted whether or not anybody looked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from nof1_tracker.database.connection import Engine
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.game.ranks.overall_ranks import leaders
from nof1_tracker.records.play.finished_games import RankedResult
from nof1_tracker.records.progress.rank_rows import ContestantResults

_DAY = timedelta(days=1)
_NOTED: WeakKeyDictionary[Engine, date] = WeakKeyDictionary()
"""Up to which day a process knows that all is noted, by database."""


def is_noted(engine: Engine, now: datetime) -> bool:
    """Whether this process knows that all days are noted that are over."""
    return _NOTED.get(engine) == _yesterday(now)


def note_days_in(unit: PeopleUnit, now: datetime) -> Sequence[UUID]:
    """Notes who was first when each day ended since the last one noted.

    Once a day in each process; the caller commits. A day counts by the games that were
    over when it ended, so that it comes to the same whenever it is noted.

    Returns:
        The players for whom a day is new.
    """
    last = _yesterday(now)
    if is_noted(unit.engine, now):
        return ()
    unit.after_commit(lambda: _NOTED.update({unit.engine: last}))
    results = [each for each in unit.results.ranked() if not each.by_program]
    noted = unit.deeds.last_lead()
    if not results or (noted is not None and noted >= last):
        return ()
    begin = results[0].finished_at.astimezone(UTC).date()
    days = _first_players(results, begin if noted is None else noted + _DAY, last)
    return [
        user_id
        for day, user_id in days
        if unit.profiles.get(user_id) and unit.deeds.lead(user_id, day, now)
    ]


def contestants(results: Iterable[RankedResult]) -> Iterator[ContestantResults]:
    """Players with their windows, and models with those that any of them played."""
    of_players: dict[UUID, list[tuple[str, float]]] = defaultdict(list)
    of_models: dict[str, dict[str, float]] = defaultdict(dict)
    for each in results:
        of_players[each.user_id].append((each.window_id, each.result.total_return))
        for model, total in each.result.model_returns.items():
            of_models[model].setdefault(each.window_id, total)
    for user_id, returns in of_players.items():
        yield ContestantResults(str(user_id), False, tuple(returns))
    for model, known in of_models.items():
        yield ContestantResults(model, True, tuple(known.items()))


def _first_players(
    results: Sequence[RankedResult], begin: date, last: date
) -> Iterator[tuple[date, UUID]]:
    """Each day with a player who was first when it ended; models lead days of nobody.

    Args:
        results: Oldest first.
    """
    day, counted, first = begin, -1, list[UUID]()
    while day <= last:
        midnight = datetime.combine(day + _DAY, time(), UTC)
        over = sum(each.finished_at < midnight for each in results)
        if over != counted:
            counted = over
            found = leaders(contestants(results[:over]))
            first = [UUID(each.contestant) for each in found if not each.is_model]
        yield from ((day, user_id) for user_id in first)
        day += _DAY


def _yesterday(now: datetime) -> date:
    return now.astimezone(UTC).date() - _DAY
