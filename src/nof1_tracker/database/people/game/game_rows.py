"""Stores games, their orders and their ledgers."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.people.game.game_tables import (
    GameEntryRow,
    GameOrderRow,
    GameRow,
)
from nof1_tracker.records.play.ledger import LedgerEntry
from nof1_tracker.records.play.orders import Order
from nof1_tracker.records.play.stored_games import (
    GameState,
    NewGame,
    PlacedOrder,
    StoredGame,
)

_OPENED: Final = tuple(each.name for each in fields(NewGame))
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
            **asdict(game),
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
        query = select(GameRow).where(GameRow.user_id == user_id)
        newest = query.order_by(GameRow.created_at.desc(), GameRow.id)
        rows = self._session.scalars(newest.execution_options(populate_existing=True))
        return [_game_of(row) for row in rows]

    def keep(self, guest_digest: str, user_id: UUID) -> None:
        """Gives the games of a guest to the account that the guest has made."""
        self._session.execute(
            update(GameRow)
            .where(GameRow.guest_digest == guest_digest)
            .values(user_id=user_id, guest_digest=None)
        )

    def finish(self, game_id: UUID, now: datetime) -> bool:
        """Ends a game that is open; False if there is no such one."""
        statement = (
            update(GameRow)
            .where(GameRow.id == game_id, GameRow.state == GameState.OPEN)
            .values(state=GameState.FINISHED, finished_at=now)
        )
        return bool(self._session.execute(statement.returning(GameRow.id)).all())

    # --- orders -----------------------------------------------------------------------

    def place(
        self, game_id: UUID, client_id: str, order: Order, now: datetime
    ) -> PlacedOrder | None:
        """Stores an order once: sent again under its client id, it is the stored one.

        Args:
            order: Its `order_id` does not count: it gets the next number of the game.

        Returns:
            None if there is no such game, or it is over.
        """
        if not self._holds(game_id):
            return None
        of_game = GameOrderRow.game_id == game_id
        known = self._session.scalar(
            select(GameOrderRow).where(of_game, GameOrderRow.client_id == client_id)
        )
        if known is not None:
            return PlacedOrder(_order_of(known), is_new=False)
        last = self._session.scalar(
            select(func.max(GameOrderRow.number)).where(of_game)
        )
        placed = replace(order, order_id=(last or 0) + 1)
        values = _values(placed, _ORDERED)
        values |= {"number": placed.order_id, "client_id": client_id, "created_at": now}
        self._session.execute(insert(GameOrderRow).values(game_id=game_id, **values))
        return PlacedOrder(placed, is_new=True)

    def _holds(self, game_id: UUID) -> bool:
        """Whether the game is open; nobody else writes into it until this unit ends."""
        query = select(GameRow.id).where(
            GameRow.id == game_id, GameRow.state == GameState.OPEN
        )
        return self._session.scalar(query.with_for_update()) is not None

    # --- ledger -----------------------------------------------------------------------

    def append(
        self,
        game_id: UUID,
        entries: Sequence[LedgerEntry],
        *,
        after: int,
        clock: datetime,
        now: datetime,
    ) -> bool:
        """Adds entries to the ledger and sets the clock, if nobody else was faster.

        Args:
            entries: Numbered from `after` + 1 on. Their orders are stored already.
            after: The last entry that they follow.
            clock: How far the game is now, in game time.

        Returns:
            False where the ledger has other entries by now, the clock is ahead, or the
            game is over: nothing is stored then.
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
        if not self._session.execute(moved.returning(GameRow.id)).all():
            return False
        if entries:
            rows = [_entry_values(game_id, entry, now) for entry in entries]
            self._session.execute(insert(GameEntryRow), rows)
        return True

    def ledger(self, game_id: UUID) -> tuple[LedgerEntry, ...]:
        """All entries of a game, in order."""
        orders = {
            row.number: _order_of(row)
            for row in self._session.scalars(
                select(GameOrderRow).where(GameOrderRow.game_id == game_id)
            )
        }
        rows = self._session.scalars(
            select(GameEntryRow)
            .where(GameEntryRow.game_id == game_id)
            .order_by(GameEntryRow.number)
        )
        return tuple(_entry_of(row, orders) for row in rows)


def _game_of(row: GameRow) -> StoredGame:
    return StoredGame(
        id=row.id,
        opened=NewGame(**_values(row, _OPENED)),
        clock=row.clock,
        clock_at=row.clock_at,
        state=row.state,
        entries=row.entries,
        created_at=row.created_at,
        finished_at=row.finished_at,
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
