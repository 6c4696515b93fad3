"""Answers as people type them: with signs of units, and with thousands divided."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from nof1_tracker.records.progress.cases import AnswerUnit
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.records.progress.shown_cases import ShownQuestion

LONGEST: Final = 40
_NUMBER: Final = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?", re.ASCII)
_LEFT_OUT: Final = str.maketrans("", "", " \t\u00a0\u202f$%_")
_MINUS: Final = "\u2212"


def field_of(notion: Notion) -> str:
    """What the field of a question is called in its form."""
    return f"answer-{notion}"


def typed_answers(
    questions: Iterable[ShownQuestion], form: Mapping[str, str]
) -> tuple[Mapping[Notion, Decimal], Mapping[Notion, str]]:
    """The answers in the units of their questions, and what is wrong with the others."""
    answers: dict[Notion, Decimal] = {}
    wrong: dict[Notion, str] = {}
    for question in questions:
        text = form.get(field_of(question.notion), "")
        found = typed_number(text)
        if found is None:
            wrong[question.notion] = _complaint(text)
        else:
            is_share = question.unit is AnswerUnit.FRACTION  # typed in per cent
            answers[question.notion] = found / 100 if is_share else found
    return answers, wrong


def typed_number(text: str) -> Decimal | None:
    """The number that somebody typed; None where it is not one."""
    shorter = text.translate(_LEFT_OUT).replace(_MINUS, "-").upper()
    shorter = shorter.removesuffix("R").removesuffix("USD")
    is_one = _NUMBER.fullmatch(shorter) and any(map(str.isdigit, shorter))
    if not is_one or len(shorter) > LONGEST:
        return None
    return Decimal(shorter.replace(",", ""))


def _complaint(text: str) -> str:
    if not text.strip():
        return "Type a number."
    return "This is not a number; write it as 1234.5 or 1,234.5."
