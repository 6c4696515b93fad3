"""The end of a game: everything under its own name, and a card to share."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from nof1_tracker.errors import TrackerError
from nof1_tracker.records.people.people import User
from nof1_tracker.services.play.games.find_game import find_game, reveal_to_anybody
from nof1_tracker.services.play.games.reveal_games import show_reveal
from nof1_tracker.services.progress.note_deeds import share_card as note_shared
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import Dashboard, TheDashboard
from nof1_tracker.web.people.form_pages import (
    Form,
    Show,
    once_signed_in,
    show_page,
    take_form,
)
from nof1_tracker.web.people.visits import People, ThePeople, Visit
from nof1_tracker.web.play_pages.play_frame import play_page
from nof1_tracker.web.play_pages.reveal_views import reveal_view
from nof1_tracker.web.play_pages.seats import about, games_of, seat_of
from nof1_tracker.web.play_pages.share_card import share_card, share_text
from nof1_tracker.web.players.asking_players import ThePlayers

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_CARD_HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "public, max-age=3600",
}


@router.get("/play/games/{game_id}/reveal")
async def reveal(
    request: Request, dashboard: TheDashboard, people: ThePeople, game_id: UUID
) -> Response:
    """The player's own game, once it is over."""
    show = _revealed(request, dashboard, people, game_id)
    return await show_page(request, people, show)


@router.post("/play/games/{game_id}/reveal")
async def share(
    request: Request,
    dashboard: TheDashboard,
    people: ThePeople,
    players: ThePlayers,
    game_id: UUID,
) -> Response:
    """Notes that the player shared the card, which some achievements ask for."""

    here = f"/play/games/{game_id}/reveal"

    def note(user: User, _form: Form) -> str:
        note_shared(players, user.id, game_id)
        return f"{here}?shared=1"

    act = once_signed_in(here, note)
    show = _revealed(request, dashboard, people, game_id)
    return await take_form(request, people, act, show)


def _revealed(
    request: Request, dashboard: Dashboard, people: People, game_id: UUID
) -> Show:
    def show(visit: Visit, _typed: Form, _error: TrackerError | None) -> Response:
        seat = seat_of(request, visit)
        opened = find_game(seat.services, seat.player, game_id).opened
        told = about(opened)
        found = show_reveal(seat.services, seat.player, game_id)
        return play_page(
            dashboard,
            request,
            people,
            visit,
            "reveal.html",
            **reveal_view(found),
            about=told,
            is_ranked=opened.is_ranked,
            share_text=share_text(found, told.title),
            is_shared="shared" in request.query_params,
        )

    return show


@router.get("/play/games/{game_id}/card.svg")
async def card(request: Request, people: ThePeople, game_id: UUID) -> Response:
    """A card for anybody who has its address."""

    def draw() -> Response:
        stored, found = reveal_to_anybody(games_of(request), game_id)
        drawn = share_card(found, about(stored.opened).title)
        return Response(drawn, headers=_CARD_HEADERS, media_type="image/svg+xml")

    return await people.workers.run(draw)
