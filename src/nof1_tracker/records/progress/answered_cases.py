"""Cases as players answered them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.records.progress.cases import OwnDecision
from nof1_tracker.records.progress.player_history import CompletedCase, Notion


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCase:
    """A case as a player answered it first; nothing later changes that.

    Attributes:
        season: Number of the season that it is from.
        module_size: How many cases the module had at that time.
        answers: In the units of the questions; one that is missing is not right.
        asked, right: What its questions were about, and those answered rightly.
        decision, completed_at: None until the player has decided as well.
    """

    case_id: str
    season: Decimal
    module: int
    module_size: int
    answers: Mapping[Notion, Decimal]
    asked: tuple[Notion, ...]
    right: tuple[Notion, ...]
    answered_at: datetime
    decision: OwnDecision | None = None
    completed_at: datetime | None = None

    @property
    def completed(self) -> CompletedCase | None:
        """The case as it counts for XP; None until the player has decided as well."""
        if self.completed_at is None:
            return None
        return CompletedCase(
            case_id=self.case_id,
            season=self.season,
            module=self.module,
            completed_at=self.completed_at,
            asked=self.asked,
            right=self.right,
        )
