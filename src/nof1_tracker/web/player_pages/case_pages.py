"""Cases: the modules, and each case from its questions to its reveal.

What somebody with an account answers is sent by forms and stored. Guests only practise:
nothing of them is stored, and all that they answered is in the address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.game.cases.lessons import lessons
from nof1_tracker.game.progress.earning import XP_OF
from nof1_tracker.records.people.people import User
from nof1_tracker.records.progress.cases import OwnDecision
from nof1_tracker.records.progress.shown_cases import (
    CaseLine,
    CaseList,
    CaseModule,
    ShownCase,
)
from nof1_tracker.records.progress.xp_entries import XpSource
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.players.xp_words import subject_of
from nof1_tracker.services.progress.player_profiles import read_xp
from nof1_tracker.services.progress.player_services import PlayerServices
from nof1_tracker.services.progress.solve_cases import (
    answer_case,
    decide_case,
    list_cases,
    open_case,
)
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import PageQuery
from nof1_tracker.web.people.form_pages import (
    Form,
    Show,
    go_to,
    once_signed_in,
    take_form,
)
from nof1_tracker.web.people.visits import ThePeople, Visit
from nof1_tracker.web.player_pages.case_views import (
    POSITION_COLUMNS,
    answer_views,
    case_path,
    model_view,
    option_views,
    question_views,
    situation_view,
)
from nof1_tracker.web.player_pages.player_frame import (
    Answered,
    Players,
    ThePlayers,
    player_page,
    user_of,
)
from nof1_tracker.web.player_pages.typed_answers import field_of, typed_answers

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_STAGES: Final = ("answer", "decide", "reveal")
_NAMES: Final = ("Work it out", "Decide", "See what came of it")
_MOST_LINES: Final = 100_000
"""As many lines as no ledger of XP has."""


class CasesQuery(PageQuery):
    """Which cases, and which module is open."""

    module: int | None = None


@router.get("/play/cases")
async def cases_page(
    players: ThePlayers, asked: Annotated[CasesQuery, Query()]
) -> Response:
    """The modules of a season, and what of them is done."""

    def show(visit: Visit, _typed: Form, _error: TrackerError | None) -> Response:
        frame = players.frame(asked)
        found = list_cases(players.services, user_of(visit), frame.number)
        view = _list_view(found, asked.module)
        return player_page(players, visit, "cases.html", view, frame)

    return await players.show(show, is_slow=True)


def _list_view(found: CaseList, opened: int | None) -> Mapping[str, Any]:
    lines = [line for module in found.modules for line in module.cases]
    following = _following(lines, None)
    number = opened or next(
        (each.number for each in found.modules if following in each.cases), 1
    )
    done = [each.answered for each in lines if _state(each) != "open"]
    return {
        "modules": [
            _module_view(each, is_open=each.number == number)
            for each in found.modules
            if each.cases
        ],
        "total": len(lines),
        "done": sum(each.completed for each in found.modules),
        "all_right": sum(
            each is not None
            and each.completed is not None
            and each.completed.is_all_right
            for each in done
        ),
        "next": following and case_path(following.case_id),
    }


def _module_view(module: CaseModule, *, is_open: bool) -> Mapping[str, Any]:
    asks = [lessons()[each].title.lower() for each in module.asks]
    return {
        "number": module.number,
        "is_open": is_open,
        "title": lessons()[module.asks[0]].title,
        "asks": f"Asks {', '.join(asks)}",
        "xp": module.xp,
        "bonus": XP_OF[XpSource.CASE_ALL_RIGHT],
        "whole": XP_OF[XpSource.MODULE],
        "done": module.completed,
        "cases": [
            {
                "number": number,
                "name": clean(each.name),
                "symbol": clean(each.symbol),
                "at": each.asked_at,
                "path": case_path(each.case_id),
                "state": _state(each),
                "words": _state_words(each),
            }
            for number, each in enumerate(module.cases, 1)
        ],
    }


def _state(line: CaseLine) -> str:
    answered = line.answered
    if answered is None:
        return "open"
    if answered.completed is None:
        return "undecided"
    return "all-right" if answered.completed.is_all_right else "completed"


def _state_words(line: CaseLine) -> str:
    if line.answered is None:
        return ""
    if line.answered.completed is None:
        return "to be decided"
    return f"{len(line.answered.right)} of {len(line.answered.asked)} right"


def _following(lines: list[CaseLine], case_id: str | None) -> CaseLine | None:
    """The next case that is not completed, from that one on, else from the first."""
    ids = [each.case_id for each in lines]
    start = ids.index(case_id) + 1 if case_id in ids else 0
    ahead = [*lines[start:], *lines[:start]]
    left = (each for each in ahead if _state(each) in {"open", "undecided"})
    return next((each for each in left if each.case_id != case_id), None)


# --- one case -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Visited:
    """A case that somebody visits.

    Attributes:
        given: What a guest answered so far, as in the address.
    """

    players: Players
    case_id: str
    given: Mapping[str, str]

    @property
    def path(self) -> str:
        return case_path(self.case_id)

    def to(self, stage: str) -> str:
        """Address of a stage, with what a guest answered."""
        path = self.path if stage == "answer" else f"{self.path}/{stage}"
        return f"{path}?{urlencode(self.given)}" if self.given else path


@router.get("/play/cases/{case_id}")
async def case_page(request: Request, players: ThePlayers, case_id: str) -> Response:
    """The questions of a case."""
    return await _show_stage(request, players, case_id, "answer")


@router.get("/play/cases/{case_id}/{stage}")
async def stage_page(
    request: Request, players: ThePlayers, case_id: str, stage: str
) -> Response:
    """The decision or the reveal of a case, if the player is that far."""
    if stage in {"answers", "decision"}:
        return go_to(
            case_path(case_id)
        )  # where a form was refused, and asked for again
    if stage not in _STAGES[1:]:
        raise HTTPException(HTTPStatus.NOT_FOUND, "A case has no such stage.")
    return await _show_stage(request, players, case_id, stage)


async def _show_stage(
    request: Request, players: Players, case_id: str, stage: str
) -> Response:
    given = dict(request.query_params)

    def show(visit: Visit, _typed: Form, _error: TrackerError | None) -> Response:
        user = user_of(visit)
        visited = _Visited(players, case_id, {} if user else given)
        if user is None:
            return _show_to_guest(visited, visit, stage)
        case = _opened(players.services, user, case_id)
        reached = _stage_of(case)
        if reached != stage:
            return go_to(visited.to(reached))
        return _case_page(visited, visit, case, Answered({}))

    return await players.show(show, is_slow=True)


def _opened(services: PlayerServices, user: User | None, case_id: str) -> ShownCase:
    try:
        return open_case(services, user, case_id)
    except ConfigurationError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from error


def _show_to_guest(visited: _Visited, visit: Visit, stage: str) -> Response:
    """The stage that the address leads to; the questions where answers are missing."""
    services, given = visited.players.services, visited.given
    case = _opened(services, None, visited.case_id)
    answers, wrong = typed_answers(case.questions, given)
    if stage == "answer" or wrong:
        error = _not_numbers() if wrong and stage != "answer" else None
        return _case_page(visited, visit, case, Answered(given, error))
    if stage == "reveal" and "decision" in given:
        decision = _decision(given)
        case = decide_case(services, None, visited.case_id, decision, answers)
    else:
        case = answer_case(services, None, visited.case_id, answers)
    return _case_page(visited, visit, case, Answered(given))


@router.post("/play/cases/{case_id}/answers")
async def take_answers(
    request: Request, players: ThePlayers, people: ThePeople, case_id: str
) -> Response:
    """Stores the answers of somebody with an account; the first ones count."""
    visited = _Visited(players, case_id, {})

    def answer(user: User, form: Form) -> str:
        case = _opened(players.services, user, case_id)
        answers, wrong = typed_answers(case.questions, form)
        if wrong:
            raise _not_numbers()
        answer_case(players.services, user, case_id, answers)
        return f"{visited.path}/decide"

    act = once_signed_in(visited.path, answer)
    return await take_form(request, people, act, _shown_again(visited))


@router.post("/play/cases/{case_id}/decision")
async def take_decision(
    request: Request, players: ThePlayers, people: ThePeople, case_id: str
) -> Response:
    """Completes the case, which earns its XP."""
    visited = _Visited(players, case_id, {})

    def decide(user: User, form: Form) -> str:
        decide_case(players.services, user, case_id, _decision(form))
        return f"{visited.path}/reveal"

    act = once_signed_in(visited.path, decide)
    return await take_form(request, people, act, _shown_again(visited))


def _shown_again(visited: _Visited) -> Show:
    def show(visit: Visit, typed: Form, error: TrackerError | None) -> Response:
        services = visited.players.services
        case = _opened(services, user_of(visit), visited.case_id)
        return _case_page(visited, visit, case, Answered(typed, error))

    return show


def _case_page(
    visited: _Visited, visit: Visit, case: ShownCase, answered: Answered
) -> Response:
    stage, players, user = _stage_of(case), visited.players, user_of(visit)
    wrong = typed_answers(case.questions, answered.typed)[1] if answered.error else {}
    view = {
        **_place_view(players, user, case),
        "path": visited.path,
        "back": visited.to(stage),
        "kept": _kept(case, answered.typed) if user is None else {},
        "title": lessons()[case.at_stake].title,
        "stage": stage,
        "stages": list(zip(_NAMES, _progress(stage), strict=True)),
        "situation": situation_view(case.situation),
        "position_columns": POSITION_COLUMNS,
        "questions": question_views(case, answered.typed, wrong),
        "options": option_views(case.options),
        "answers": answer_views(case) if case.grades else (),
        "right": sum(each.is_right for each in case.grades),
        "model": model_view(case, case.reveal) if case.reveal else None,
        "earned": _earned(players, user, case) if case.reveal else None,
    }
    return player_page(players, visit, "case.html", view, answered=answered)


def _place_view(
    players: Players, user: User | None, case: ShownCase
) -> Mapping[str, Any]:
    """Which of its module's cases it is, and which follows."""
    found = list_cases(players.services, user, case.situation.season)
    modules = {each.number: each for each in found.modules}
    module = modules.get(case.module)
    ids = [each.case_id for each in module.cases] if module else []
    lines = [line for each in found.modules for line in each.cases]
    following = _following(lines, case.case_id)
    return {
        "module": case.module,
        "number": ids.index(case.case_id) + 1 if case.case_id in ids else None,
        "of": case.module_size,
        "xp": module.xp if module else None,
        "name": clean(case.situation.name),
        "symbol": clean(case.situation.symbol),
        "season": case.situation.season.normalize(),
        "asked_at": case.situation.asked_at,
        "next": following and case_path(following.case_id),
    }


