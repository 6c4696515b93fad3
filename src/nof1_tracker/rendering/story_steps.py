"""The steps of a trade's life with the model's words, as a page shows them."""

from dataclasses import dataclass
from datetime import datetime

from nof1_tracker.analyzer.decisions.trade_story import Step, StepKind, TradeStory
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.decision_words import decision_terms
from nof1_tracker.rendering.text import span, whole
from nof1_tracker.rendering.trade_story_words import TITLES, step_details


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of a trade's life, with the model's words.

    Attributes:
        is_order: Whether it happened at the exchange; else it was said.
    """

    at: datetime
    title: str
    details: str
    terms: str
    quotes: tuple[str, ...]
    conversation_id: str | None
    is_order: bool


def story_steps(story: TradeStory) -> tuple[StepView, ...]:
    """Its steps in words, in order of time."""
    return tuple(_step(each, story) for each in story.steps)


def _step(step: Step, story: TradeStory) -> StepView:
    decision = step.decision
    times = ""
    if step.times > 1:
        times = f" {whole(step.times)} times, {span(step.until - step.at)}"
    return StepView(
        at=step.at,
        title=f"{TITLES[step.kind]}{times}",
        details=step_details(step, story),
        terms=clean(decision_terms(decision)) if decision else "",
        quotes=_quotes(decision) if decision else (),
        conversation_id=decision.conversation_id if decision else None,
        is_order=step.kind in (StepKind.OPENED, StepKind.CLOSED),
    )


def _quotes(decision: ListedDecision) -> tuple[str, ...]:
    said = (decision.justification, decision.invalidation_condition)
    return tuple(clean(each, multi_line=True).strip() for each in said if each)
