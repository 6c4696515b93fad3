"""The API of players and cases over a recorded season, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from sqlalchemy import Engine

from nof1_tracker.game.cases.build_cases import MODULES
from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.records.people.people import User
from nof1_tracker.records.progress.cases import BuiltCase
from nof1_tracker.services.progress.kept_cases import KeptCases
from nof1_tracker.services.sign_in.program_tokens import make_token_for
from nof1_tracker.services.sign_in.register import create_user, delete_user
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.fakes import FakeClock
from tests.integration.people.people import HERE, PASSWORD
from tests.integration.people.served_people import visiting
from tests.integration.web.test_contract import CHECKS
from tests.integration.web.test_problems import assert_problem
from tests.worlds import arena_of, midday

DAY = timedelta(days=1)


@dataclass
class Player:
    """A player's program; without a token, a guest's."""

    client: httpx.Client
    token: str = ""

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        address = self.client.base_url.join(f"/api/v1/game/{path}")
        return self.client.request(method, address, json=body, headers=headers)

    def get(self, path: str) -> dict[str, Any]:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def services(season: Engine) -> Iterator[SignInServices]:
    """The day after the season was recorded, so that its cases are there."""
    clock = FakeClock(midday(arena_of(days=0.4)) + DAY)
    made = SignInServices(season, clock, Hashing(Cost(memory=8, passes=1)), b"k" * 32)
    yield made
    made.background.finish()


@pytest.fixture(scope="module")
def guest(services: SignInServices) -> Iterator[Player]:
    with visiting(services) as person:
        yield Player(person.client)


@pytest.fixture
def anna(services: SignInServices) -> Iterator[User]:
    user = create_user(services, "Anna", "anna@example.com", PASSWORD, HERE)
    assert user is not None
    yield user
    delete_user(services, user, HERE)


@pytest.fixture
def player(services: SignInServices, guest: Player, anna: User) -> Player:
    made = make_token_for(services, anna, "n", ["play"], 1, HERE)
    return Player(guest.client, made.secret)


@pytest.fixture(scope="module")
def built(services: SignInServices) -> dict[str, BuiltCase]:
    kept = KeptCases()
    found = kept.of_season(services.engine, None, services.clock.now())
    assert found is not None
    return dict(found.cases)


def right_answers(built: BuiltCase) -> dict[str, str]:
    return {each.notion: str(each.right) for each in built.case.questions}


def test_a_season_has_cases_in_five_modules(
    guest: Player, built: dict[str, BuiltCase]
) -> None:
    found = guest.get("cases")
    assert found["season"] == "1"
    assert [each["module"] for each in found["data"]] == list(MODULES)
    assert sum(len(each["cases"]) for each in found["data"]) == len(built) > 100


def test_no_right_answer_leaves_the_server_before_the_answers(
    guest: Player, built: dict[str, BuiltCase]
) -> None:
    for case_id, each in list(built.items())[::7]:
        shown = guest.get(f"cases/{case_id}")
        assert (shown["grades"], shown["reveal"]) == ([], None)
        asked_at = each.case.situation.asked_at
        assert datetime.fromisoformat(shown["situation"]["asked_at"]) == asked_at
        assert all(set(q) == _SHOWN for q in shown["questions"])
        assert shown["situation"]["prompt"]
        text = str(shown)
        assert not any(f"'{key}'" in text for key in ("right", "signal", "legs"))


_SHOWN = {"notion", "title", "wording", "givens", "unit", "choices"}


def test_a_player_answers_decides_and_then_sees_what_the_model_did(
    player: Player, built: dict[str, BuiltCase]
) -> None:
    """100 XP for a case of module 1, 50 for all of it, and what First Steps brings."""
    case_id, case = next((k, v) for k, v in built.items() if v.case.module == 1)
    decision = {"decision": case.case.options[0]}
    early = player.ask("POST", f"cases/{case_id}/decision", decision)
    assert_problem(early, 422, "Answer them first")
    wrong = {"answers": {"liquidation_price": "1"}}
    assert_problem(player.ask("POST", f"cases/{case_id}/answers", wrong), 422)
    sent = {"answers": right_answers(case)}
    graded = player.ask("POST", f"cases/{case_id}/answers", sent).json()
    assert all(each["is_right"] for each in graded["grades"])
    assert (graded["reveal"], graded["is_first"]) == (None, True)
    later = {"answers": dict.fromkeys(sent["answers"], "0")}
    again = player.ask("POST", f"cases/{case_id}/answers", later).json()
    assert (again["grades"], again["is_first"]) == (graded["grades"], False)
    revealed = player.ask("POST", f"cases/{case_id}/decision", decision).json()
    assert revealed["reveal"]["own"] == decision["decision"]
    assert revealed["reveal"]["lesson"]
    assert revealed["reveal"]["signal"]
    xp = player.get("profile/xp")
    earned = {each["source"]: each["xp"] for each in xp["data"]}
    assert (earned["case"], earned["case_all_right"]) == (100, 50)
    assert player.get("profile")["xp"] == xp["total"]
    module, *_ = player.get("cases")["data"]
    assert module["completed"] == 1
    steps = {each["id"]: each for each in player.get("achievements")["data"]}
    assert steps["first-steps"]["reached_at"]


def test_a_guest_solves_a_case_of_which_nothing_is_stored(
    guest: Player, built: dict[str, BuiltCase]
) -> None:
    case_id, case = next(iter(built.items()))
    sent: dict[str, Any] = {"answers": dict.fromkeys(right_answers(case), "0.5")}
    graded = guest.ask("POST", f"cases/{case_id}/answers", sent).json()
    assert not any(each["is_right"] for each in graded["grades"])
    decision = {"decision": case.case.options[-1]}
    refused = guest.ask("POST", f"cases/{case_id}/decision", decision)
    assert_problem(refused, 422, "Answer them first")
    told = guest.ask("POST", f"cases/{case_id}/decision", sent | decision).json()
    assert told["reveal"]["own"] == decision["decision"]
    assert guest.get(f"cases/{case_id}")["grades"] == []


def test_the_legs_of_a_reveal_are_those_that_became_known_later(
    guest: Player, built: dict[str, BuiltCase]
) -> None:
    told = 0
    for case_id, case in list(built.items())[::9]:
        sent = {"answers": {}, "decision": case.case.options[0]}
        reveal = guest.ask("POST", f"cases/{case_id}/decision", sent).json()["reveal"]
        told += len(reveal["legs"])
        for leg in reveal["legs"]:
            closed_at = datetime.fromisoformat(leg["closed_at"])
            assert closed_at > case.case.situation.asked_at
    assert told


def test_a_profile_is_edited_and_a_character_chosen(
    player: Player, built: dict[str, BuiltCase]
) -> None:
    assert player.get("profile")["display_name"] == "Anna"
    wish = {"display_name": "Quiet Heron", "avatar": "lighthouse"}
    changed = player.ask("PATCH", "profile", wish).json()
    assert (changed["display_name"], changed["avatar"]) == tuple(wish.values())
    chosen = player.ask("PUT", "profile/character", {"character": "hodler"}).json()
    assert (chosen["character"], chosen["may_choose"]) == ("hodler", [])
    model = next(iter(built.values())).case.situation.name
    assert_problem(player.ask("PATCH", "profile", {"display_name": model}), 422)
    assert player.get("friends") == {"data": []}
    asked = {"display_name": "Nobody", "move": "ask"}
    assert player.ask("POST", "friends", asked).json() == {"data": []}
    names = [each["name"] for each in player.get("leaderboards?board=xp")["data"]]
    assert "Quiet Heron" in names


def test_only_a_token_for_playing_plays(
    guest: Player, services: SignInServices, anna: User
) -> None:
    assert_problem(guest.ask("GET", "profile"), 401)
    reads = make_token_for(services, anna, "n", ["read"], 1, HERE)
    reader = Player(guest.client, reads.secret)
    assert_problem(reader.ask("GET", "profile"), 403, "scope play")
    assert_problem(Player(guest.client, "nof1_x").ask("GET", "cases"), 401)


def test_any_request_is_answered_as_documented(
    player: Player, services: SignInServices
) -> None:
    if services.engine.dialect.name != "sqlite":
        return  # what is documented depends on no database
    base = str(player.client.base_url.copy_with(path="/"))
    document: dict[str, Any] = httpx.get(f"{base}openapi.json").json()
    headers = {"Authorization": f"Bearer {player.token}"}
    paths = {
        path: list(known)
        for path, known in document["paths"].items()
        if path.startswith("/api/v1/game/")
    }
    assert len(paths) >= 10
    schema = schemathesis.openapi.from_dict(document)
    for path, methods in paths.items():
        for method in methods:
            operation = schema[path][method.upper()]

            @seed(20251028)
            @settings(
                max_examples=2,
                deadline=None,
                database=None,
                phases=(Phase.explicit, Phase.generate),
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
            def is_answered(case: Any) -> None:
                case.call_and_validate(base_url=base, checks=CHECKS, headers=headers)

            is_answered()
