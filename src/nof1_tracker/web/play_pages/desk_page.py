"""The desk of a game: what is known, the ticket, and the turns. It works without scripts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from nof1_tracker.errors import ConfigurationError, MoveError, TrackerError
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.session.order_preview import OrderPreview
from nof1_tracker.records.play.session.shown_game import GameView
from nof1_tracker.records.play.stored_games import StoredGame
from nof1_tracker.services.play.games.find_game import find_game
from nof1_tracker.services.play.games.play_game import (
    cancel_order,
    finish_game,
    next_turn,
    place_order,
    set_pace,
    show_game,
)
from nof1_tracker.services.play.games.preview_orders import preview_orders
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import Dashboard, TheDashboard
from nof1_tracker.web.people.form_pages import Form, go_to, show_page, take_form
from nof1_tracker.web.people.visits import People, ThePeople, Visit
from nof1_tracker.web.play_pages.desk_views import (
    PreviewLine,
    desk_address,
    desk_view,
    preview_line,
)
from nof1_tracker.web.play_pages.play_frame import play_page
from nof1_tracker.web.play_pages.seats import Seat, about, seat_of
from nof1_tracker.web.play_pages.ticket import KEPT, SizeUnit, Ticket, orders_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_KINDS: Final = (
    (OrderKind.MARKET, "Market"),
    (OrderKind.LIMIT, "Limit"),
    (OrderKind.STOP, "Stop"),
    (OrderKind.TAKE_PROFIT, "Take profit"),
)
_UNITS: Final = (
    (SizeUnit.EQUITY, "% of equity"),
    (SizeUnit.POSITION, "% of position"),
    (SizeUnit.UNITS, "units"),
)
_PACES: Final = (1, 10, 60, 240, 600, 1800, 3600)
"""Speeds to choose from."""
_LONGEST_SPEED: Final = 5
"""Digits."""
_WAITS: Final = "Your order waits. It is filled at the next price, once time passes."
_LONGEST_LOOK: Final = 8
"""Digits of the seconds since a window started."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """A request for a page of one game."""

    request: Request
    dashboard: Dashboard
    people: People
    game_id: UUID

    def show(self, visit: Visit, typed: Form, error: TrackerError | None) -> Response:
        """The desk, with what was typed where it could not be done."""
        sent, seat = typed or self.request.query_params, seat_of(self.request, visit)
        stored = find_game(seat.services, seat.player, self.game_id)
        view = show_game(seat.services, seat.player, self.game_id)
        ticket = Ticket.typed(sent, view, token_urlsafe(9))
        looked = _looked(sent.get("looked", ""))
        response = play_page(
            self.dashboard,
            self.request,
            self.people,
            visit,
            "desk.html",
            **desk_view(view, ticket, looked),
            about=about(stored.opened),
            address=desk_address(
                view.game_id, ticket.kept, looked=sent.get("looked", "")
            ),
            looked_before="" if looked is None else int(looked.total_seconds()),
            ticket=ticket,
            previews=() if view.is_finished else _previews(seat, ticket, view),
            room=_room_of(stored),
            has_pace=view.speed is not None and stored.opened.room_id is None,
            paces=sorted({*_PACES, view.speed or 1}),
            kinds=_KINDS,
            units=_UNITS,
            error=error,
            said=_WAITS if _is_waiting(view, sent.get("placed", "")) else "",
        )
        if self.request.method == "POST":
            # What a form is answered with has no address of its own.
            response.headers["HX-Replace-Url"] = "false"
        return response

    def back(self, form: Form, looked: str, placed: str = "") -> Response:
        """The desk again, by its own address."""
        kept = {name: form[name] for name in KEPT if name in form}
        return go_to(
            desk_address(str(self.game_id), kept, looked=looked, placed=placed)
        )

    def reveal(self) -> Response:
        """The reveal, for a browser with scripts and without."""
        path = f"/play/games/{self.game_id}/reveal"
        if "hx-request" not in self.request.headers:
            return go_to(path)
        return Response(headers={"HX-Redirect": path})


@router.get("/play/games/{game_id}")
async def desk(
    request: Request, dashboard: TheDashboard, people: ThePeople, game_id: UUID
) -> Response:
    """A game as its player sees it now."""
    here = _Desk(request, dashboard, people, game_id)
    return await show_page(request, people, here.show)


def _place(here: _Desk, seat: Seat, form: Form) -> Response:
    view = show_game(seat.services, seat.player, here.game_id)
    ticket = Ticket.typed(form, view, "")
    asked = orders_of(ticket, view, _side(form))
    if asked[0].kind is OrderKind.MARKET:
        _require_accepted(seat, here.game_id, asked[0])
    for each in asked:
        place_order(seat.services, seat.player, here.game_id, each)
    return here.back(form, form.get("looked", ""), asked[0].client_id)


def _require_accepted(seat: Seat, game_id: UUID, asked: OrderRequest) -> None:
    """Refuses at the ticket what the account would refuse a moment later.

    Raises:
        MoveError: It would.
    """
    (found,) = preview_orders(seat.services, seat.player, game_id, [asked])
    if found.refusal:
        raise MoveError(
            f"The account would refuse this order: {found.refusal}.",
            "State a smaller size, or choose another leverage.",
        )


def _cancel(here: _Desk, seat: Seat, form: Form) -> Response:
    cancel_order(seat.services, seat.player, here.game_id, form.get("order", ""))
    return here.back(form, form.get("looked", ""))


def _turn(here: _Desk, seat: Seat, form: Form) -> Response:
    turn = form.get("turn", "")
    number = int(turn) if turn.isascii() and turn.isdigit() and len(turn) < 4 else -1
    view = next_turn(seat.services, seat.player, here.game_id, number)
    return (
        here.reveal() if view.is_finished else here.back(form, form.get("looked", ""))
    )


def _pace(here: _Desk, seat: Seat, form: Form) -> Response:
    written, is_paused = form.get("speed", ""), form.get("paused") == "1"
    is_number = written.isascii() and written.isdigit()
    speed = int(written) if is_number and len(written) < _LONGEST_SPEED else 0
    set_pace(seat.services, seat.player, here.game_id, speed=speed, is_paused=is_paused)
    return here.back(form, form.get("looked", ""))


def _finish(here: _Desk, seat: Seat, form: Form) -> Response:
    del form  # there is nothing to choose
    finish_game(seat.services, seat.player, here.game_id)
    return here.reveal()


_DEEDS: Final[dict[str, Callable[[_Desk, Seat, Form], Response]]] = {
    "orders": _place,
    "cancel": _cancel,
    "turn": _turn,
    "pace": _pace,
    "finish": _finish,
}
"""What the forms of the desk do, by the last part of their address."""


@router.post("/play/games/{game_id}/{deed}")
async def take_deed(
    request: Request,
    dashboard: TheDashboard,
    people: ThePeople,
    game_id: UUID,
    deed: str,
) -> Response:
    """Does what a form of the desk asks for, or shows what it would come to."""
    here = _Desk(request, dashboard, people, game_id)
    do = _DEEDS.get(deed)
    if do is None and deed != "preview":
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such form.")

    def act(visit: Visit, form: Form) -> Response:
        if do is None:
            return here.show(visit, form, None)
        return do(here, seat_of(request, visit), form)

    return await take_form(request, people, act, here.show)


def _side(form: Form) -> FillSide:
    try:
        return FillSide(form.get("side", ""))
    except ValueError:
        raise MoveError(
            "The order says neither buy nor sell.", "Press one of the two."
        ) from None


def _previews(seat: Seat, ticket: Ticket, view: GameView) -> list[PreviewLine]:
    """What either side of the ticket would come to, or why it cannot be placed."""
    return [_preview(seat, ticket, view, side) for side in FillSide]


def _preview(seat: Seat, ticket: Ticket, view: GameView, side: FillSide) -> PreviewLine:
    found: OrderPreview | None = None
    trouble = ""
    try:
        asked = orders_of(ticket, view, side)[:1]
        (found,) = preview_orders(seat.services, seat.player, UUID(view.game_id), asked)
    except (MoveError, ConfigurationError) as error:
        trouble = f"{error.message} {error.remedy}"
    return preview_line(side, found, trouble)


def _room_of(stored: StoredGame) -> str:
    """Address of the room that the game is played in; empty where it is played alone."""
    room_id = stored.opened.room_id
    return "" if room_id is None else f"/play/rooms/{room_id}"


def _looked(seconds: str) -> timedelta | None:
    """When the player looked last, in game time."""
    is_number = seconds.isascii() and seconds.isdigit()
    if not is_number or len(seconds) > _LONGEST_LOOK:
        return None
    return timedelta(seconds=int(seconds))


def _is_waiting(view: GameView, client_id: str) -> bool:
    return any(each.client_id == client_id for each in view.orders)
