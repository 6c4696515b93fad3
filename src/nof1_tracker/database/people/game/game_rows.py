"""Stores games, their orders and their ledgers."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    exists,
    insert,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from nof1_tracker.database.people.game.game_tables import (
    GameEntryRow,
    GameOrderRow,
    GameRoomRow,
    GameRow,
)
from nof1_tracker.database.people.game.plan_json import plan_as_json, plan_from_json
from nof1_tracker.records.play.ledger import LedgerEntry
from nof1_tracker.records.play.orders import Order
from nof1_tracker.records.play.session.games import Move
from nof1_tracker.records.play.stored_games import (
    GameState,
    NewGame,
    PaceChange,
    Player,
    RoomClock,
    StoredGame,
    StoredOrder,
)

_OPENED: Final = tuple(each.name for each in fields(NewGame) if each.name != "plan")
_ORDERED: Final = tuple(each.name for each in fields(Order) if each.name != "order_id")
_ENTERED: Final = tuple(
    each.name for each in fields(LedgerEntry) if each.name != "order"
)


class GameRows:
    """Games by their id. Of those who write into one at once, one succeeds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, game: NewGame, now: datetime) -> StoredGame:
        """Stores a game that begins; its ledger is empty.

        Raises:
            DatabaseError: When the unit ends: the account has a ranked game of that
                window already, or a value makes no sense.
        """
        row = GameRow(
            **_values(game, _OPENED),
            plan=plan_as_json(game.plan),
            clock=game.starts_at,
            clock_at=now,
            state=GameState.OPEN,
            entries=0,
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return _game_of(row)

    def get(self, game_id: UUID) -> StoredGame | None:
        """The game; None if there is no such one."""
        query = select(GameRow).where(GameRow.id == game_id)
        row = self._session.scalar(query.execution_options(populate_existing=True))
        return None if row is None else _game_of(row)

    def of_user(self, user_id: UUID) -> Sequence[StoredGame]:
        """The games of an account, the newest first."""
        return self._newest(GameRow.user_id == user_id)

    def of_player(self, player: Player) -> Sequence[StoredGame]:
        """The games of an account or a guest, the newest first."""
        return self._newest(_is_of(player))

    def of_room(self, room_id: UUID) -> Sequence[StoredGame]:
        """The games that are played in a room, the newest first."""
        return self._newest(GameRow.room_id == room_id)

    def clock_of_room(self, room_id: UUID) -> RoomClock:
        """When the clock of a room started, and when it was ended."""
        query = select(GameRoomRow.started_at, GameRoomRow.ended_at)
        row = self._session.execute(
            query.where(GameRoomRow.id == room_id)
        ).one_or_none()
        return RoomClock() if row is None else RoomClock(*row)

    def daily_since(self, moment: datetime) -> StoredGame | None:
        """The first game of a window of the day that was opened since then."""
        query = select(GameRow).where(GameRow.is_daily, GameRow.created_at >= moment)
        row = self._session.scalar(query.order_by(GameRow.created_at).limit(1))
        return None if row is None else _game_of(row)

    def _newest(self, condition: ColumnElement[bool]) -> Sequence[StoredGame]:
        query = select(GameRow).where(condition)
        newest = query.order_by(GameRow.created_at.desc(), GameRow.id)
        rows = self._session.scalars(newest.execution_options(populate_existing=True))
        return [_game_of(row) for row in rows]

    def keep(self, guest_digest: str, user_id: UUID) -> int:
        """Gives the games of a guest to the account that the guest has made.

        A ranked game of a window that the account has played already stays the guest's,
        and so do all but the first of several of one window.

        Returns:
            How many there were.
        """
        this, other = GameRow, aliased(GameRow)
        before = and_(
            other.is_ranked,
            other.season == this.season,
            other.starts_at == this.starts_at,
            other.ends_at == this.ends_at,
            or_(
                other.user_id == user_id,
                and_(
                    other.guest_digest == guest_digest,
                    tuple_(other.created_at, other.id)
                    < tuple_(this.created_at, this.id),
                ),
            ),
        )
        is_repeated = and_(this.is_ranked, exists().where(before).correlate(this))
        kept = self._session.execute(
            update(this)
            .where(this.guest_digest == guest_digest, not_(is_repeated))
            .values(user_id=user_id, guest_digest=None)
            .returning(this.id)
            .execution_options(synchronize_session=False)
        )
        return len(kept.all())

    def forget_guests(self, before: datetime) -> int:
        """Deletes the games that guests opened before then; returns how many."""
        gone = (
            delete(GameRow)
            .where(GameRow.guest_digest.is_not(None), GameRow.created_at < before)
            .returning(GameRow.id)
            .execution_options(synchronize_session=False)
        )
        return len(self._session.execute(gone).all())

    def finish(self, game_id: UUID, now: datetime) -> bool:
        """Ends a game that is open; False if there is no such one."""
        statement = (
            update(GameRow)
            .where(GameRow.id == game_id, GameRow.state == GameState.OPEN)
            .values(state=GameState.FINISHED, finished_at=now)
        )
        return bool(self._session.execute(statement.returning(GameRow.id)).all())

    # --- ledger -----------------------------------------------------------------------

    def append(
        self,
        game_id: UUID,
        entries: Sequence[LedgerEntry],
        *,
        after: int,
        clock: datetime,
        now: datetime,
        moves: Sequence[Move] = (),
        pace: PaceChange | None = None,
    ) -> bool:
        """Adds entries to the ledger and sets the clock, if nobody else was faster.

        Args:
            entries: Numbered from `after` + 1 on.
            moves: What the player did since those before: orders placed or taken back.
            after: The last entry that they follow.
            clock: How far the game is now, in game time.
            now: When that is so, in real time.
            pace: How fast time passes, as it was read and as it is from now on.

        Returns:
            False where the ledger has other entries by now, the clock is ahead, time
            passes otherwise than was read, or the game is over: nothing is stored then.
        """
        moved = (
            update(GameRow)
            .where(
                GameRow.id == game_id,
                GameRow.state == GameState.OPEN,
                GameRow.entries == after,
                GameRow.clock <= clock,
            )
            .values(entries=after + len(entries), clock=clock, clock_at=now)
        )
        if pace is not None:
            moved = moved.where(
                GameRow.speed.is_not_distinct_from(pace.before.speed),
                GameRow.is_paused == pace.before.is_paused,
            ).values(speed=pace.after.speed, is_paused=pace.after.is_paused)
        if not self._session.execute(moved.returning(GameRow.id)).all():
            return False
        for move in moves:
            self._note(game_id, move, now)
        if entries:
            rows = [_entry_values(game_id, entry, now) for entry in entries]
            self._session.execute(insert(GameEntryRow), rows)
        return True

    def _note(self, game_id: UUID, move: Move, now: datetime) -> None:
        """Stores an order, or that it was taken back."""
        if move.order is None:
            taken = {"cancelled_at": move.at, "cancelled_by_token": move.by_token}
            self._session.execute(
                update(GameOrderRow)
                .where(
                    GameOrderRow.game_id == game_id,
                    GameOrderRow.client_id == move.client_id,
                    GameOrderRow.cancelled_at.is_(None),
                )
                .values(**taken)
            )
            return
        values = _values(move.order, _ORDERED)
        values |= {"number": move.order.order_id, "client_id": move.client_id}
        values |= {"by_token": move.by_token, "created_at": now}
        self._session.execute(insert(GameOrderRow).values(game_id=game_id, **values))

    def orders(self, game_id: UUID) -> Sequence[StoredOrder]:
        """All orders of a game, in order of placing."""
        query = select(GameOrderRow).where(GameOrderRow.game_id == game_id)
        rows = self._session.scalars(
            query.order_by(GameOrderRow.number).execution_options(
                populate_existing=True
            )
        )
        return [
            StoredOrder(
                order=_order_of(row),
                client_id=row.client_id,
                by_token=row.by_token,
                cancelled_at=row.cancelled_at,
                cancelled_by_token=row.cancelled_by_token,
            )
            for row in rows
        ]

    def ordered_since(self, player: Player, moment: datetime) -> Sequence[datetime]:
        """When an account, or a guest, placed orders since then, in real time."""
        placed = (
            select(GameOrderRow.created_at)
            .join(GameRow, GameRow.id == GameOrderRow.game_id)
            .where(_is_of(player), GameOrderRow.created_at > moment)
        )
        return self._session.scalars(placed).all()

    def ledger(
        self, game_id: UUID, placed: Sequence[StoredOrder] | None = None
    ) -> tuple[LedgerEntry, ...]:
        """All entries of a game, in order.

        Args:
            placed: All orders of the game, where they have been read already.
        """
        known = self.orders(game_id) if placed is None else placed
        orders = {each.order.order_id: each.order for each in known}
        rows = self._session.scalars(
            select(GameEntryRow)
            .where(GameEntryRow.game_id == game_id)
            .order_by(GameEntryRow.number)
        )
        return tuple(_entry_of(row, orders) for row in rows)


def _is_of(player: Player) -> ColumnElement[bool]:
    if player.user_id is not None:
        return GameRow.user_id == player.user_id
    return GameRow.guest_digest == player.guest_digest


def _game_of(row: GameRow) -> StoredGame:
    return StoredGame(
        id=row.id,
        opened=NewGame(**_values(row, _OPENED), plan=plan_from_json(row.plan)),
        clock=row.clock,
        clock_at=row.clock_at,
        state=row.state,
        entries=row.entries,
        created_at=row.created_at,
        finished_at=row.finished_at,
        is_paused=row.is_paused,
    )


def _order_of(row: GameOrderRow) -> Order:
    return Order(order_id=row.number, **_values(row, _ORDERED))


def _entry_of(row: GameEntryRow, orders: dict[int, Order]) -> LedgerEntry:
    order = None if row.order_number is None else orders[row.order_number]
    return LedgerEntry(order=order, **_values(row, _ENTERED))


def _entry_values(game_id: UUID, entry: LedgerEntry, now: datetime) -> dict[str, Any]:
    return {
        **_values(entry, _ENTERED),
        "game_id": game_id,
        "order_number": None if entry.order is None else entry.order.order_id,
        "created_at": now,
    }


def _values(source: object, names: Sequence[str]) -> dict[str, Any]:
    """What a row and its record call by the same names."""
    return {name: getattr(source, name) for name in names}
