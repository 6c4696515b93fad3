"""Stores cases as players answered them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.people.game.deed_tables import AnsweredCaseRow as Row
from nof1_tracker.records.progress.answered_cases import AnsweredCase
from nof1_tracker.records.progress.cases import OwnDecision
from nof1_tracker.records.progress.player_history import Notion


class CaseRows:
    """Answered cases: of each player and case the first answers, which alone count."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def answer(self, user_id: UUID, case: AnsweredCase) -> bool:
        """Stores the answers; False where the player has answered the case before."""
        dialect = self._session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        first = insert(Row).values(
            id=uuid4(),
            user_id=user_id,
            case_id=case.case_id,
            season=case.season,
            module=case.module,
            module_size=case.module_size,
            answers={notion: str(each) for notion, each in case.answers.items()},
            asked=list(case.asked),
            right=list(case.right),
            created_at=case.answered_at,
        )
        keys = ("user_id", "case_id")
        statement = first.on_conflict_do_nothing(index_elements=keys).returning(Row.id)
        return bool(self._session.execute(statement).all())

    def decide(
        self, user_id: UUID, case_id: str, decision: OwnDecision, now: datetime
    ) -> bool:
        """Completes a case that was answered; False where it is not, or is complete."""
        statement = (
            update(Row)
            .where(
                Row.user_id == user_id,
                Row.case_id == case_id,
                Row.decision.is_(None),
            )
            .values(decision=decision, completed_at=now)
        )
        return bool(self._session.execute(statement.returning(Row.id)).all())

    def of_user(self, user_id: UUID) -> Sequence[AnsweredCase]:
        """All that the player has answered, oldest first."""
        query = select(Row).where(Row.user_id == user_id)
        rows = self._session.scalars(
            query.order_by(Row.created_at, Row.case_id).execution_options(
                populate_existing=True
            )
        )
        return [_case_of(row) for row in rows]

    def get(self, user_id: UUID, case_id: str) -> AnsweredCase | None:
        """The case as the player answered it; None if the player has not."""
        query = select(Row).where(Row.user_id == user_id, Row.case_id == case_id)
        row = self._session.scalar(query.execution_options(populate_existing=True))
        return None if row is None else _case_of(row)


def _case_of(row: Row) -> AnsweredCase:
    return AnsweredCase(
        case_id=row.case_id,
        season=row.season,
        module=row.module,
        module_size=row.module_size,
        answers={Notion(name): Decimal(each) for name, each in row.answers.items()},
        asked=tuple(map(Notion, row.asked)),
        right=tuple(map(Notion, row.right)),
        answered_at=row.created_at,
        decision=row.decision,
        completed_at=row.completed_at,
    )
