"""No request makes the server fail, and every answer is one that is documented."""

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

LISTS = (
    *("seasons", "models", "leaderboard", "equity", "positions", "trades", "chats"),
    *("decisions", "prices", "candles", "revisions", "events"),
)
OPERATIONS = (*LISTS, "report", "comparison", "whatif", "coverage", "health")
REQUIRED = {
    "comparison": {"first": "deepseek", "second": "qwen"},
    "whatif": {"model": "gemini", "delay": "0s"},
}
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
ONCE = settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="session")
def document(api: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = api.get(api.base_url.copy_with(path="/openapi.json")).json()
    return found


def test_every_operation_is_in_the_document(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    paths = {f"/api/v1/{name}" for name in (*OPERATIONS, "live")}
    assert set(document["paths"]) == paths


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        (name, mode)
        for name in OPERATIONS
        for mode in GenerationMode
        if (name, mode) != ("health", GenerationMode.NEGATIVE)  # it has no parameters
    ],
)
def test_any_request_is_answered_as_documented(
    api: httpx.Client, document: dict[str, Any], name: str, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_dict(document)
    operation = schema[f"/api/v1/{name}"]["GET"]
    base = str(api.base_url.copy_with(path="/"))

    @seed(20251028)
    @ONCE
    @given(operation.as_strategy(generation_mode=mode))
    def is_answered(case: Any) -> None:
        case.call_and_validate(base_url=base, checks=CHECKS)

    is_answered()


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_the_site_served_is_answered_as_documented(
    api: httpx.Client, document: dict[str, Any], name: str
) -> None:
    case = schemathesis.openapi.from_dict(document)[f"/api/v1/{name}"]["GET"].Case(
        query=REQUIRED.get(name, {})
    )

    answer = case.call(base_url=str(api.base_url.copy_with(path="/")))

    assert answer.status_code == 200
    case.validate_response(answer, checks=CHECKS)
