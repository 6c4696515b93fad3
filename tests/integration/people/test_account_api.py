"""The part of the API that belongs to a person: every answer is one that is documented."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from nof1_tracker.records.people.people import User
from nof1_tracker.services.sign_in.program_tokens import make_token_for
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.integration.people.people import HERE, PASSWORD
from tests.integration.people.served_people import visiting
from tests.integration.web.test_problems import assert_problem

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture
def api(services: SignInServices) -> Iterator[httpx.Client]:
    with visiting(services) as person:
        yield person.client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def web_token(api: httpx.Client) -> str:
    asked = {"name": "Anna", "password": PASSWORD}
    answer = api.post("account/token", json=asked)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json()["expires_in"] == 86_400
    return str(answer.json()["token"])


def test_a_program_gets_a_token_uses_it_and_ends_it(
    api: httpx.Client, anna: User
) -> None:
    token = web_token(api)
    found = api.get("account", headers=bearer(token))
    assert found.json()["username"] == "Anna"
    assert found.headers["cache-control"] == "no-store"
    assert api.delete("account/token", headers=bearer(token)).status_code == 204
    assert_problem(api.get("account", headers=bearer(token)), 401, "not valid")


def test_an_api_token_says_whose_it_is_and_what_for(
    api: httpx.Client, anna: User, services: SignInServices
) -> None:
    made = make_token_for(services, anna, "n", ["play"], 1, HERE)
    found = api.get("account", headers=bearer(made.secret)).json()
    assert found == {"username": "Anna", "is_admin": False, "scopes": ["play"]}
    refused = api.delete("account/token", headers=bearer(made.secret))
    assert_problem(refused, 422, "Revoke")


def test_nobody_is_told_to_bring_a_token(api: httpx.Client) -> None:
    for sent in ({}, bearer("x"), bearer("nof1_x"), {"Authorization": "Basic eDp5"}):
        answer = api.get("account", headers=sent)
        assert_problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_cookie_is_no_token(api: httpx.Client, anna: User) -> None:
    api.cookies.set("nof1-session", web_token(api), domain="127.0.0.1")
    assert_problem(api.get("account"), 401)


def test_a_wrong_password_is_refused_and_then_slowed_down(
    api: httpx.Client, anna: User
) -> None:
    asked = {"name": "Anna", "password": "a wrong one"}
    for _ in range(5):
        assert_problem(api.post("account/token", json=asked), 401, "wrong")
    refused = api.post("account/token", json=asked)
    assert_problem(refused, 429)
    assert refused.headers["retry-after"] == "1"


def test_no_token_is_given_over_a_way_that_others_read(
    services: SignInServices, anna: User
) -> None:
    asked = {"name": "Anna", "password": PASSWORD}
    with visiting(services, "http://arena.example.com") as person:
        host = {"Host": "arena.example.com"}
        answer = person.client.post("account/token", json=asked, headers=host)
    assert_problem(answer, 401, "https")


OPERATIONS = [("", "GET"), ("/token", "POST"), ("/token", "DELETE")]


def test_any_request_is_answered_as_documented(
    api: httpx.Client, services: SignInServices
) -> None:
    if services.engine.dialect.name != "sqlite":
        return  # what is documented depends on no database
    base = str(api.base_url.copy_with(path="/"))
    document: dict[str, Any] = httpx.get(f"{base}openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    for path, method in OPERATIONS:
        operation = schema[f"/api/v1/account{path}"][method]

        @seed(20251028)
        @settings(
            max_examples=8,
            deadline=None,
            database=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def is_answered(case: Any) -> None:
            case.call_and_validate(base_url=base, checks=CHECKS)

        is_answered()
