"""Which account a leg or a conversation was first stored for."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from nof1_tracker.database.models import LLMModel, ModelChat, Trade
from nof1_tracker.database.write.upsert import values_by_key


class FirstAccounts:
    """Finds the accounts of stored ids: an id never moves to another account."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_legs(self, trade_ids: Iterable[str]) -> Mapping[str, int]:
        """The `llm_models.id` of the legs that are stored."""
        return values_by_key(self._session, Trade.trade_id, Trade.model_id, trade_ids)

    def of_conversations(self, conversation_ids: Iterable[str]) -> Mapping[str, int]:
        """The `llm_models.id` of the conversations that are stored."""
        key = ModelChat.conversation_id
        return values_by_key(self._session, key, ModelChat.model_id, conversation_ids)

    def name(self, model_id: int) -> str:
        """The site's id of an account."""
        return str(self._session.get_one(LLMModel, model_id).model_id)
