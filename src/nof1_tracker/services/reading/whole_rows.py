"""Use cases: one row, found by its id or a part of it, with all that belongs to it."""

from collections.abc import Sequence

from nof1_tracker.analyzer.decisions.decision_metrics import RULES
from nof1_tracker.analyzer.decisions.trade_story import TradeStory, tell_story
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.reading.conversation import Conversation
from nof1_tracker.records.sanitize import clean

_NAMED = 5
"""How many ids a message names where a part of one means several."""


def read_conversation(engine: Engine, wanted: str) -> Conversation:
    """The conversation with that id, or with an id of which `wanted` is a part.

    Raises:
        ConfigurationError: There is no such conversation, or several have that part.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        queries = unit.repositories.conversations
        found = queries.ids_alike(wanted.strip(), _NAMED + 1)
        return queries.read(_only(found, wanted, "conversation", "chat"))


def read_trade_story(engine: Engine, wanted: str) -> TradeStory:
    """The life of the trade with that id, or with an id of which `wanted` is a part.

    Raises:
        ConfigurationError: There is no such trade, or several have that part.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        queries = unit.repositories.single_trades
        found = queries.ids_alike(wanted.strip(), _NAMED + 1)
        trade_id = _only(found, wanted, "trade", "trades")
        return tell_story(queries.evidence(trade_id, RULES.fill_within))


def _only(found: Sequence[str], wanted: str, noun: str, command: str) -> str:
    """The only id that was found.

    Raises:
        ConfigurationError: There is none, or there are several.
    """
    if not found:
        raise ConfigurationError(
            f"No {noun} has the id {wanted!r}.",
            f"`nof1-tracker {command}` lists them with their ids.",
        )
    if len(found) > 1:
        more = ", ..." if len(found) > _NAMED else ""
        named = ", ".join(found[:_NAMED])
        raise ConfigurationError(
            f"Several ids of {noun}s contain {wanted!r}.",
            clean(f"Give more of one: {named}{more}"),
        )
    return found[0]
