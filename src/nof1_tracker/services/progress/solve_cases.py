"""Cases as players solve them: shown, answered, decided, and then revealed."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.read.play.case_evidence import CaseEvidenceQueries
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.cases.build_cases import MODULES, complete_case
from nof1_tracker.game.cases.lessons import lessons
from nof1_tracker.game.progress.earning import XP_OF_CASE
from nof1_tracker.records.people.people import User
from nof1_tracker.records.progress.answered_cases import AnsweredCase
from nof1_tracker.records.progress.cases import BuiltCase, Case, OwnDecision, Question
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.records.progress.shown_cases import (
    CaseLine,
    CaseList,
    CaseModule,
    CaseReveal,
    Grade,
    ShownCase,
    ShownQuestion,
)
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.services.progress.kept_cases import SeasonCases, said_in
from nof1_tracker.services.progress.player_profiles import ensure_profile
from nof1_tracker.services.progress.player_progress import progress_in
from nof1_tracker.services.progress.player_services import PlayerServices

Answers = Mapping[Notion, Decimal]
"""By what each question is about, in its unit."""


def list_cases(
    services: PlayerServices, user: User | None, season: Decimal | None = None
) -> CaseList:
    """The cases of a season, by default the newest, and what the player has done.

    Raises:
        ConfigurationError: There is no season with that number.
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    found = services.cases.of_season(services.engine, season, now)
    if found is None:
        return CaseList(None, ())
    answered = _answered_by(services, user)
    return CaseList(
        found.season.number,
        tuple(
            CaseModule(
                number=number,
                asks=asks,
                xp=XP_OF_CASE[number],
                cases=tuple(
                    _line(each.case, answered.get(each.case.case_id))
                    for each in found.cases.values()
                    if each.case.module == number
                ),
            )
            for number, asks in MODULES.items()
        ),
    )


def open_case(services: PlayerServices, user: User | None, case_id: str) -> ShownCase:
    """A case as far as the player is with it; for guests, without answers.

    Raises:
        ConfigurationError: There is no such case.
        DatabaseError: The database cannot be used.
    """
    built, season = services.cases.find(services.engine, case_id, services.clock.now())
    answered = None
    if user is not None:
        with services.reading() as unit:
            answered = unit.cases.get(user.id, case_id)
    return _shown(services, built, season, answered, is_first=answered is not None)


def answer_case(
    services: PlayerServices, user: User | None, case_id: str, answers: Answers
) -> ShownCase:
    """Grades the answers, which are stored where they are the player's first.

    Where the player has answered the case before, those answers stand.

    Args:
        answers: One that is missing is not right.

    Raises:
        ConfigurationError: There is no such case, or no such question in it.
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    built, season = services.cases.find(services.engine, case_id, now)
    given = _graded(services, built.case, season, answers)
    if user is None:
        return _shown(services, built, season, given, is_first=False)
    ensure_profile(services, user)
    with services.writing() as unit:
        unit.cases.answer(user.id, given)
        stands = unit.cases.get(user.id, case_id)
        unit.commit()
    return _shown(services, built, season, stands, is_first=stands == given)


def decide_case(
    services: PlayerServices,
    user: User | None,
    case_id: str,
    decision: OwnDecision,
    answers: Answers | None = None,
) -> ShownCase:
    """Completes a case that was answered, and reveals what the model did.

    Where the player has decided before, that decision stands.

    Args:
        answers: Of a guest, of whom nothing is stored; of others they do not count.

    Raises:
        ConfigurationError: There is no such case or decision, or it was not answered.
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    built, season = services.cases.find(services.engine, case_id, now)
    if decision not in built.case.options:
        raise ConfigurationError(
            f"{decision} cannot be decided here.",
            f"Choose from {', '.join(built.case.options)}.",
        )
    if user is None:
        if answers is None:
            raise _not_answered()
        given = _graded(services, built.case, season, answers)
        decided = replace(given, decision=decision, completed_at=now)
        return _shown(services, built, season, decided, is_first=False)
    with services.writing() as unit:
        if unit.cases.get(user.id, case_id) is None:
            raise _not_answered()
        if unit.cases.decide(user.id, case_id, decision, now):
            progress_in(unit, user.id, now)
        stands = unit.cases.get(user.id, case_id)
        unit.commit()
    return _shown(services, built, season, stands, is_first=True)


