"""The cases of each season, generated once for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from threading import Lock
from typing import Final

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.read.play.case_evidence import CaseEvidenceQueries
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.cases.build_cases import build_cases
from nof1_tracker.records.progress.cases import BuiltCase, CaseEvidence
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.standings import choose_season

LONGEST_ID: Final = 180
"""Characters of a case's id; the site's conversations have 36."""
_ANEW_AFTER: Final = timedelta(minutes=10)
"""While the record grows, cases are generated again this often at most."""


@dataclass(frozen=True, slots=True)
class SeasonCases:
    """The cases of a season.

    Attributes:
        sizes: How many cases each module has.
    """

    season: SeasonSpan
    cases: Mapping[str, BuiltCase]
    sizes: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Kept:
    found: SeasonCases
    version: int
    made_at: datetime


@dataclass(frozen=True)
class KeptCases:
    """Cases by season. While a season runs, they end with the last midnight.

    Attributes:
        handed_out: All that were ever generated here: while a player thinks about a
            case, the season may grow, and others take its place.
    """

    handed_out: dict[str, BuiltCase] = field(default_factory=dict)
    _seasons: dict[int, _Kept] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of_season(
        self, engine: Engine, number: Decimal | None, now: datetime
    ) -> SeasonCases | None:
        """The cases of a season, by default the newest with data; None without data.

        Raises:
            ConfigurationError: There is no season with that number.
            DatabaseError: The database cannot be used.
        """
        with UnitOfWork(engine) as unit:
            season = choose_season(unit.repositories, number, now)
            version = unit.repositories.feed.version()
        if season is None:
            return None
        with self._lock:  # one generates, the others wait for it
            kept = self._seasons.get(season.id)
            if kept is None or _is_stale(kept, version, now):
                made = _generated(engine, season, now)
                self.handed_out.update(made.cases)
                kept = self._seasons[season.id] = _Kept(made, version, now)
        return kept.found

    def find(
        self, engine: Engine, case_id: str, now: datetime
    ) -> tuple[BuiltCase, SeasonCases]:
        """A case, and the season that it is from.

        Raises:
            ConfigurationError: There is no such case.
            DatabaseError: The database cannot be used.
        """
        with UnitOfWork(engine) as unit:
            number = CaseEvidenceQueries(unit.session).season_of(said_in(case_id))
        found = None if number is None else self.of_season(engine, number, now)
        built = self.handed_out.get(case_id)
        if found is None or built is None:
            raise ConfigurationError(
                "There is no such case.", "Choose one from the list of cases."
            )
        return built, found


def said_in(case_id: str) -> str:
    """The conversation that a case is from; symbols may have a colon, too."""
    return case_id.partition(":")[0]


def _is_stale(kept: _Kept, version: int, now: datetime) -> bool:
    is_of_today = kept.made_at.date() == now.date()
    is_young = now - kept.made_at < _ANEW_AFTER
    return not (is_of_today and (is_young or kept.version == version))


def _generated(engine: Engine, season: SeasonSpan, now: datetime) -> SeasonCases:
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    with UnitOfWork(engine, frozen=True) as unit:
        evidence = CaseEvidenceQueries(unit.session).of_season(
            season.id, season.number, midnight
        )
    built = build_cases(each for each in evidence if _can_be_named(each))
    sizes: dict[int, int] = {}
    for each in built:
        sizes[each.case.module] = sizes.get(each.case.module, 0) + 1
    return SeasonCases(season, {each.case.case_id: each for each in built}, sizes)


def _can_be_named(evidence: CaseEvidence) -> bool:
    name = evidence.decision.conversation_id
    if name is None or ":" in name:
        return False
    return len(name) + len(evidence.decision.symbol) < LONGEST_ID
