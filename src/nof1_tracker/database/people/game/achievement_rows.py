"""Stores how far players are with achievements."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.people.game.profile_tables import (
    AchievementRow,
    UserProfileRow,
)
from nof1_tracker.database.people.game.profile_tables import UserAchievementRow as Row
from nof1_tracker.records.people.profiles import StoredProgress


class AchievementRows:
    """Achievements by the id that programs know them by."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(
        self, user_id: UUID, done: Mapping[str, StoredProgress], now: datetime
    ) -> None:
        """Stores how far the player is; what was reached before stays so.

        Raises:
            KeyError: There is no such achievement.
        """
        known = self._session.execute(select(AchievementRow.code, AchievementRow.id))
        ids = {row.code: row.id for row in known}
        rows = [
            {
                "id": uuid4(),
                "user_id": user_id,
                "achievement_id": ids[code],
                "progress": each.done,
                "completed": each.reached_at is not None,
                "completed_at": each.reached_at,
                "created_at": now,
            }
            for code, each in done.items()
        ]
        if not rows:
            return
        dialect = self._session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        new = insert(Row)
        statement = new.on_conflict_do_update(
            index_elements=("user_id", "achievement_id"),
            set_={
                "progress": new.excluded.progress,
                "completed": Row.completed | new.excluded.completed,
                "completed_at": func.coalesce(
                    Row.completed_at, new.excluded.completed_at
                ),
            },
        )
        self._session.execute(statement, rows)

    def of_user(self, user_id: UUID) -> dict[str, StoredProgress]:
        """How far the player is, by achievement, in the order of the list."""
        rows = self._session.execute(
            select(AchievementRow.code, Row.progress, Row.completed_at)
            .join(Row, Row.achievement_id == AchievementRow.id)
            .where(Row.user_id == user_id)
            .order_by(AchievementRow.position)
        )
        return {code: StoredProgress(done, at) for code, done, at in rows}

    def shares(self) -> dict[str, Decimal]:
        """Which fraction of all players has each achievement, in the list's order."""
        players = self._session.scalar(select(func.count(UserProfileRow.id))) or 1
        rows = self._session.execute(
            select(AchievementRow.code, func.count(Row.completed_at))
            .outerjoin(Row, Row.achievement_id == AchievementRow.id)
            .group_by(AchievementRow.code, AchievementRow.position)
            .order_by(AchievementRow.position)
        )
        return {code: Decimal(reached) / players for code, reached in rows}
