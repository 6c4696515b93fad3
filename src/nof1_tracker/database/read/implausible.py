"""Finds what is stored and implausible: odd legs, and equities of about zero."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel, Season, Trade
from nof1_tracker.database.read.best_source import TRUSTED, is_best_source
from nof1_tracker.database.read.filters import COMPLETE_BY
from nof1_tracker.records.status import ImplausibleLegs, LowEquity
from nof1_tracker.records.stored import EXIT_IN_FUTURE, is_future


class ImplausibleQueries:
    """Queries of `status`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def legs(self) -> Sequence[ImplausibleLegs]:
        """How many legs are implausible in which way, the most first.

        A leg that is so in two ways counts in both.
        """
        odd = self._session.execute(
            select(Trade.oddity, Trade.closed_at, COMPLETE_BY).where(
                or_(Trade.oddity.is_not(None), Trade.closed_at > COMPLETE_BY)
            )
        )
        found: Counter[str] = Counter()
        for oddity, closed_at, complete_by in odd:
            found.update(each for each in (oddity or "").split("; ") if each)
            if is_future(closed_at, complete_by):
                found[EXIT_IN_FUTURE] += 1
        return [
            ImplausibleLegs(oddity, legs)
            for oddity, legs in sorted(
                found.items(), key=lambda each: (-each[1], each[0])
            )
        ]

    def low_equities(self, fraction: float) -> Sequence[LowEquity]:
        """The accounts whose equity was near zero at some time, by season.

        Args:
            fraction: Of the initial equity; an equity up to it is near zero.
        """
        snapshot = LeaderboardSnapshot
        # One pass over the index of a season: it covers source and equity.
        low = (
            select(snapshot.season_id, snapshot.model_id)
            .join(Season, Season.id == snapshot.season_id)
            .where(
                snapshot.source.in_(TRUSTED),
                snapshot.total_assets <= Season.initial_capital * fraction,
            )
            .distinct()
            .subquery()
        )
        rows = self._session.execute(
            select(LLMModel, Season)
            .join(low, low.c.model_id == LLMModel.id)
            .join(Season, Season.id == low.c.season_id)
            .order_by(Season.id, LLMModel.id)
        )
        return [self._low_equity(account, season) for account, season in rows]

    def _low_equity(self, account: LLMModel, season: Season) -> LowEquity:
        snapshot = LeaderboardSnapshot
        observed = self._session.execute(
            select(snapshot.timestamp, snapshot.total_assets)
            .where(
                snapshot.season_id == season.id,
                snapshot.model_id == account.id,
                snapshot.source.in_(TRUSTED),
                is_best_source(),
            )
            .order_by(snapshot.timestamp)
        )
        closings = self._session.scalars(
            select(Trade.closed_at).where(
                Trade.model_id == account.id, Trade.exit_price.is_not(None)
            )
        )
        return LowEquity(
            name=account.name,
            account_id=account.model_id or account.name,
            initial_equity=float(season.initial_capital),
            observations=[(time, float(equity)) for time, equity in observed],
            closings=[time for time in closings if time is not None],
        )
