"""The frame of the game's pages, which says nothing that a player must not know."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from nof1_tracker.services.listing.stored_overview import read_origin
from nof1_tracker.web.pages.page_frame import (
    Dashboard,
    Frame,
    address,
    page_response,
    rendered,
)
from nof1_tracker.web.people.visits import People, Visit

PLACE = "Play"


def play_page(
    dashboard: Dashboard,
    request: Request,
    people: People,
    visit: Visit,
    template: str,
    **shown: Any,
) -> Response:
    """A page of the game.

    Its frame knows no season and no age of the record: either would tell a player of a
    blind window what to look for, or would change with what is recorded later.
    """
    who, record = visit.who, dashboard.record
    frame = Frame(
        here=address(request),
        place=PLACE,
        now=record.clock.now(),
        origin=read_origin(record.engine),
        visitor="" if who is None else who.user.username,
    )
    context = {
        "frame": frame,
        "form": visit.form_token(people),
        "error": None,
        "said": "",
        "is_guest": who is None,
        **shown,
    }
    return page_response(rendered(template, context))