def _stage_of(case: ShownCase) -> str:
    if case.reveal is not None:
        return "reveal"
    return "decide" if case.grades else "answer"


def _progress(stage: str) -> list[str]:
    """Of each stage whether it is past, here, or ahead."""
    here = _STAGES.index(stage)
    return [
        "is-past" if number < here else "is-here" if number == here else "is-ahead"
        for number in range(len(_STAGES))
    ]


def _kept(case: ShownCase, given: Mapping[str, str]) -> Mapping[str, str]:
    """What a guest answered, to be sent again with the decision."""
    fields = (field_of(each.notion) for each in case.questions)
    return {field: given[field] for field in fields if field in given}


def _earned(players: Players, user: User | None, case: ShownCase) -> int | None:
    """XP that the case earned; None for guests."""
    if user is None:
        return None
    entries = read_xp(players.services, user, _MOST_LINES).entries
    mine = (each for each in entries if subject_of(each) == case.case_id)
    return sum(each.xp for each in mine)


def _decision(form: Mapping[str, str]) -> OwnDecision:
    try:
        return OwnDecision(form.get("decision", ""))
    except ValueError:
        raise ConfigurationError(
            "Nothing is decided yet.", "Choose one of the decisions."
        ) from None


def _not_numbers() -> ConfigurationError:
    return ConfigurationError(
        "Not every answer is a number.", "Correct the fields that are marked."
    )
