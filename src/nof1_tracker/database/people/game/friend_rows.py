"""Stores who is friends with whom.

Each move says in its condition from where it is allowed, so that of two moves at once
the second one finds what the first one made.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.engine.column_types import UtcDateTime
from nof1_tracker.database.people.game.profile_tables import FriendshipRow as Row
from nof1_tracker.records.people.friendships import Friendship, FriendshipState

_S = FriendshipState


class FriendRows:
    """Friendships. Each move returns False where it is not allowed as things stand."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(self, asking: UUID, other: UUID, now: datetime) -> bool:
        """Asks for a friendship: the first time, after its end, or having refused it."""
        again = or_(
            Row.state == _S.ENDED, and_(Row.state == _S.REFUSED, Row.actor_id == asking)
        )
        return self._begin(asking, other, _S.ASKED, now) or self._move(
            asking, other, _S.ASKED, again
        )

    def accept(self, accepting: UUID, other: UUID, now: datetime) -> bool:
        """Accepts what the other one asked."""
        asked = and_(Row.state == _S.ASKED, Row.actor_id == other)
        first = func.coalesce(Row.accepted_at, literal(now, UtcDateTime()))
        return self._move(accepting, other, _S.ACCEPTED, asked, accepted_at=first)

    def refuse(self, refusing: UUID, other: UUID) -> bool:
        """Refuses what the other one asked; only who refused may ask from then on."""
        asked = and_(Row.state == _S.ASKED, Row.actor_id == other)
        return self._move(refusing, other, _S.REFUSED, asked)

    def block(self, blocking: UUID, other: UUID, now: datetime) -> bool:
        """Lets the other one ask no more; False where either has blocked the other."""
        return self._begin(blocking, other, _S.BLOCKED, now) or self._move(
            blocking, other, _S.BLOCKED, Row.state != _S.BLOCKED
        )

    def end(self, ending: UUID, other: UUID) -> bool:
        """Ends a friendship, or takes back what one has asked or blocked oneself."""
        own = and_(Row.state.in_((_S.ASKED, _S.BLOCKED)), Row.actor_id == ending)
        return self._move(ending, other, _S.ENDED, or_(Row.state == _S.ACCEPTED, own))

    def show_games(self, showing: UUID, other: UUID, *, shown: bool) -> bool:
        """Lets a friend see one's games, or not any more; False if they are not friends."""
        column = Row.user_shows_games if showing < other else Row.friend_shows_games
        statement = (
            update(Row)
            .where(_between(showing, other), Row.state == _S.ACCEPTED)
            .values({column: shown})
        )
        return bool(self._session.execute(statement.returning(Row.id)).all())

    def between(self, one: UUID, other: UUID) -> Friendship | None:
        """What two players are to each other; None where neither ever moved."""
        found = self._found(_between(one, other))
        return found[0] if found else None

    def of_user(self, user_id: UUID) -> Sequence[Friendship]:
        """All of a player, in the order of their first moves."""
        return self._found(or_(Row.user_id == user_id, Row.friend_id == user_id))

    def ever_accepted(self, user_id: UUID) -> int:
        """With how many players this one is friends, or was."""
        mine = or_(Row.user_id == user_id, Row.friend_id == user_id)
        query = select(func.count(Row.accepted_at)).where(mine)
        return self._session.execute(query).scalar_one()

    def _begin(
        self, actor: UUID, other: UUID, state: FriendshipState, now: datetime
    ) -> bool:
        """Stores the first move between two players; False if there was one."""
        dialect = self._session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        user_id, friend_id = sorted((actor, other))
        first = insert(Row).values(
            id=uuid4(),
            user_id=user_id,
            friend_id=friend_id,
            state=state,
            actor_id=actor,
            created_at=now,
        )
        pair = ("user_id", "friend_id")
        statement = first.on_conflict_do_nothing(index_elements=pair).returning(Row.id)
        return bool(self._session.execute(statement).all())

    def _move(
        self,
        actor: UUID,
        other: UUID,
        state: FriendshipState,
        allowed: ColumnElement[bool],
        **values: object,
    ) -> bool:
        """Moves on where that is allowed; from then on no games are shown."""
        statement = (
            update(Row)
            .where(_between(actor, other), allowed)
            .values(state=state, actor_id=actor, **values)
            .values(user_shows_games=False, friend_shows_games=False)
        )
        return bool(self._session.execute(statement.returning(Row.id)).all())

    def _found(self, which: ColumnElement[bool]) -> Sequence[Friendship]:
        query = select(Row).where(which).order_by(Row.created_at, Row.id)
        rows = self._session.scalars(query.execution_options(populate_existing=True))
        return [_friendship_of(row) for row in rows]


def _between(one: UUID, other: UUID) -> ColumnElement[bool]:
    user_id, friend_id = sorted((one, other))
    return and_(Row.user_id == user_id, Row.friend_id == friend_id)


def _friendship_of(row: Row) -> Friendship:
    shown = (row.user_id, row.user_shows_games), (row.friend_id, row.friend_shows_games)
    return Friendship(
        players=frozenset((row.user_id, row.friend_id)),
        state=row.state,
        actor_id=row.actor_id,
        accepted_at=row.accepted_at,
        shown_by=frozenset(player for player, shows in shown if shows),
    )
