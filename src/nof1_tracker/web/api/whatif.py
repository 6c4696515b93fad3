"""What copying a model would have brought, as the command line writes it in JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from nof1_tracker.analyzer.play.whatif_report import CopyReport
from nof1_tracker.records.asking.asked_whatif import AskedWhatif
from nof1_tracker.rendering.programs.play.whatif_object import copy_object, hold_object
from nof1_tracker.rendering.programs.play.whatif_shape import (
    WhatifCopyShape,
    WhatifHoldShape,
)
from nof1_tracker.web.answers import MINUTE, Asking, answer_object
from nof1_tracker.web.record import TheRecord

router = APIRouter(tags=["whatif"])


@router.get("/whatif", response_model=WhatifCopyShape | WhatifHoldShape)
async def whatif(
    request: Request, record: TheRecord, asked: Annotated[AskedWhatif, Query()]
) -> Response:
    """What copying a model, or holding a coin, would have brought on paper.

    The document is that of `nof1-tracker whatif copy --json`, or with `hold` that of
    `nof1-tracker whatif hold --json`; exact figures are strings here. Nothing is
    traded, and nothing is advice.
    """
    now = record.clock.now()

    def read() -> object:
        found = record.whatifs.answer(asked, now).found
        if isinstance(found, CopyReport):
            return copy_object(found)
        return hold_object(found)

    good_for = MINUTE if asked.has_span else None
    return await answer_object(Asking(request, record, record.paper, good_for), read)
