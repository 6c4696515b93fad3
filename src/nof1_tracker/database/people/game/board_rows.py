"""Reads what leaderboards show of players, which triggers keep."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from nof1_tracker.database.people.game.profile_tables import LeaderboardCacheRow as Row
from nof1_tracker.records.progress.leaderboard_lines import CachedPlayer


class BoardRows:
    """The leaderboard's cache."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def players(self) -> Sequence[CachedPlayer]:
        """Everybody, the one with the most XP first."""
        query = select(
            Row.user_id,
            Row.display_name,
            Row.avatar,
            Row.character,
            Row.total_xp,
            Row.current_level,
            Row.total_profit,
        ).order_by(Row.total_xp.desc(), Row.display_name)
        return [CachedPlayer(*row) for row in self._session.execute(query)]
