"""What would have been, on a page and in the API: the same answer from both."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from nof1_tracker.analyzer.play.whatif_report import CopyReport
from nof1_tracker.records.asking.asked_whatif import AskedWhatif
from nof1_tracker.records.play.copy_scenario import DelayPoint
from nof1_tracker.web.kept.kept_whatifs import KeptWhatifs
from nof1_tracker.web.views.whatif_views import copy_view
from nof1_tracker.web.workers import Workers
from tests.fakes import FakeClock
from tests.integration.web.served import record_of, serving
from tests.integration.web.test_pages import NOW, assert_page, page_of

AT_ONCE = "model=gemini&delay=0s&size=0.5x&inverse=true&slippage=10bp"


def _answer(api: httpx.Client, query: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/whatif?{query}").raise_for_status().json()
    return found


def test_the_parts_of_the_difference_add_up_and_are_on_the_page(
    api: httpx.Client,
) -> None:
    answer = _answer(api, AT_ONCE)
    parts = {name: Decimal(usd) for name, usd in answer["attribution"].items()}
    total = parts.pop("total")
    assert sum(parts.values()) == total
    copied, own = (Decimal(answer[each]["equity"]) for each in ("copy", "model"))
    assert copied - own == total
    assert answer["scenario"]["inverse"]

    page = page_of(api, f"/whatif?{AT_ONCE}")
    fees = Decimal(answer["copy"]["fees"])
    words = ("Together", f"{copied:,.2f}", f"{fees:,.2f}", "60 min", "curves-chart")
    assert_page(
        page, 200, "0.5x", "inverse", "not the order book", "not advice", *words
    )
    assert_page(page, 200, "/api/v1/whatif?model=gemini&amp;delay=0s")


def test_a_withheld_figure_has_its_reason_on_both(api: httpx.Client) -> None:
    answer = _answer(api, "model=gemini&delay=15s")
    assert (answer["copy"], answer["attribution"]) == (None, None)
    assert "the first price came later" in answer["withheld"]
    page = page_of(api, "/whatif?model=gemini&delay=15s")
    assert_page(page, 200, "Withheld: for", "nof1-tracker backfill", "By delay")
    assert "Together" not in page.text


def test_a_coin_is_held_and_the_form_alone_says_what_it_is(api: httpx.Client) -> None:
    answer = _answer(api, "hold=btc&fees=none")
    equity = Decimal(answer["account"]["equity"])
    page = page_of(api, "/whatif?model=&hold=btc&fees=none&since=")
    assert_page(page, 200, "BTC, bought and held", f"{equity:,.2f}", "no fees")
    assert_page(page_of(api, "/whatif"), 200, "nothing here is advice", "Or hold")


def test_a_page_of_the_past_knows_nothing_later(api: httpx.Client) -> None:
    answer = _answer(api, f"{AT_ONCE}&until=2025-10-18T06:00:00.000001Z")
    assert answer["until"] <= "2025-10-18T06:00:00Z"
    equity = Decimal(answer["copy"]["equity"])
    page = page_of(api, f"/whatif?{AT_ONCE}&at=2025-10-18T06:00Z")
    assert_page(page, 200, "The past", f"{equity:,.2f}", "until=2025-10-18T06")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("model=gemini&hold=BTC", "name one of the two"),
        ("model=nobody", "No model matches"),
        ("model=gemini&delay=noon", "not a valid delay"),
        ("model=gemini&size=0x", "not a valid size"),
        ("hold=BTC&slippage=2", "not a valid slippage"),
        ("hold=ZZZ", "No price of ZZZ"),
    ],
)
def test_what_cannot_be_asked_is_said_by_both(
    api: httpx.Client, query: str, word: str
) -> None:
    assert word in api.get(f"/whatif?{query}").json()["detail"]
    assert_page(page_of(api, f"/whatif?{query}"), 422, word, "Try again")


def test_the_same_question_is_computed_once(season: Engine) -> None:
    kept, asked = KeptWhatifs(season), AskedWhatif(model="gemini", delay="0s")
    first = kept.answer(asked, NOW)
    assert kept.answer(asked.model_copy(), NOW + timedelta(hours=1)) is first
    assert kept.answer(asked.model_copy(update={"size": "2x"}), NOW) is not first


def test_too_many_questions_are_asked_to_come_again(season: Engine) -> None:
    full = Workers(threads=1, waiting=-1)
    record = replace(record_of(season, FakeClock(NOW)), paper=full)
    with serving(record) as client:
        refused = client.get("/whatif?model=gemini")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        page = page_of(client, "/whatif?model=gemini")
        assert_page(page, 503, "Too many are asking")
        assert_page(page_of(client, "/whatif"), 200, "What if")


def test_the_curve_over_delays_breaks_where_a_figure_is_withheld(
    season: Engine,
) -> None:
    asked = AskedWhatif(model="gemini", delay="0s")
    found = KeptWhatifs(season).answer(asked, NOW).found
    assert isinstance(found, CopyReport)
    levels = (100, 200, None, 300, 100)
    delays = tuple(
        DelayPoint(
            delay=timedelta(seconds=15 * place),
            equity=None if level is None else Decimal(level),
            orders=found.orders,
        )
        for place, level in enumerate(levels)
    )
    drawn = copy_view(replace(found, delays=delays), {})["drawn"]
    assert drawn == ("0.0,76.0 60.0,40.0", "180.0,4.0 240.0,76.0")
