"""A conversation as a whole: what a model was told, thought and decided."""

from dataclasses import dataclass

from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.stored import StoredChat


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation with its prompt and decisions.

    Attributes:
        chat: With its content.
        prompt: What the model was told; None where it is not stored, as in datasets.
        is_thought: Whether the content is its chain of thought; False where the site
            served none and the content is its answer.
        decisions: One per symbol, by symbol.
        earlier, later: Ids of the account's conversations before and after it; None
            where none is stored.
    """

    chat: StoredChat
    prompt: str | None
    is_thought: bool
    decisions: tuple[ListedDecision, ...]
    earlier: str | None
    later: str | None
