"""The tools for language models over HTTP, asked by the client of the SDK."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp_types import CallToolResult, TextContent

from nof1_tracker.database.people.reading_engine import reading_engine
from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.mcp.tool_answers import answer
from nof1_tracker.mcp.tools_over_http import http_tools
from nof1_tracker.records.people.people import User
from nof1_tracker.services.sign_in.program_tokens import make_token_for
from nof1_tracker.services.sign_in.register import create_user
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from nof1_tracker.settings import WebSettings
from nof1_tracker.web.application import create_app
from nof1_tracker.web.people.mcp_endpoint import ModelTools
from nof1_tracker.web.people.visits import People
from tests.fakes import FakeClock
from tests.integration.people.people import ANNA, HERE, PASSWORD
from tests.integration.people.test_account_api import bearer, web_token
from tests.integration.web.served import record_of, serving_app
from tests.integration.web.test_problems import assert_problem
from tests.worlds import engine_on

Call = tuple[str, dict[str, Any]]
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture(scope="module")
def services(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SignInServices]:
    file = tmp_path_factory.mktemp("mcp") / "people.db"
    shutil.copy(migrated_sqlite, file)
    with engine_on(f"sqlite:///{file}") as engine:
        cheap = Hashing(Cost(memory=8, passes=1))
        services = SignInServices(engine, FakeClock(), cheap, b"k" * 32)
        yield services
        services.background.finish()


@contextmanager
def served(
    services: SignInServices, *, speaks: bool = True, has_people: bool = True
) -> Iterator[httpx.Client]:
    """A client of the server; paths are relative to its root."""
    reader = reading_engine(services.engine)
    record = record_of(reader, services.clock)
    tools = ModelTools(reader, http_tools) if speaks else None
    people = People(services) if has_people else None
    app = create_app(record, WebSettings(), people, tools)
    with serving_app(app, record) as client:
        yield client
    reader.dispose()


@pytest.fixture(scope="module")
def anna(services: SignInServices) -> User:
    user = create_user(services, *ANNA, PASSWORD, HERE)
    assert user is not None
    return user


@pytest.fixture(scope="module")
def known(services: SignInServices, anna: User) -> dict[str, str]:
    """The header of one who may read."""
    return bearer(make_token_for(services, anna, "n", ["read"], 1, HERE).secret)


@pytest.fixture(scope="module")
def server(services: SignInServices) -> Iterator[httpx.Client]:
    with served(services) as client:
        yield client


def asked(
    server: httpx.Client,
    known: dict[str, str],
    calls: Sequence[Call],
    mode: str = "auto",
) -> list[CallToolResult]:
    """What the tools answer to a client of the SDK."""
    url = str(server.base_url.join("/mcp"))

    async def ask() -> list[CallToolResult]:
        async with (
            create_mcp_http_client(headers=known) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            assert len((await client.list_tools()).tools) == 10
            return [await client.call_tool(*call) for call in calls]

    return anyio.run(ask)


def posted(server: httpx.Client, **headers: str) -> httpx.Response:
    return server.post(
        "mcp", json=PING, headers={"Accept": "application/json"} | headers
    )


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_gets_what_it_gets_over_stdin(
    server: httpx.Client, services: SignInServices, known: dict[str, str], mode: str
) -> None:
    call: Call = ("sql", {"query": "SELECT 1 AS one, 'x' AS text"})
    (found,) = asked(server, known, [call], mode)
    same = answer(services.engine, services.clock.now(), *call).structured_content
    assert found.structured_content is not None
    assert same is not None
    now = {"read_at": found.structured_content["read_at"]}
    assert found.structured_content == same | now
    assert found.structured_content["columns"] == ["one", "text"]


QUERIES = (
    "SELECT password_hash FROM users",
    "SELECT * FROM main.api_tokens",
    "SELECT count(*) FROM sessions",
    "SELECT name FROM seasons UNION SELECT email FROM users",
    "SELECT (SELECT max(token_digest) FROM password_reset_tokens)",
)


def test_no_query_reaches_people(server: httpx.Client, known: dict[str, str]) -> None:
    calls: list[Call] = [("sql", {"query": query}) for query in QUERIES]
    for found in asked(server, known, calls):
        (content,) = found.content
        assert found.is_error
        assert isinstance(content, TextContent)
        assert "may only read seasons" in content.text


def test_a_json_web_token_is_enough_and_no_session_is_needed(
    server: httpx.Client, anna: User
) -> None:
    with httpx.Client(base_url=server.base_url.join("/api/v1")) as api:
        token = web_token(api)
    found = posted(server, **bearer(token))
    assert (found.status_code, found.json()["result"]) == (200, {})
    assert "mcp-session-id" not in found.headers


def test_without_a_valid_token_nothing_is_answered(
    server: httpx.Client, services: SignInServices, anna: User
) -> None:
    for sent in ({}, bearer("nof1_x"), bearer("x.y.z"), {"Cookie": "nof1-session=x"}):
        refused = posted(server, **sent)
        assert_problem(refused, 401)
        assert refused.headers["www-authenticate"] == "Bearer"
    plays = make_token_for(services, anna, "n", ["play"], 1, HERE).secret
    refused = posted(server, **bearer(plays))
    assert_problem(refused, 403, "does not have the scope read")
    assert "insufficient_scope" in refused.headers["www-authenticate"]


def test_neither_a_page_of_another_site_nor_another_name_is_answered(
    server: httpx.Client, known: dict[str, str]
) -> None:
    own = str(server.base_url).rstrip("/")
    assert posted(server, Origin=own, **known).status_code == 200
    for origin in ("https://evil.example", "null"):
        assert_problem(posted(server, Origin=origin, **known), 403, "another site")
    assert_problem(posted(server, Host="evil.example", **known), 421)


def test_only_post_is_answered_and_not_without_end(
    server: httpx.Client, known: dict[str, str]
) -> None:
    for refused in (server.get("mcp", headers=known), server.delete("mcp")):
        assert_problem(refused, 405, "no sessions")
        assert refused.headers["allow"] == "POST"
    large = {"Content-Type": "application/json", **known}
    assert server.post("mcp", content=b"[" * 300_000, headers=large).status_code == 413


def test_a_server_that_cannot_answer_says_what_it_lacks(
    services: SignInServices,
) -> None:
    with served(services, speaks=False) as client:
        assert_problem(posted(client), 404, "nof1-tracker[mcp]")
    with served(services, has_people=False) as client:
        assert_problem(posted(client), 404, "NOF1_SECRET_KEY")
