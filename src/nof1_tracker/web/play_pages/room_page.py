"""Rooms: where friends wait for each other, and see who has what on one clock."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.records.people.people import User
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.playable_seasons import playable_seasons
from nof1_tracker.services.play.rooms.change_rooms import (
    MOST_PLAYERS,
    AskedRoom,
    end_room,
    join_room,
    leave_room,
    open_room,
    start_room,
)
from nof1_tracker.services.play.rooms.show_rooms import list_rooms, show_room
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import Dashboard, TheDashboard
from nof1_tracker.web.people.form_pages import (
    Form,
    Show,
    go_to,
    once_signed_in,
    show_page,
    take_form,
    to_sign_in,
)
from nof1_tracker.web.people.visits import People, ThePeople, Visit
from nof1_tracker.web.play_pages.play_frame import play_page
from nof1_tracker.web.play_pages.play_page import season_choice
from nof1_tracker.web.play_pages.room_views import room_line, room_view
from nof1_tracker.web.play_pages.seats import games_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PLACE: Final = "/play/rooms"
_SPEEDS: Final = (
    (60, "60x: two days in 48 minutes"),
    (240, "240x: two days in 12 minutes"),
    (600, "600x: two days in 5 minutes"),
    (3600, "3600x: two days in 48 seconds"),
)


@router.get(PLACE)
async def rooms(
    request: Request, dashboard: TheDashboard, people: ThePeople
) -> Response:
    """The player's rooms, those of friends that wait, and how to open or join one."""
    return await show_page(request, people, _list(request, dashboard, people))


@router.post(f"{PLACE}/{{deed}}")
async def enter(
    request: Request, dashboard: TheDashboard, people: ThePeople, deed: str
) -> Response:
    """Opens a room, or joins one."""
    if deed not in {"open", "join"}:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such form.")

    def do(user: User, form: Form) -> str:
        services = games_of(request)
        if deed == "join":
            return _address(join_room(services, user.id, form.get("code", "")))
        return _address(open_room(services, user.id, _asked(form)))

    act = once_signed_in(_back(request), do)
    return await take_form(request, people, act, _list(request, dashboard, people))


@router.get(f"{PLACE}/{{room_id}}")
async def room(
    request: Request, dashboard: TheDashboard, people: ThePeople, room_id: UUID
) -> Response:
    """A room as its player sees it now."""
    show = _room(request, dashboard, people, room_id)
    return await show_page(request, people, show)


_DEEDS: Final[dict[str, Callable[[GameServices, UUID, UUID], None]]] = {
    "start": start_room,
    "leave": leave_room,
    "end": end_room,
}
"""What the forms of a room do, by the last part of their address."""


@router.post(f"{PLACE}/{{room_id}}/{{deed}}")
async def take_deed(
    request: Request,
    dashboard: TheDashboard,
    people: ThePeople,
    room_id: UUID,
    deed: str,
) -> Response:
    """Does what a form of the room asks for."""
    act = _DEEDS.get(deed)
    if act is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such form.")

    def do(user: User, _form: Form) -> str:
        act(games_of(request), user.id, room_id)
        return PLACE if deed == "leave" else _address(room_id)

    signed_in = once_signed_in(_address(room_id), do)
    show = _room(request, dashboard, people, room_id)
    return await take_form(request, people, signed_in, show)


def _list(request: Request, dashboard: Dashboard, people: People) -> Show:
    def show(visit: Visit, typed: Form, error: TrackerError | None) -> Response:
        services = games_of(request)
        now = services.clock.now()
        playable = [e for e in playable_seasons(services.seasons, now) if e.days]
        found = [] if visit.who is None else list_rooms(services, visit.who.user.id)
        return play_page(
            dashboard,
            request,
            people,
            visit,
            "rooms.html",
            rooms=[room_line(each, now) for each in found],
            code=typed.get("code", request.query_params.get("code", "")),
            seasons=[season_choice(each) for each in playable],
            lengths=sorted({days for each in playable for days in each.days}),
            speeds=_SPEEDS,
            most=MOST_PLAYERS,
            back=_back(request),
            error=error,
        )

    return show


def _room(
    request: Request, dashboard: Dashboard, people: People, room_id: UUID
) -> Show:
    def show(visit: Visit, _typed: Form, error: TrackerError | None) -> Response:
        if visit.who is None:
            return go_to(to_sign_in(_address(room_id)))
        found = show_room(games_of(request), visit.who.user.id, room_id)
        seen = request.query_params.get("seen", found.state)
        if seen != found.state:
            # The page changes as a whole, not only in what is asked for again.
            return Response(headers={"HX-Refresh": "true"})
        invitation = f"{PLACE}?{urlencode({'code': found.join_code or ''})}"
        return play_page(
            dashboard,
            request,
            people,
            visit,
            "room.html",
            **room_view(found),
            invitation=str(request.base_url).rstrip("/") + invitation,
            error=error,
        )

    return show


def _asked(form: Form) -> AskedRoom:
    try:
        season = Decimal(form["season"]) if form.get("season") else None
        days, speed = int(form.get("days", "")), int(form.get("speed", ""))
    except (InvalidOperation, ValueError):
        raise ConfigurationError(
            "This is not a form of the page.", "Open the page, and choose there."
        ) from None
    is_blind = form.get("blind") == "1"
    return AskedRoom(season=season, days=days, speed=speed, is_blind=is_blind)


def _address(room_id: UUID) -> str:
    return f"{PLACE}/{room_id}"


def _back(request: Request) -> str:
    """The page again, with the code that a link brought."""
    code = request.query_params.get("code", "")
    return f"{PLACE}?{urlencode({'code': code})}" if code else PLACE
