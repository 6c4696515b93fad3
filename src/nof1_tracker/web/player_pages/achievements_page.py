"""The achievements, by category and rarity, with how far one is."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from nof1_tracker.errors import TrackerError
from nof1_tracker.records.progress.achievement_kinds import Rarity
from nof1_tracker.rendering.text import whole
from nof1_tracker.services.progress.list_achievements import list_achievements
from nof1_tracker.services.progress.player_profiles import ensure_profile
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import PageQuery
from nof1_tracker.web.people.form_pages import Form
from nof1_tracker.web.people.visits import ThePeople, Visit
from nof1_tracker.web.player_pages.achievement_views import Shown, category_views
from nof1_tracker.web.player_pages.player_frame import ThePlayers, player_page, user_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


class AchievementsQuery(PageQuery):
    """Which achievements are shown."""

    show: Shown = Shown.ALL
    rarity: Rarity | None = None


@router.get("/play/achievements")
async def achievements_page(
    players: ThePlayers,
    people: ThePeople,
    asked: Annotated[AchievementsQuery, Query()],
) -> Response:
    """All achievements."""
    del people  # without accounts nobody plays

    def show(visit: Visit, _typed: Form, _error: TrackerError | None) -> Response:
        user = user_of(visit)
        if user is not None:
            ensure_profile(players.services, user)
        lines = list_achievements(players.services, user)
        view = {
            "categories": category_views(lines, asked.show, asked.rarity),
            "total": len(lines),
            "reached": sum(each.reached_at is not None for each in lines),
            "xp": whole(sum(each.xp for each in lines)),
            "shown": asked.show,
            "ways": list(Shown),
            "rarity": asked.rarity,
            "rarities": list(Rarity),
        }
        return player_page(players, visit, "achievements.html", view)

    return await players.show(show)
