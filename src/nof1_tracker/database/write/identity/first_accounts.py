"""Which account a leg or a conversation was first stored for."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from nof1_tracker.database.models import LLMModel, ModelChat, Trade
from nof1_tracker.database.write.upsert import in_chunks

_CHUNK = 500


class FirstAccounts:
    """Finds the accounts of stored ids: an id never moves to another account."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_legs(self, trade_ids: Iterable[str]) -> Mapping[str, int]:
        """The `llm_models.id` of the legs that are stored."""
        return self._found(Trade.trade_id, Trade.model_id, trade_ids)

    def of_conversations(self, conversation_ids: Iterable[str]) -> Mapping[str, int]:
        """The `llm_models.id` of the conversations that are stored."""
        return self._found(
            ModelChat.conversation_id, ModelChat.model_id, conversation_ids
        )

    def name(self, model_id: int) -> str:
        """The site's id of an account."""
        return str(self._session.get_one(LLMModel, model_id).model_id)

    def _found(
        self,
        key: InstrumentedAttribute[str | None],
        account: InstrumentedAttribute[int],
        values: Iterable[str],
    ) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for chunk in in_chunks(sorted(set(values)), _CHUNK):
            rows = self._session.execute(select(key, account).where(key.in_(chunk)))
            found |= {str(each): model_id for each, model_id in rows}
        return found
