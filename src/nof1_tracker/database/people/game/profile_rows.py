"""Stores profiles, what players earned, and what follows from it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.models import USD
from nof1_tracker.database.people.game.game_tables import GameEntryRow, GameRow
from nof1_tracker.database.people.game.profile_tables import (
    CharacterStatsRow,
    UserProfileRow,
    XpEntryRow,
)
from nof1_tracker.records.people.profiles import Profile
from nof1_tracker.records.play.stored_games import GameState
from nof1_tracker.records.progress.player_history import ChosenCharacter
from nof1_tracker.records.progress.xp_entries import XpEntry


class ProfileRows:
    """Players by their account; XP, level and profit are never counted up."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, user_id: UUID, name: tuple[str, str], avatar: str, now: datetime
    ) -> Profile:
        """Stores the profile of an account.

        Args:
            name: As it is shown, and the key that is equal for names which people would
                confuse.

        Raises:
            DatabaseError: When the unit ends: the account has a profile, or somebody has
                that name.
        """
        row = UserProfileRow(
            user_id=user_id,
            display_name=name[0],
            display_name_key=name[1],
            avatar=avatar,
            total_xp=0,
            current_level=1,
            total_profit=Decimal(0),
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return _profile_of(row)

    def has_name(self, key: str) -> bool:
        """Whether somebody has a name with that key."""
        query = select(UserProfileRow.id).where(UserProfileRow.display_name_key == key)
        return self._session.scalar(query) is not None

    def get(self, user_id: UUID) -> Profile | None:
        """The profile of an account; None if it has none."""
        query = select(UserProfileRow).where(UserProfileRow.user_id == user_id)
        row = self._session.scalar(query.execution_options(populate_existing=True))
        return None if row is None else _profile_of(row)

    def lock(self, user_id: UUID) -> bool:
        """Lets nobody else change the profile until this unit ends; False without one.

        What is read afterwards includes all that others stored before.
        """
        query = select(UserProfileRow.id).where(UserProfileRow.user_id == user_id)
        return self._session.scalar(query.with_for_update()) is not None

    def find(self, key: str) -> Profile | None:
        """The player whose display name has that key; None if there is nobody."""
        query = select(UserProfileRow).where(UserProfileRow.display_name_key == key)
        row = self._session.scalar(query.execution_options(populate_existing=True))
        return None if row is None else _profile_of(row)

    def of_users(self, user_ids: Collection[UUID]) -> Mapping[UUID, Profile]:
        """The profiles of these accounts; those without one are left out."""
        query = select(UserProfileRow).where(UserProfileRow.user_id.in_(user_ids))
        rows = self._session.scalars(query.execution_options(populate_existing=True))
        return {row.user_id: _profile_of(row) for row in rows}

    def rename(self, user_id: UUID, name: tuple[str, str]) -> None:
        """Sets the display name, as it is shown and its key."""
        self._change(user_id, display_name=name[0], display_name_key=name[1])

    def draw(self, user_id: UUID, avatar: str) -> None:
        """Sets which of the avatars the player has."""
        self._change(user_id, avatar=avatar)

    # --- characters -------------------------------------------------------------------

    def choose(self, user_id: UUID, choice: ChosenCharacter) -> None:
        """Stores the choice of a character, which is the player's from then on."""
        self._session.add(
            CharacterStatsRow(
                user_id=user_id,
                character=choice.character,
                chosen_at=choice.chosen_at,
                xp=0,
                bonus=0,
                created_at=choice.chosen_at,
            )
        )
        self._session.flush()
        self._change(user_id, character=choice.character)

    def choices(self, user_id: UUID) -> tuple[ChosenCharacter, ...]:
        """The characters that the player chose, oldest first."""
        rows = self._session.execute(
            select(CharacterStatsRow.character, CharacterStatsRow.chosen_at)
            .where(CharacterStatsRow.user_id == user_id)
            .order_by(CharacterStatsRow.chosen_at)
        )
        return tuple(ChosenCharacter(character, at) for character, at in rows)

    # --- XP ---------------------------------------------------------------------------

    def earn(self, user_id: UUID, entries: Iterable[XpEntry], now: datetime) -> None:
        """Adds entries to the ledger; a key that the player has earned stays as it is."""
        rows = [
            {
                "id": uuid4(),
                "user_id": user_id,
                "key": entry.key,
                "source": entry.source,
                "xp": entry.xp,
                "bonus": entry.bonus,
                "earned_at": entry.earned_at,
                "created_at": now,
            }
            for entry in entries
        ]
        if not rows:
            return
        dialect = self._session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        keys = ("user_id", "key")
        statement = insert(XpEntryRow).on_conflict_do_nothing(index_elements=keys)
        self._session.execute(statement, rows)

    def ledger(self, user_id: UUID) -> tuple[XpEntry, ...]:
        """All that the player earned, oldest first."""
        return self._lines(XpEntryRow.user_id == user_id)

    def written_at(self, user_id: UUID, now: datetime) -> tuple[XpEntry, ...]:
        """The lines that were added at that time, oldest first."""
        return self._lines(
            and_(XpEntryRow.user_id == user_id, XpEntryRow.created_at == now)
        )

    def _lines(self, which: ColumnElement[bool]) -> tuple[XpEntry, ...]:
        rows = self._session.scalars(
            select(XpEntryRow)
            .where(which)
            .order_by(XpEntryRow.earned_at, XpEntryRow.key)
        )
        return tuple(
            XpEntry(row.earned_at, row.key, row.source, row.xp - row.bonus, row.bonus)
            for row in rows
        )

    def recompute(self, user_id: UUID, level_of: Callable[[int], int]) -> None:
        """Makes XP, level, profit and the figures of characters what follows from rows.

        Args:
            level_of: The level that so much XP reaches.
        """
        mine = UserProfileRow.user_id == user_id
        # One after the other: who comes second also sees what the first one stored.
        self._session.execute(select(UserProfileRow.id).where(mine).with_for_update())
        xp = self._earned(user_id)[0]
        profit = self._profit(user_id)
        self._change(
            user_id, total_xp=xp, current_level=level_of(xp), total_profit=profit
        )
        choices = self.choices(user_id)
        for choice, following in zip_longest(choices, choices[1:]):
            self._recount(user_id, choice, following)

    def _recount(
        self, user_id: UUID, choice: ChosenCharacter, following: ChosenCharacter | None
    ) -> None:
        until = None if following is None else following.chosen_at
        xp, bonus = self._earned(user_id, choice.chosen_at, until)
        self._session.execute(
            update(CharacterStatsRow)
            .where(
                CharacterStatsRow.user_id == user_id,
                CharacterStatsRow.character == choice.character,
            )
            .values(xp=xp, bonus=bonus)
        )

    def _earned(
        self,
        user_id: UUID,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[int, int]:
        """XP in [since, until), and the bonus in it."""
        query = select(func.sum(XpEntryRow.xp), func.sum(XpEntryRow.bonus))
        query = query.where(XpEntryRow.user_id == user_id)
        if since is not None:
            query = query.where(XpEntryRow.earned_at >= since)
        if until is not None:
            query = query.where(XpEntryRow.earned_at < until)
        xp, bonus = self._session.execute(query).one()
        return xp or 0, bonus or 0

    def _profit(self, user_id: UUID) -> Decimal:
        query = (
            select(func.sum(GameEntryRow.pnl - GameEntryRow.fee, type_=USD))
            .join(GameRow, GameRow.id == GameEntryRow.game_id)
            .where(GameRow.user_id == user_id, GameRow.state == GameState.FINISHED)
        )
        return self._session.scalar(query) or Decimal(0)

    def _change(self, user_id: UUID, **values: object) -> None:
        statement = update(UserProfileRow).where(UserProfileRow.user_id == user_id)
        self._session.execute(statement.values(**values))


def _profile_of(row: UserProfileRow) -> Profile:
    return Profile(
        user_id=row.user_id,
        display_name=row.display_name,
        avatar=row.avatar,
        character=row.character,
        xp=row.total_xp,
        level=row.current_level,
        profit=row.total_profit,
        created_at=row.created_at,
    )