# --- parts ----------------------------------------------------------------------------


def _answered_by(
    services: PlayerServices, user: User | None
) -> Mapping[str, AnsweredCase]:
    if user is None:
        return {}
    with services.reading() as unit:
        return {each.case_id: each for each in unit.cases.of_user(user.id)}


def _line(case: Case, answered: AnsweredCase | None) -> CaseLine:
    return CaseLine(
        case_id=case.case_id,
        at_stake=case.at_stake,
        name=case.situation.name,
        symbol=case.situation.symbol,
        asked_at=case.situation.asked_at,
        questions=len(case.questions),
        answered=answered,
    )


def _graded(
    services: PlayerServices, case: Case, season: SeasonCases, answers: Answers
) -> AnsweredCase:
    asked = {each.notion for each in case.questions}
    if not answers.keys() <= asked:
        unknown = ", ".join(sorted(answers.keys() - asked))
        raise ConfigurationError(
            f"This case does not ask about {unknown}.",
            f"It asks about {', '.join(each.notion for each in case.questions)}.",
        )
    now = services.clock.now()
    completed = complete_case(case, answers, now)
    return AnsweredCase(
        case_id=case.case_id,
        season=completed.season,
        module=case.module,
        module_size=season.sizes.get(case.module, 1),
        answers={notion: each for notion, each in answers.items() if each.is_finite()},
        asked=completed.asked,
        right=completed.right,
        answered_at=now,
    )


def _shown(
    services: PlayerServices,
    built: BuiltCase,
    season: SeasonCases,
    answered: AnsweredCase | None,
    *,
    is_first: bool,
) -> ShownCase:
    case = built.case
    with UnitOfWork(services.engine) as unit:
        prompt = CaseEvidenceQueries(unit.session).prompt(said_in(case.case_id))
    return ShownCase(
        case_id=case.case_id,
        module=case.module,
        module_size=season.sizes.get(case.module, 1),
        at_stake=case.at_stake,
        situation=replace(case.situation, prompt=prompt),
        questions=tuple(map(_question, case.questions)),
        options=case.options,
        grades=() if answered is None else tuple(_grades(case, answered)),
        reveal=_revealed(services, built, season, answered),
        is_first=is_first,
    )


def _question(question: Question) -> ShownQuestion:
    words = lessons()[question.notion]
    return ShownQuestion(
        notion=question.notion,
        title=words.title,
        wording=words.question,
        givens=dict(question.givens),
        unit=question.unit,
        choices=question.choices,
    )


def _grades(case: Case, answered: AnsweredCase) -> list[Grade]:
    return [
        Grade(
            notion=each.notion,
            unit=each.unit,
            given=answered.answers.get(each.notion),
            right=each.right,
            is_right=each.notion in answered.right,
        )
        for each in case.questions
    ]


def _revealed(
    services: PlayerServices,
    built: BuiltCase,
    season: SeasonCases,
    answered: AnsweredCase | None,
) -> CaseReveal | None:
    if answered is None or answered.decision is None:
        return None
    decision = next((each.decision for each in built.reveal if each.decision), None)
    legs: tuple[StoredTrade, ...] = ()
    if decision is not None:
        with UnitOfWork(services.engine) as unit:
            legs = CaseEvidenceQueries(unit.session).legs(season.season.id, decision)
    words = lessons()[built.case.at_stake]
    return CaseReveal(answered.decision, decision, legs, words.title, words.lesson)


def _not_answered() -> ConfigurationError:
    return ConfigurationError(
        "The questions of this case are not answered yet.", "Answer them first."
    )
