"""Stores rooms, and who has joined them."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.people.game.game_tables import (
    GameRoomMemberRow as Member,
)
from nof1_tracker.database.people.game.game_tables import GameRoomRow as Row
from nof1_tracker.database.people.game.plan_json import plan_as_json, plan_from_json
from nof1_tracker.records.play.game_rooms import NewRoom, StoredRoom
from nof1_tracker.records.play.stored_games import GameMode

_OPENED: Final = tuple(each.name for each in fields(NewRoom) if each.name != "plan")


class RoomRows:
    """Rooms. Who changes one has locked it before, so that others wait."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, room: NewRoom, now: datetime) -> UUID:
        """Stores a room that its host has joined; returns its id."""
        values = {name: getattr(room, name) for name in _OPENED}
        row = Row(
            **values,
            mode=GameMode.RUNNING,
            plan=plan_as_json(room.plan),
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        self.join(row.id, room.host_id, now)
        return row.id

    def get(self, room_id: UUID, *, locked: bool = False) -> StoredRoom | None:
        """The room; None if there is no such one.

        Args:
            locked: Whether others wait with it until the unit ends.
        """
        found = self._found(Row.id == room_id, locked=locked)
        return found[0] if found else None

    def by_code(self, code: str) -> StoredRoom | None:
        """The room that is joined by that code, locked; None if there is none."""
        found = self._found(Row.join_code == code, locked=True)
        return found[0] if found else None

    def of_user(self, user_id: UUID) -> Sequence[StoredRoom]:
        """Rooms that an account has joined, the newest first."""
        joined = select(Member.room_id).where(Member.user_id == user_id)
        return self._found(Row.id.in_(joined))

    def waiting_of(self, hosts: Collection[UUID]) -> Sequence[StoredRoom]:
        """Rooms of these hosts that have not started, the newest first."""
        return self._found(Row.host_id.in_(hosts) & Row.started_at.is_(None))

    def join(self, room_id: UUID, user_id: UUID, now: datetime) -> None:
        """Lets an account in."""
        values = {"room_id": room_id, "user_id": user_id, "joined_at": now}
        self._session.execute(insert(Member).values(**values))

    def leave(self, room: StoredRoom, user_id: UUID) -> None:
        """Lets an account out. A host leaves the room to who came next, if anybody did."""
        others = [each for each in room.members if each != user_id]
        if not others:
            self._session.execute(delete(Row).where(Row.id == room.id))
            return
        gone = Member.room_id == room.id, Member.user_id == user_id
        self._session.execute(delete(Member).where(*gone))
        if room.opened.host_id == user_id:
            self._set(room.id, host_id=others[0])

    def leave_all(self, user_id: UUID) -> None:
        """Lets an account out of every room, before it is deleted."""
        joined = select(Member.room_id).where(Member.user_id == user_id)
        mine = (Row.host_id == user_id) | Row.id.in_(joined)
        for room in self._found(mine, locked=True):
            self.leave(room, user_id)

    def start(self, room_id: UUID, room: NewRoom, started_at: datetime) -> None:
        """Starts the clock of a room over that window."""
        self._set(
            room_id,
            season=room.season,
            starts_at=room.starts_at,
            ends_at=room.ends_at,
            plan=plan_as_json(room.plan),
            started_at=started_at,
        )

    def end(self, room_id: UUID, now: datetime) -> None:
        """Notes that its host ended it early."""
        self._set(room_id, ended_at=now)

    def forget(self, before: datetime) -> None:
        """Deletes rooms that were opened by then and never started."""
        old = Row.created_at <= before, Row.started_at.is_(None)
        self._session.execute(delete(Row).where(*old))

    def _set(self, room_id: UUID, **values: object) -> None:
        statement = update(Row).where(Row.id == room_id).values(**values)
        self._session.execute(statement.execution_options(synchronize_session=False))

    def _found(
        self, which: ColumnElement[bool], *, locked: bool = False
    ) -> Sequence[StoredRoom]:
        query = select(Row).where(which).order_by(Row.created_at.desc(), Row.id)
        query = query.execution_options(populate_existing=True)
        rows = self._session.scalars(query.with_for_update() if locked else query).all()
        query_members = (
            select(Member.room_id, Member.user_id)
            .where(Member.room_id.in_([row.id for row in rows]))
            .order_by(Member.joined_at, Member.user_id)
        )
        members: dict[UUID, list[UUID]] = {}
        for room_id, user_id in self._session.execute(query_members):
            members.setdefault(room_id, []).append(user_id)
        return [_room_of(row, members.get(row.id, [])) for row in rows]


def _room_of(row: Row, members: Sequence[UUID]) -> StoredRoom:
    values = {name: getattr(row, name) for name in _OPENED}
    return StoredRoom(
        id=row.id,
        opened=NewRoom(**values, plan=plan_from_json(row.plan)),
        members=tuple(members),
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
