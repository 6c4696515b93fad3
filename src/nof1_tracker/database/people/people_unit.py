"""A transaction on people's tables."""

from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from nof1_tracker.database.engine.errors import database_errors, explain
from nof1_tracker.database.people.attempt_rows import AttemptRows
from nof1_tracker.database.people.game.achievement_rows import AchievementRows
from nof1_tracker.database.people.game.board_rows import BoardRows
from nof1_tracker.database.people.game.case_rows import CaseRows
from nof1_tracker.database.people.game.deed_rows import DeedRows
from nof1_tracker.database.people.game.friend_rows import FriendRows
from nof1_tracker.database.people.game.game_rows import GameRows
from nof1_tracker.database.people.game.profile_rows import ProfileRows
from nof1_tracker.database.people.game.result_rows import ResultRows
from nof1_tracker.database.people.game.room_rows import RoomRows
from nof1_tracker.database.people.people_tables import PEOPLE_SCHEMA
from nof1_tracker.database.people.security_log_rows import SecurityLogRows
from nof1_tracker.database.people.session_rows import SessionRows
from nof1_tracker.database.people.token_rows import TokenRows
from nof1_tracker.database.people.user_rows import UserRows


class PeopleUnit:
    """One short transaction on people's tables: rolls back unless `commit` was called.

    It takes no turn with those who record, and makes no new version of the record:
    PostgreSQL locks the rows that it touches, SQLite its file for a moment.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        writes: bool = False,
        frozen: bool = False,
        patience: float | None = None,
    ) -> None:
        """Begins nothing yet.

        Args:
            frozen: Whether all that it reads is from a single instant.
            patience: Seconds for which it waits for a lock that another holds; None: as
                long as those who record.
        """
        self._engine = engine
        self._writes = writes
        self._frozen = frozen and not is_sqlite(engine)  # which always does
        self._patience = patience
        self._afterwards: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        with database_errors():
            self.session = Session(self._engine, autoflush=False)
            options = {"writes": self._writes, **_place(self._engine)}
            options["patience"] = self._patience
            if self._frozen:
                options["isolation_level"] = "REPEATABLE READ"
            connection = self.session.connection(execution_options=options)
            if self._patience is not None and not is_sqlite(self._engine):
                limit = text("SELECT set_config('lock_timeout', :limit, true)")
                connection.execute(limit, {"limit": f"{self._patience * 1000:.0f}ms"})
        return self

    @property
    def is_writing(self) -> bool:
        """Whether it was opened to write."""
        return self._writes

    @cached_property
    def users(self) -> UserRows:
        return UserRows(self.session)

    @cached_property
    def sessions(self) -> SessionRows:
        return SessionRows(self.session)

    @cached_property
    def tokens(self) -> TokenRows:
        return TokenRows(self.session)

    @cached_property
    def attempts(self) -> AttemptRows:
        return AttemptRows(self.session)

    @cached_property
    def log(self) -> SecurityLogRows:
        return SecurityLogRows(self.session)

    @cached_property
    def profiles(self) -> ProfileRows:
        return ProfileRows(self.session)

    @cached_property
    def achievements(self) -> AchievementRows:
        return AchievementRows(self.session)

    @cached_property
    def friends(self) -> FriendRows:
        return FriendRows(self.session)

    @cached_property
    def games(self) -> GameRows:
        return GameRows(self.session)

    @cached_property
    def cases(self) -> CaseRows:
        return CaseRows(self.session)

    @cached_property
    def deeds(self) -> DeedRows:
        return DeedRows(self.session)

    @cached_property
    def results(self) -> ResultRows:
        return ResultRows(self.session)

    @cached_property
    def rooms(self) -> RoomRows:
        return RoomRows(self.session)

    @cached_property
    def boards(self) -> BoardRows:
        return BoardRows(self.session)

    @property
    def engine(self) -> Engine:
        """The database that it works on."""
        return self._engine

    def after_commit(self, act: Callable[[], None]) -> None:
        """Does something once the work of this unit is permanent."""
        self._afterwards.append(act)

    def commit(self) -> None:
        """Makes the work of this unit permanent."""
        with database_errors():
            self.session.commit()
        while self._afterwards:
            self._afterwards.pop()()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.session.close()  # rolls back what is not committed
        if isinstance(error, DBAPIError):
            raise explain(error) from error


def is_sqlite(engine: Engine) -> bool:
    """Whether the database is a file, which is locked as a whole."""
    return engine.dialect.name == "sqlite"


def _place(engine: Engine) -> dict[str, object]:
    """Where the tables are: SQLite has them beside the others."""
    if not is_sqlite(engine):
        return {}
    return {"schema_translate_map": {PEOPLE_SCHEMA: None}}
