"""The pages of people over real HTTP: forms, cookies, and what is refused."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import Engine

from nof1_tracker.records.people.people import User
from nof1_tracker.services.sign_in.password_changes import make_reset
from nof1_tracker.services.sign_in.register import all_people
from nof1_tracker.services.sign_in.sessions import list_sessions
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.integration.people.people import HERE, PASSWORD
from tests.integration.people.served_people import Person, visiting
from tests.worlds import engine_on

NEW = "another horse entirely"
PUBLIC = "https://arena.example.com"


@pytest.fixture
def engine(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """SQLite: what both databases do is tested without pages, and with the API."""
    file = tmp_path / "people.db"
    shutil.copy(migrated_sqlite, file)
    with engine_on(f"sqlite:///{file}") as engine:
        yield engine


@pytest.fixture
def person(services: SignInServices) -> Iterator[Person]:
    with visiting(services) as person:
        yield person


def goes_to(answer: httpx.Response, path: str) -> None:
    assert (answer.status_code, answer.headers.get("location")) == (303, path)


def cookie_of(answer: httpx.Response, name: str) -> str:
    (found,) = [
        each
        for each in answer.headers.get_list("set-cookie")
        if each.startswith(f"{name}=")
    ]
    return found


def test_a_person_registers_signs_in_and_out(
    person: Person, services: SignInServices
) -> None:
    fields = {"name": "Anna", "email": "anna@example.com", "password": PASSWORD}
    goes_to(person.send("/register", **fields), "/sign-in?done=registered")
    assert "Sign in" in person.get("/sign-in?done=registered").text
    goes_to(person.get("/account"), "/sign-in")
    goes_to(person.sign_in(), "/account")
    assert "anna@example.com" in person.get("/account").text
    goes_to(person.send("/account/sign-out", "/account"), "/sign-in?done=out")
    goes_to(person.get("/account"), "/sign-in")
    (anna,) = all_people(services)
    assert list_sessions(services, anna) == []


def test_who_was_sent_to_sign_in_comes_back(person: Person) -> None:
    there = "/play/cases/a:BTC?done=1"
    fields = {"name": "Anna", "email": "anna@example.com", "password": PASSWORD}
    answer = person.send("/register", next=there, **fields)
    goes_to(answer, f"/sign-in?{urlencode({'done': 'registered', 'next': there})}")
    page = person.get(answer.headers["location"]).text
    assert f'name="next" value="{there}"' in page
    refused = person.send("/sign-in", next=there, name="anna", password="wrong one")
    assert f'name="next" value="{there}"' in refused.text
    goes_to(person.send("/sign-in", next=there, name="anna", password=PASSWORD), there)


def test_nobody_is_sent_to_another_site_after_signing_in(
    person: Person, anna: User
) -> None:
    for there in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"):
        answer = person.send("/sign-in", next=there, name="anna", password=PASSWORD)
        goes_to(answer, "/account")


def test_registering_is_answered_alike_for_an_address_that_is_known(
    person: Person, anna: User
) -> None:
    answers = [
        person.send("/register", name=name, email=email, password=PASSWORD)
        for name, email in (("Ben", anna.email), ("Carol", "carol@example.com"))
    ]
    for answer in answers:
        goes_to(answer, "/sign-in?done=registered")
    assert len({answer.text for answer in answers}) == 1


def test_asking_for_a_link_is_answered_alike_for_everybody(
    person: Person, anna: User, services: SignInServices
) -> None:
    page = person.get("/reset").text
    assert "users reset" in page  # without a mail server there is no form
    for name in (anna.email, "nobody@example.com"):
        form = re.findall(r'name="form" value="(\w+)"', person.get("/sign-in").text)[0]
        answer = person.post(
            "/reset", {"form": form, "name": name}, Origin=person.origin
        )
        goes_to(answer, "/sign-in?done=asked")


def test_the_cookie_on_this_machine_is_out_of_reach_of_scripts_and_other_sites(
    person: Person, anna: User
) -> None:
    cookie = cookie_of(person.sign_in(), "nof1-session")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_the_cookie_over_https_is_for_this_host_alone(
    services: SignInServices, anna: User
) -> None:
    with visiting(services, PUBLIC) as person:
        person.headers["Host"] = "arena.example.com"
        page = person.get("/sign-in")
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        (visitor,) = re.findall(r"__Host-nof1-visitor=([\w-]+)", str(page.headers))
        form = re.findall(r'name="form" value="(\w+)"', page.text)[0]
        fields = {"form": form, "name": "anna", "password": PASSWORD}
        person.headers["Cookie"] = f"__Host-nof1-visitor={visitor}"
        answer = person.post("/sign-in", fields, Origin=PUBLIC)
        goes_to(answer, "/account")
        cookie = cookie_of(answer, "__Host-nof1-session")
        refused = person.post("/sign-in", fields, Origin="http://arena.example.com")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "Path=/"))
    assert "Domain" not in cookie
    assert refused.status_code == 403


def test_elsewhere_than_https_and_this_machine_nobody_signs_in(
    services: SignInServices, anna: User
) -> None:
    with visiting(services, "http://arena.example.com") as person:
        person.headers["Host"] = "arena.example.com"
        for path in ("/sign-in", "/account", "/register", "/reset", "/reset/x"):
            answer = person.get(path)
            assert answer.status_code == 403
            assert "could be read on its way" in answer.text
        answer = person.post("/sign-in", {"name": "anna", "password": PASSWORD})
        assert answer.status_code == 403
        now = person.get("/data")
    assert now.status_code == 200
    assert "/sign-in" not in now.text


OF_OTHERS: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {},
]


def test_a_form_of_another_site_does_nothing(
    person: Person, anna: User, services: SignInServices
) -> None:
    form = re.findall(r'name="form" value="(\w+)"', person.get("/sign-in").text)[0]
    fields = {"form": form, "name": "anna", "password": PASSWORD}
    for sent in OF_OTHERS:
        answer = person.post("/sign-in", fields, **sent)
        assert answer.status_code == 403
        assert "did not come from this page" in answer.text
    assert list_sessions(services, anna) == []
    own = person.post("/sign-in", fields, **{"Sec-Fetch-Site": "same-origin"})
    goes_to(own, "/account")


def test_a_form_without_its_token_or_with_one_of_before_does_nothing(
    person: Person, anna: User, services: SignInServices
) -> None:
    before = re.findall(r'name="form" value="(\w+)"', person.get("/sign-in").text)[0]
    person.sign_in()
    for token in ("", "0" * 64, before):
        fields = {"form": token, "password": PASSWORD}
        answer = person.post("/account/delete", fields, Origin=person.origin)
        assert answer.status_code == 403
    assert [user.id for user in all_people(services)] == [anna.id]


def test_signing_in_is_a_new_session_whatever_the_browser_brought(
    person: Person, anna: User, services: SignInServices
) -> None:
    person.client.cookies.set("nof1-session", "brought", domain="127.0.0.1")
    goes_to(person.sign_in(), "/account")
    first = person.client.cookies["nof1-session"]
    goes_to(person.sign_in(), "/account")
    assert len({"brought", first, person.client.cookies["nof1-session"]}) == 3
    assert len(list_sessions(services, anna)) == 2


def test_a_wrong_password_shows_the_form_again_without_it(
    person: Person, anna: User
) -> None:
    assert person.send("/sign-in", name="a\0b", password="x").status_code == 403
    answer = person.sign_in("a wrong <one>")
    assert answer.status_code == 403
    assert "Name or password is wrong" in answer.text
    assert 'value="anna"' in answer.text
    assert "a wrong" not in answer.text


def test_after_five_failures_the_answer_says_how_long_to_wait(
    person: Person, anna: User
) -> None:
    for _ in range(5):
        person.sign_in("a wrong one")
    answer = person.sign_in()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


def test_the_page_makes_a_token_shows_it_once_and_revokes_it(
    person: Person, anna: User
) -> None:
    person.sign_in()
    fields = {"token_name": "<script>", "days": "30", "scope_read": "1"}
    made = person.send("/account/make-token", "/account", **fields)
    (secret,) = re.findall(r"nof1_[\w-]{43}", made.text)
    page = person.get("/account").text
    assert secret not in page
    assert secret[:12] in page
    assert "<script>" not in page
    (token,) = re.findall(r'name="id" value="([\w-]+)"', page)
    goes_to(person.send("/account/revoke-token", "/account", id=token), "/account")
    assert secret[:12] not in person.get("/account").text


IMPOSSIBLE = [
    ("make-token", {"token_name": "n", "days": "x", "scope_read": "1"}),
    ("make-token", {"token_name": "a\0b", "days": "1", "scope_read": "1"}),
    ("make-token", {"token_name": "n", "days": "9" * 5000, "scope_read": "1"}),
    ("make-token", {"token_name": "n", "days": "1", "scope_admin": "1"}),
    ("end-session", {"id": "x"}),
    ("revoke-token", {"id": "00000000-0000-0000-0000-000000000000"}),
    ("password", {"password": PASSWORD, "new_password": "short"}),
]


def test_what_cannot_be_done_is_told_on_the_page(person: Person, anna: User) -> None:
    person.sign_in()
    for action, fields in IMPOSSIBLE:
        answer = person.send(f"/account/{action}", "/account", **fields)
        assert answer.status_code == 422, action
        assert 'role="alert"' in answer.text


def test_the_password_is_changed_and_the_account_deleted_with_it_alone(
    person: Person, anna: User, services: SignInServices
) -> None:
    person.sign_in()
    change = {"password": "a wrong one", "new_password": NEW}
    refused = person.send("/account/password", "/account", **change)
    assert refused.status_code == 403
    change["password"] = PASSWORD
    done = person.send("/account/password", "/account", **change)
    goes_to(done, "/account?done=password")
    refused = person.send("/account/delete", "/account", password=PASSWORD)
    assert refused.status_code == 403
    done = person.send("/account/delete", "/account", password=NEW)
    goes_to(done, "/sign-in?done=deleted")
    assert all_people(services) == []


def test_a_link_sets_a_new_password(
    person: Person, anna: User, services: SignInServices
) -> None:
    path = make_reset(services, anna, HERE).removeprefix(services.address)
    assert person.send(path, password="short").status_code == 422
    goes_to(person.send(path, password=NEW), "/sign-in?done=reset")
    assert person.send(path, password=NEW).status_code == 422
    goes_to(person.sign_in(NEW), "/account")


def test_password_fields_are_masked_and_can_be_filled_in(
    person: Person, anna: User
) -> None:
    person.sign_in()
    for path in ("/sign-in", "/register", "/reset/x", "/account"):
        fields = re.findall(r'<input id="\w*-?password[^>]*>', person.get(path).text)
        assert fields
        for field in fields:
            assert 'type="password"' in field
            assert re.search('autocomplete="(current|new)-password"', field)


def test_no_page_that_shows_a_person_is_kept(person: Person, anna: User) -> None:
    assert person.get("/data").headers["cache-control"] == "no-cache"
    person.sign_in()
    for path in ("/", "/data", "/account", "/nothing"):
        page = person.get(path)
        assert page.headers["cache-control"] == "no-store"
        assert path == "/nothing" or "Anna" in page.text
    for path in ("/api/v1/seasons", re.findall(r"/assets/\S+css", page.text)[0]):
        assert "no-store" not in person.get(path).headers["cache-control"]


NO_FORMS = [
    (b"x=" + b"y" * 20_000, "application/x-www-form-urlencoded"),
    (b"&".join(b"a=b" for _ in range(50)), "application/x-www-form-urlencoded"),
    (b"name=%ff", "application/x-www-form-urlencoded"),
    (b"\xff", "application/x-www-form-urlencoded"),
    (b"name=anna", "text/plain"),
    (b'{"name": "anna"}', "application/json"),
]


def test_what_is_not_a_form_is_refused(person: Person) -> None:
    for body, kind in NO_FORMS:
        answer = person.client.post(
            person.client.base_url.join("/sign-in"),
            content=body,
            headers={"Content-Type": kind, "Origin": person.origin},
        )
        assert answer.status_code == 422, body[:20]


def test_where_registration_is_off_the_page_says_so(
    services: SignInServices,
) -> None:
    closed = replace(services, registration=False)
    with visiting(closed) as person:
        assert 'name="email"' not in person.get("/register").text
        assert person.get("/register").status_code == 200
