"""What the pages around a player have in common: who asks, what they read, the frame."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import Response

from nof1_tracker.errors import TrackerError
from nof1_tracker.records.people.people import User
from nof1_tracker.services.progress.player_services import PlayerServices
from nof1_tracker.web.pages.page_frame import (
    Dashboard,
    Frame,
    PageQuery,
    TheDashboard,
    page_response,
    read_frame,
    rendered,
)
from nof1_tracker.web.people.form_pages import Show, show_to_all
from nof1_tracker.web.people.visits import People, Visit

PLACE: Final = "Play"


@dataclass(frozen=True)
class Players:
    """What a page about players works with.

    Attributes:
        people: None where nobody can sign in.
    """

    request: Request
    dashboard: Dashboard
    services: PlayerServices
    people: People | None

    @property
    def registration(self) -> bool | None:
        """Whether people may make accounts; None where nobody can sign in."""
        return None if self.people is None else self.people.services.registration

    async def show(self, show: Show, *, is_slow: bool = False) -> Response:
        """The page, for anyone who visits.

        Args:
            is_slow: Whether it may take seconds, which it does once for everybody.
        """
        record = self.dashboard.record
        workers = record.slow if is_slow else record.quick
        return await show_to_all(self.request, workers, self.people, show)

    def frame(self, asked: PageQuery | None = None) -> Frame:
        """The frame of a page; nothing of it changes with the record.

        Raises:
            DatabaseError: The database cannot be used.
        """
        query = asked or PageQuery()
        frame = read_frame(self.dashboard, self.request, query, PLACE)
        return replace(frame, state=None)


def _players_of(request: Request, dashboard: TheDashboard) -> Players:
    people = getattr(request.app.state, "people", None)
    services = request.app.state.players
    assert isinstance(services, PlayerServices)  # noqa: S101  the factory has set it
    known = people if isinstance(people, People) else None
    return Players(request, dashboard, services, known)


ThePlayers = Annotated[Players, Depends(_players_of)]


def user_of(visit: Visit) -> User | None:
    """Who is signed in; None for a guest."""
    return None if visit.who is None else visit.who.user


@dataclass(frozen=True)
class Answered:
    """What a form said, if one was sent.

    Attributes:
        said: What was done, in words; empty for nothing.
    """

    typed: Mapping[str, str]
    error: TrackerError | None = None
    said: str = ""


NOTHING_SENT: Final = Answered({})


def player_page(
    players: Players,
    visit: Visit,
    template: str,
    view: Mapping[str, Any],
    frame: Frame | None = None,
    answered: Answered = NOTHING_SENT,
) -> Response:
    """A page about players."""
    people = players.people
    shared = {"is_guest": visit.who is None, "registration": players.registration}
    context = {
        "frame": frame or players.frame(),
        "form": visit.form_token(people) if people else "",
        "view": {**shared, **view},
        "typed": answered.typed,
        "error": answered.error,
        "said": "" if answered.error else answered.said,
    }
    return page_response(rendered(template, context))
