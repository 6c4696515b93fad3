"""The pages around a player, without scripts, on both databases."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, urlencode

import httpx
import pytest
from sqlalchemy import Engine

from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.records.people.people import User
from nof1_tracker.records.progress.cases import AnswerUnit, BuiltCase
from nof1_tracker.services.progress.kept_cases import KeptCases
from nof1_tracker.services.sign_in.register import create_user, delete_user
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.fakes import FakeClock
from tests.integration.people.people import HERE, PASSWORD
from tests.integration.people.played_games import new_game, play
from tests.integration.people.served_people import Person, visiting
from tests.integration.web.served import record_of, serving
from tests.worlds import arena_of, midday

GUESTS = ("cases", "leaderboards", "achievements", "friends", "profile", "characters")


@pytest.fixture(scope="module")
def services(season: Engine) -> Iterator[SignInServices]:
    """The day after the season was recorded, so that its cases are there."""
    clock = FakeClock(midday(arena_of(days=0.4)) + timedelta(days=1))
    made = SignInServices(season, clock, Hashing(Cost(memory=8, passes=1)), b"k" * 32)
    yield made
    made.background.finish()


@pytest.fixture(scope="module")
def server(services: SignInServices) -> Iterator[Person]:
    with visiting(services) as person:
        yield person


@pytest.fixture
def guest(server: Person) -> Person:
    """Nobody, with a browser of their own."""
    server.client.cookies.clear()
    return server


@pytest.fixture
def people(services: SignInServices) -> Iterator[tuple[User, User]]:
    """Anna and Ben."""
    found = [
        create_user(services, name, f"{name}@example.com", PASSWORD, HERE)
        for name in ("anna", "ben")
    ]
    anna, ben = found
    assert anna
    assert ben
    yield anna, ben
    for each in (anna, ben):
        delete_user(services, each, HERE)


@pytest.fixture
def anna(guest: Person, people: tuple[User, User]) -> Person:
    """Anna, signed in."""
    become(guest, "anna")
    return guest


def become(person: Person, name: str) -> None:
    person.client.cookies.clear()
    answer = person.send("/sign-in", name=name, password=PASSWORD)
    assert answer.status_code == 303


@pytest.fixture(scope="module")
def built(services: SignInServices) -> BuiltCase:
    """A case of the last module, which asks the most."""
    found = KeptCases().of_season(services.engine, None, services.clock.now())
    assert found is not None
    return next(each for each in found.cases.values() if each.case.module == 5)


def path_of(built: BuiltCase) -> str:
    return f"/play/cases/{quote(built.case.case_id, safe=':')}"


def right_answers(built: BuiltCase) -> dict[str, str]:
    """As people type them: fractions in per cent."""
    return {
        f"answer-{each.notion}": (
            f"{each.right * 100:.6f} %"
            if each.unit is AnswerUnit.FRACTION
            else f"{each.right:,.6f}"
        )
        for each in built.case.questions
    }


def goes_to(answer: httpx.Response, path: str) -> None:
    assert (answer.status_code, answer.headers.get("location")) == (303, path)


def text_of(answer: httpx.Response, status: int = 200) -> str:
    """What people read of a page."""
    assert answer.status_code == status, answer.text
    words = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
    return re.sub(r"\s+", " ", words)


# --- guests ---------------------------------------------------------------------------


def test_a_guest_sees_every_page_and_how_to_come_back_to_it(guest: Person) -> None:
    for name in GUESTS:
        page = guest.get(f"/play/{name}")
        assert page.status_code == 200, page.text
        assert 'aria-label="Play"' in page.text
        link = urlencode({"next": f"/play/{name}"})
        assert name == "leaderboards" or f"/register?{link}" in page.text, name
    goes_to(guest.get("/play/profile/edit"), "/sign-in?next=/play/profile/edit")


def test_a_guest_solves_a_case_whose_address_holds_all_answers(
    guest: Person, built: BuiltCase
) -> None:
    path = path_of(built)
    given = right_answers(built)
    assert "Hand in the answers" in text_of(guest.get(path))
    decide = guest.get(f"{path}/decide?{urlencode(given)}")
    assert "Now decide" in text_of(decide)
    kept = re.findall(r'type="hidden" name="(answer-\w+)"', decide.text)
    assert kept == list(given)
    choice = {"decision": built.case.options[0].value}
    shown = text_of(guest.get(f"{path}/reveal?{urlencode(given | choice)}"))
    assert "Your answers: 4 of 4 right" in shown
    assert "What the model did" in shown
    assert "Nothing of this is kept" in shown
    assert text_of(guest.get(path)).count("Your answer, in") == 4


def test_nothing_of_the_reveal_is_on_a_page_before_it(
    guest: Person, built: BuiltCase
) -> None:
    path, given = path_of(built), urlencode(right_answers(built))
    decision = built.reveal[0].decision
    assert decision is not None
    why = decision.justification or "nothing was said"
    for page in (path, f"{path}/decide?{given}", f"{path}/reveal?{given}"):
        shown = guest.get(page)
        assert 'class="worked"' not in shown.text
        assert "What the model did" not in shown.text
        assert why not in html.unescape(shown.text)


def test_what_is_not_a_number_is_marked_and_kept(
    guest: Person, built: BuiltCase
) -> None:
    given = right_answers(built)
    first = next(iter(given))
    given[first] = "<b>12"
    page = guest.get(f"{path_of(built)}/decide?{urlencode(given)}")
    assert "Not every answer is a number." in text_of(page)
    assert page.text.count('aria-invalid="true"') == 1
    assert 'value="&lt;b&gt;12"' in page.text
    assert f'value="{list(given.values())[1]}"' in page.text


def test_where_nobody_can_sign_in_cases_are_there_and_players_are_not(
    services: SignInServices, built: BuiltCase
) -> None:
    with serving(record_of(services.engine, services.clock)) as client:
        base = client.base_url
        for path in ("/play/cases", path_of(built), "/play/profile"):
            page = client.get(base.join(path))
            assert "Nobody can sign in to this server" in text_of(page)
        for path in ("/play/leaderboards", "/play/achievements"):
            shown = client.get(base.join(path))
            assert "This server has no accounts." in text_of(shown, 404)


def test_what_is_not_there_is_said_on_a_page(guest: Person, built: BuiltCase) -> None:
    for path in ("/play/cases/none:BTC", f"{path_of(built)}/end", "/play/players/No"):
        assert "There is nothing here" in text_of(guest.get(path), 404)


# --- players --------------------------------------------------------------------------


def test_a_case_all_right_shows_on_profile_achievements_and_leaderboard(
    anna: Person, built: BuiltCase
) -> None:
    path = path_of(built)
    sent = anna.send(f"{path}/answers", path, **right_answers(built))
    goes_to(sent, f"{path}/decide")
    goes_to(anna.get(path), f"{path}/decide")
    goes_to(anna.get(f"{path}/reveal"), f"{path}/decide")
    decision = built.case.options[0].value
    sent = anna.send(f"{path}/decision", f"{path}/decide", decision=decision)
    goes_to(sent, f"{path}/reveal")
    assert "4 of 4 right, 550 XP" in text_of(anna.get(f"{path}/reveal"))
    profile = text_of(anna.get("/play/profile"))
    assert "Case completed 500 – 500" in profile  # noqa: RUF001
    assert "Achievement reached: Full Marks" in profile
    reached = text_of(anna.get("/play/achievements?show=reached"))
    assert "First Steps" in reached
    assert "Bookworm" not in reached
    board = text_of(anna.get("/play/leaderboards?board=xp"))
    assert "anna you" in board
    cases = text_of(anna.get("/play/cases?module=5"))
    assert "4 of 4 right" in cases
    assert "1 of them all right" in cases


def test_the_first_answers_count_and_no_number_is_no_answer(
    anna: Person, built: BuiltCase
) -> None:
    path, given = path_of(built), right_answers(built)
    name = next(iter(given))
    refused = anna.send(f"{path}/answers", path, **given | {name: "ten"})
    assert "Not every answer is a number." in text_of(refused, 422)
    assert 'value="ten"' in refused.text
    goes_to(anna.get(f"{path}/answers"), path)
    page = anna.get(path).text
    token = re.findall(r'name="form" value="(\w+)"', page)[0]
    for number in ("1", given[name]):
        fields = {"form": token, **given, name: number}
        answer = anna.post(f"{path}/answers", fields, Origin=anna.origin)
        goes_to(answer, f"{path}/decide")
    nothing = anna.send(f"{path}/decision", f"{path}/decide")
    assert "Nothing is decided yet." in text_of(nothing, 422)
    decision = built.case.options[0].value
    anna.send(f"{path}/decision", f"{path}/decide", decision=decision)
    assert "3 of 4 right" in text_of(anna.get(f"{path}/reveal"))


def test_a_character_is_chosen_after_a_question_and_changed_from_level_5(
    anna: Person,
) -> None:
    assert "Choose a character" in text_of(anna.get("/play/characters"))
    asked = text_of(anna.get("/play/characters?choose=hodler"))
    assert "Be The HODLer ?" in asked
    sent = anna.send(
        "/play/characters", "/play/characters?choose=hodler", character="hodler"
    )
    goes_to(sent, "/play/characters?done=chosen")
    page = anna.get("/play/characters?choose=analyst")
    assert "from level 5 on; you are at level 2" in text_of(page)
    assert "<form" not in page.text.partition("<main")[2]
    token = re.findall(r'name="form" value="(\w+)"', anna.get("/account").text)[0]
    fields = {"form": token, "character": "analyst"}
    refused = anna.post("/play/characters", fields, Origin=anna.origin)
    assert "from level 5 on" in text_of(refused, 422)


def test_name_and_avatar_are_changed_and_a_name_that_is_taken_is_kept_in_the_form(
    anna: Person,
) -> None:
    edit = "/play/profile/edit"
    goes_to(
        anna.send(edit, display_name="Zoë", avatar="key"), "/play/profile?done=changed"
    )
    assert "Zoë" in text_of(anna.get("/play/profile"))
    become(anna, "ben")
    refused = anna.send(edit, display_name="zoe", avatar="leaf")
    assert "Another player is called" in text_of(refused, 422)
    assert 'value="zoe"' in refused.text
    assert re.search(r'value="leaf" checked', refused.text)
    assert "Zoë" in text_of(anna.get(f"/play/players/{quote('Zoë')}"))


def test_friends_ask_accept_show_their_games_and_part(
    anna: Person, people: tuple[User, User], services: SignInServices
) -> None:
    friends = "/play/friends"
    with services.writing() as unit:
        play(unit, new_game(people[0].id, 0), services.clock.now(), 0.125)
        unit.commit()
    assert "+12.50 %" in text_of(anna.get("/play/profile"))
    become(anna, "ben")
    anna.get("/play/profile")  # which makes one
    assert "+12.50 %" not in text_of(anna.get("/play/players/anna"))
    goes_to(anna.send(friends, name="anna", move="ask"), f"{friends}?done=ask")
    become(anna, "anna")
    assert "They ask you" in text_of(anna.get(friends))
    for move in ("accept", "show"):
        sent = anna.send(friends, name="ben", move=move)
        goes_to(sent, f"{friends}?done={move}")
    become(anna, "ben")
    assert "Games of anna" in text_of(anna.get(friends))
    assert "+12.50 %" in text_of(anna.get("/play/players/anna"))
    anna.send(friends, name="anna", move="end")
    assert "None yet. Ask somebody" in text_of(anna.get(friends))
    refused = anna.send(friends, name="anna", move="dance")
    assert "asks for nothing" in text_of(refused, 422)


def test_a_board_says_what_few_windows_cannot_tell(
    anna: Person, people: tuple[User, User], services: SignInServices
) -> None:
    anna.get("/play/profile")
    with services.writing() as unit:
        play(unit, new_game(people[0].id, 0), services.clock.now(), 0.125)
        unit.commit()
    clock = services.clock
    assert isinstance(clock, FakeClock)
    clock.advance(120)  # ranks may be a minute old
    board = text_of(anna.get("/play/leaderboards?season=1"))
    assert re.search(r"– \(1–3\) .{,30}anna you", board)  # noqa: RUF001
    assert "3 (1–14) reads" in board  # noqa: RUF001
    assert "+12.50 %" in board


def test_a_form_of_another_site_does_nothing(anna: Person, built: BuiltCase) -> None:
    path = path_of(built)
    fields = {"form": "0" * 64, **right_answers(built)}
    refused = anna.post(f"{path}/answers", fields, Origin="https://evil.example")
    assert "did not come from this page" in text_of(refused, 403)
    assert "Hand in the answers" in text_of(anna.get(path))
