"""The API of cases. Guests may solve them as well; of them nothing is stored."""

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from nof1_tracker.records.asking.asked_values import OneSeason
from nof1_tracker.records.progress.cases import OwnDecision
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.services.progress.solve_cases import (
    answer_case,
    decide_case,
    list_cases,
    open_case,
)
from nof1_tracker.web.players.asking_players import PLAYS, TheAsking
from nof1_tracker.web.players.case_shapes import CaseShape, CasesShape
from nof1_tracker.web.problems import documented

router = APIRouter(
    tags=["cases"],
    dependencies=[PLAYS],
    responses=documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)
TheCase = Annotated[str, Path(max_length=180, description="`id` in the list of cases.")]
Given = Annotated[
    Decimal, Field(ge=Decimal("-1e15"), le=Decimal("1e15"), max_digits=40)
]
Answers = Annotated[
    dict[Notion, Given],
    Field(
        description="By the `notion` of each question, in its unit.",
        examples=[{"fee": "4.5"}],
        max_length=len(Notion),
    ),
]


class AnsweredShape(BaseModel):
    """Answers to the questions of a case; one that is left out is not right."""

    model_config = ConfigDict(extra="forbid")

    answers: Answers


class DecidedShape(BaseModel):
    """What you decide in the place of the model."""

    model_config = ConfigDict(extra="forbid")

    decision: OwnDecision
    answers: Annotated[
        Answers | None,
        Field(description="For guests alone: nothing of theirs is stored."),
    ] = None


class CasesQuery(OneSeason):
    """Which season the cases are from; by default the newest."""


@router.get("/cases", response_model=CasesShape)
async def show_cases(
    asking: TheAsking, asked: Annotated[CasesQuery, Query()]
) -> Response:
    """The cases of a season in modules of growing difficulty, and what you have done."""
    return await asking.answer_anyone(
        lambda user: CasesShape.of(list_cases(asking.players, user, asked.number))
    )


@router.get("/cases/{case_id}", response_model=CaseShape)
async def show_case(asking: TheAsking, case_id: TheCase) -> Response:
    """A case: what the model knew, and questions, without anything known later."""
    return await asking.answer_anyone(
        lambda user: CaseShape.of(open_case(asking.players, user, case_id))
    )


@router.post("/cases/{case_id}/answers", response_model=CaseShape)
async def send_answers(
    asking: TheAsking, case_id: TheCase, sent: AnsweredShape
) -> Response:
    """Grades your answers. The first ones stand, whatever is sent later."""
    return await asking.answer_anyone(
        lambda user: CaseShape.of(
            answer_case(asking.players, user, case_id, sent.answers)
        )
    )


@router.post("/cases/{case_id}/decision", response_model=CaseShape)
async def send_decision(
    asking: TheAsking, case_id: TheCase, sent: DecidedShape
) -> Response:
    """Completes a case that you answered: what the model did, why, and what came of it."""
    return await asking.answer_anyone(
        lambda user: CaseShape.of(
            decide_case(asking.players, user, case_id, sent.decision, sent.answers)
        )
    )
