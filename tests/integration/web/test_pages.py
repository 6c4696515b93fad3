"""The pages over HTTP: what each answers with, in every state."""

import gzip
import html
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.web.kept.kept_reports import KeptReports, Span
from nof1_tracker.web.pages.chat_pages import marked
from tests.databases import unused_port
from tests.fakes import FakeClock
from tests.integration.web.served import record_of, serving
from tests.parsed_payloads import leg, store, trades_of
from tests.worlds import arena_of, engine_on, midday

MOST_SCRIPT = 150_000
"""Bytes of script, compressed."""
NOW = midday(arena_of(days=0.4))


def page_of(client: httpx.Client, path: str) -> httpx.Response:
    """A page of the server whose API the client asks."""
    return client.get(str(client.base_url.join(path)))


def assert_page(answer: httpx.Response, status: int, *words: str) -> None:
    """The whole contract of a page."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "'unsafe" not in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"\son\w+=|hx-on|style=|<style|<script(?! src)", answer.text)
    for word in words:
        assert word in answer.text


PAGES = {
    "/": ("Standings", "Qwen3 Max", "leads"),
    "/?at=2025-10-18T04:00Z": ("The past", "Back to now", "leads"),
    "/?at=2020-01-01": ("Nothing is recorded up to this moment",),
    "/?season=1": ("Standings",),
    "/trades": ("Completed legs and open positions", "Older trades", "is-open"),
    "/trades?model=qwen&side=&since=": ("Qwen3 Max", "format=csv"),
    "/trades?symbol=NVDA": ("No trade is like that",),
    "/trades?at=2020-01-01": (
        "No trade is stored up to this moment",
        "Look at Season 1",
    ),
    "/models/qwen3-max": ("Alibaba", "All its trades", "/whatif?model=qwen3-max"),
    "/models/qwen3-max?at=2025-10-18T01:00Z": ("The past", "Qwen3 Max"),
    "/models/qwen3-max/figures": ("curves-chart", "By side and by symbol"),
    "/chat": ("ModelChat", "Earlier conversations", "All"),
    "/chat?search=position&model=qwen": ("<mark>position</mark>", "Qwen3 Max"),
    "/chat?search=no+such+words": ("No conversation is like that",),
    "/chat?at=2020-01-01": ("No conversation is stored up to this moment",),
    "/compare": ("Choose two models", "Compare two models"),
    "/compare?first=qwen3-max&second=gpt-5": ("Told apart", "Win rate", "interval"),
    "/compare?first=qwen&second=gpt&at=2025-10-18T06:00Z": ("The past", "Told apart"),
    "/report": ("The whole report", "leads with", "season.html"),
    "/status": ("What is recorded", "percent held", "Last runs"),
    "/status?at=2020-01-01": ("Nothing of this season is stored up to",),
    "/data": ("openapi.json", "format=csv", "Cite"),
    "/equity?first=qwen3-max&second=gpt-5": ("curves-chart",),
    "/equity": ("curves-chart", "has the most equity"),
}


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_there(api: httpx.Client, path: str) -> None:
    assert_page(page_of(api, path), 200, *PAGES[path])


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/nothing", 404, "No page has the address /nothing"),
        ("/?at=noon", 422, "not a valid time"),
        ("/?season=77", 422, "Known seasons"),
        ("/trades?since=today&until=yesterday", 422, "Nothing lies between"),
        ("/trades?cursor=x", 422, "cursor is not valid"),
        ("/trades?side=up", 422, "long"),
        ("/trades/nothing", 422, "No trade has the id"),
        ("/chat/nothing", 422, "No conversation has the id"),
        ("/chat?decision=wait", 422, "hold"),
        ("/compare?first=qwen&second=qwen3", 422, "the same model"),
        ("/compare?first=qwen&second=nobody", 422, "No model matches"),
        ("/models/nobody", 422, "No model matches"),
        ("/?season=first", 422, "not a valid season"),
        ("/?season=1%00", 422, "cannot be stored"),
    ],
)
def test_an_error_is_a_page_that_says_what_to_do(
    api: httpx.Client, path: str, status: int, word: str
) -> None:
    assert_page(page_of(api, path), status, word, "Try again")


def test_a_name_that_means_one_model_leads_to_its_page(api: httpx.Client) -> None:
    answer = page_of(api, "/models/qwen?season=1")
    assert answer.is_redirect
    assert answer.headers["location"] == "/models/qwen3-max?season=1"


def test_a_model_page_has_its_own_rows_alone(api: httpx.Client) -> None:
    text = page_of(api, "/models/qwen3-max").text
    assert set(re.findall(r'/models/([\w.-]+)"', text)) == {"qwen3-max"}


def test_older_trades_follow_without_a_hole(api: httpx.Client) -> None:
    path, closed = "/trades?status=closed", []
    while path:
        text = page_of(api, path).text
        closed += re.findall(
            r'<th scope="row" class="name"><a [^>]*><time datetime="([^"]+)', text
        )
        following = re.search(r'<a href="([^"]+)" rel="next"', text)
        path = html.unescape(following[1]) if following else ""
    whole = api.get("trades", params={"status": "closed", "limit": 1000}).json()["data"]
    assert len(closed) == len(whole) > 50
    assert closed == sorted(closed, reverse=True)


@pytest.mark.parametrize(
    ("rows", "key", "page", "words"),
    [
        ("trades", "trade_id", "/trades/", ("What happened", "Entry", "Best seen")),
        ("chats", "conversation_id", "/chat/", ("Prompt", "Thought", "Decision")),
    ],
)
def test_each_row_has_a_page_with_its_neighbours(
    api: httpx.Client, rows: str, key: str, page: str, words: tuple[str, ...]
) -> None:
    asked = {"model": "gpt-5", "limit": "3"}
    newest, second, _ = (
        each[key] for each in api.get(rows, params=asked).json()["data"]
    )
    answer = page_of(api, page + second)
    assert_page(answer, 200, *words)
    assert f'href="{page}{newest}" rel="next"' in answer.text
    back = page_of(api, page + newest)
    assert f'href="{page}{second}" rel="prev"' in back.text
    short = page_of(api, page + second[3:])
    assert short.headers["location"] == page + second


def test_no_address_leads_to_another_host(api: httpx.Client) -> None:
    origin = str(api.base_url).removesuffix("/api/v1/")
    answer = api.get(f"{origin}//elsewhere.example/x")
    assert_page(answer, 404)
    assert 'href="//' not in answer.text


def test_names_and_words_of_the_site_are_text(engine: Engine) -> None:
    evil = "<img src=x onerror=alert(1)>"
    bad = leg("alpha", 1, trade_id="t1", symbol=evil, entry_oid=None)
    store(engine, trades_of(bad))
    with serving(record_of(engine)) as client:
        for path in ("/trades", "/trades/t1", "/models/alpha", "/"):
            answer = page_of(client, path)
            assert answer.status_code == 200, answer.text
            assert evil not in answer.text


def test_words_of_models_are_text_and_never_markup() -> None:
    text = marked("<b>stop</b> & go", [(3, 7)])
    assert text == "&lt;b&gt;<mark>stop</mark>&lt;/b&gt; &amp; go"


def test_the_report_is_the_file_that_the_command_writes(api: httpx.Client) -> None:
    answer = page_of(api, "/report/season.html?season=1")
    assert answer.status_code == 200
    assert "Model by model" in answer.text
    assert "sha256-" in answer.text


def test_everything_that_the_data_page_names_is_there(api: httpx.Client) -> None:
    text = page_of(api, "/data").text
    paths = set(re.findall(r'href="(/api/v1/[^"]+)"', text))
    assert len(paths) > 30
    for path in paths:
        answer = page_of(api, html.unescape(path))
        assert answer.status_code == 200, path


def test_programs_are_not_answered_with_a_page(api: httpx.Client) -> None:
    answer = page_of(api, "/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_database_that_is_away_is_a_page_that_comes_back() -> None:
    url = f"postgresql://nobody@127.0.0.1:{unused_port()}/none"
    engine = create_db_engine(url)
    with serving(record_of(engine)) as client:
        answer = page_of(client, "/")
    engine.dispose()
    assert_page(answer, 503, "The database is away", "data-passing")
    assert answer.headers["cache-control"] == "no-store"


def test_what_is_simulated_a_sample_or_of_another_site_cannot_be_missed(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    for name, word in (
        ("simulated-arena", "Simulated arena."),
        ("sample", "Sample."),
        ("season", "Nothing is recorded yet"),
    ):
        file = tmp_path / f"{name}.db"
        file.write_bytes(migrated_sqlite.read_bytes())
        with engine_on(f"sqlite:///{file}") as engine, serving(record_of(engine)) as it:
            answer = page_of(it, "/")
            assert_page(answer, 200, word)
            assert ('class="simulated"' in answer.text) is (name != "season")


def test_a_silent_recorder_is_named(season: Engine) -> None:
    later = FakeClock(NOW + timedelta(days=1))
    with serving(record_of(season, later)) as client:
        assert_page(page_of(client, "/"), 200, "Not being recorded: equity (last ")


def test_scripts_are_few_and_may_be_kept_for_ever(api: httpx.Client) -> None:
    found = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page_of(api, "/").text)
    answers = [page_of(api, path) for path in found]
    assert [each.status_code for each in answers] == [200] * 5
    assert all("immutable" in each.headers["cache-control"] for each in answers)
    scripts = [
        each.content for each in answers if "javascript" in each.headers["content-type"]
    ]
    assert sum(len(gzip.compress(each)) for each in scripts) < MOST_SCRIPT
    stale = re.sub("/assets/[^/]+", "/assets/0123", found[0])
    assert page_of(api, stale).status_code == 404


def test_a_report_is_kept_until_something_is_committed_and_it_was_worth_it(
    engine: Engine,
) -> None:
    ticks = iter([0.0, 2.0, 61.9, 62.0, 63.0, 65.9, 66.0, 67.0])
    kept = KeptReports(engine, lambda: next(ticks))
    span = Span(None)
    first = kept.report(span, NOW)
    assert (
        kept.report(span, NOW).found is first.found
    )  # a minute, as nothing has changed
    second = kept.report(span, NOW)
    assert second.found is not first.found
    store(engine, trades_of(leg("alpha", 1, trade_id="t1", entry_oid=None)))
    assert (
        kept.report(span, NOW).found is second.found
    )  # three times as long as it took
    assert kept.report(span, NOW).version > second.version
