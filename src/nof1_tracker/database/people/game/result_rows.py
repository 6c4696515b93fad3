"""Stores how games ended, and reads what ranks and XP follow from."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.people.game.deed_tables import GameResultRow
from nof1_tracker.database.people.game.game_rows import GameRows
from nof1_tracker.database.people.game.game_tables import (
    GameEntryRow,
    GameOrderRow,
    GameRoomRow,
    GameRow,
)
from nof1_tracker.records.play.finished_games import (
    GameResult,
    PlayedLedger,
    RankedResult,
    RoomPlay,
)
from nof1_tracker.records.play.stored_games import StoredGame, window_id_of

_BY_ORDER = exists().where(
    GameOrderRow.game_id == GameRow.id,
    or_(GameOrderRow.by_token, GameOrderRow.cancelled_by_token),
)
_BY_PROGRAM = or_(GameRow.by_token, _BY_ORDER)
_SECOND = timedelta(seconds=1)


class ResultRows:
    """How games ended."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, game_id: UUID, result: GameResult, now: datetime) -> None:
        """Stores how a game ended; computed again, it is replaced."""
        dialect = self._session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        values = {
            "total_return": result.total_return,
            "model_returns": dict(result.model_returns),
            "volatile": sorted(result.volatile),
            "season_seconds": result.season_length // _SECOND,
        }
        new = insert(GameResultRow).values(game_id=game_id, created_at=now, **values)
        self._session.execute(
            new.on_conflict_do_update(index_elements=("game_id",), set_=values)
        )

    def get(self, game_id: UUID) -> GameResult | None:
        """How a game ended; None until it has."""
        row = self._session.get(GameResultRow, game_id)
        return None if row is None else _result_of(row)

    def of_user(self, user_id: UUID) -> Mapping[UUID, GameResult]:
        """How the games of an account ended, by their ids."""
        query = select(GameResultRow).join(GameRow, GameRow.id == GameResultRow.game_id)
        rows = self._session.scalars(query.where(GameRow.user_id == user_id))
        return {row.game_id: _result_of(row) for row in rows}

    def ledger(self, game: StoredGame) -> PlayedLedger:
        """The ledger of a game that is over."""
        entry, order = GameEntryRow, GameOrderRow
        written = select(entry.number, entry.created_at).where(entry.game_id == game.id)
        by_token = select(order.number).where(order.game_id == game.id, order.by_token)
        return PlayedLedger(
            game=game,
            entries=GameRows(self._session).ledger(game.id),
            written_at={
                row.number: row.created_at for row in self._session.execute(written)
            },
            by_token=frozenset(self._session.scalars(by_token)),
        )

    def by_program(self, user_id: UUID) -> frozenset[UUID]:
        """The games of an account in which a program made at least one move."""
        query = select(GameRow.id).where(GameRow.user_id == user_id, _BY_PROGRAM)
        return frozenset(self._session.scalars(query))

    def rooms(self, user_id: UUID) -> Mapping[UUID, tuple[UUID, UUID]]:
        """The room of each game of the account that has one, and who opened it."""
        query = (
            select(GameRow.id, GameRoomRow.id, GameRoomRow.host_id)
            .join(GameRoomRow, GameRoomRow.id == GameRow.room_id)
            .where(GameRow.user_id == user_id)
        )
        rows = self._session.execute(query)
        return {game: (room, host) for game, room, host in rows}

    def in_rooms(self, rooms: Sequence[UUID], but: UUID) -> Sequence[RoomPlay]:
        """How others ended in these rooms."""
        query = (
            select(GameRow.room_id, GameRow.user_id, GameResultRow.total_return)
            .join(GameRow, GameRow.id == GameResultRow.game_id)
            .where(
                GameRow.room_id.in_(rooms),
                GameRow.user_id != but,
            )
            .order_by(GameRow.created_at, GameRow.id)
        )
        return [
            RoomPlay(room_id, user_id, total_return)
            for room_id, user_id, total_return in self._session.execute(query)
            if room_id is not None and user_id is not None
        ]

    # --- ranks ------------------------------------------------------------------------

    def stamp(self) -> tuple[int, datetime | None]:
        """Changes with every result that is stored: their number, and the newest."""
        row = GameResultRow
        query = select(func.count(row.game_id), func.max(row.created_at))
        count, newest = self._session.execute(query).one()
        return count, newest

    def ranked(self, until: datetime | None = None) -> Sequence[RankedResult]:
        """All ranked games of accounts that are over, oldest first.

        Args:
            until: Leaves out what ended then or later.
        """
        query = (
            select(GameRow, GameResultRow, _BY_PROGRAM.label("by_program"))
            .join(GameResultRow, GameResultRow.game_id == GameRow.id)
            .where(GameRow.is_ranked, GameRow.user_id.is_not(None))
            .order_by(GameRow.finished_at, GameRow.id)
        )
        if until is not None:
            query = query.where(GameRow.finished_at < until)
        return [
            RankedResult(
                user_id=game.user_id,
                season=Decimal(game.season),
                window_id=window_id_of(game.season, game.starts_at, game.ends_at),
                by_program=by_program,
                result=_result_of(result),
                finished_at=game.finished_at,
            )
            for game, result, by_program in self._session.execute(query)
            if game.user_id is not None and game.finished_at is not None
        ]


def _result_of(row: GameResultRow) -> GameResult:
    return GameResult(
        total_return=row.total_return,
        # Numbers in JSON are read as exact ones.
        model_returns={name: float(each) for name, each in row.model_returns.items()},
        volatile=frozenset(row.volatile),
        season_length=row.season_seconds * _SECOND,
    )
