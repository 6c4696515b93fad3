"""Every trade of a report: what is plain, what is packed, and what is left out."""

import base64
import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from nof1_tracker.rendering.html import render_html
from nof1_tracker.rendering.html.every_trade import (
    MOST_PLAIN,
    EveryTrade,
    every_trade,
)
from tests.unit.analyzer.boards import NOW
from tests.unit.analyzer.reports import history, report_of
from tests.unit.analyzer.stories import leg, story

REPORT = report_of(history("alpha", equity=[10_000.0] * 3))


def unpacked(every: EveryTrade) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(every.packed)))
    return found


def test_the_newest_trades_are_plain_and_all_are_packed() -> None:
    stories = [story(leg(number)) for number in range(1, MOST_PLAIN + 3)]

    every = every_trade(REPORT, stories)

    assert every is not None
    assert every.total == MOST_PLAIN + 2
    assert len(every.table.rows) == MOST_PLAIN
    assert len(unpacked(every)["rows"]) == MOST_PLAIN + 2
    closed = [row.cells[0].value for row in every.table.rows]
    assert closed[0] == (NOW - timedelta(minutes=1)).timestamp()
    assert closed == sorted(closed, key=lambda value: -float(value or 0))


def test_the_total_counts_trades_that_are_not_in_the_page() -> None:
    more = report_of(history("alpha", equity=[10_000.0], nets=[1.0] * 7))

    every = every_trade(more, [story(leg(1))])

    assert every is not None
    assert every.total == unpacked(every)["total"] == 7


def test_the_parts_of_an_entry_share_its_story() -> None:
    halves = leg(1, "10", entry_oid=5), leg(2, "-4", entry_oid=5)

    every = every_trade(REPORT, [story(*halves)])

    assert every is not None
    found = unpacked(every)
    assert [row[1] for row in found["rows"]] == [0, 0]
    (only,) = found["stories"]
    titles = [step[1] for step in only["steps"]]
    assert titles == ["decided to open", "opened", "closed", "closed"]
    assert only["steps"][0][4] == ["Momentum is up."]
    assert found["rows"][0][2] == {
        "Stop": "100,000.00 (-6.8 %)",
        "Target": "120,000.00 (+11.8 %)",
        "Net $": "+10.00, +6.00 over all 2 parts of its entry,"
        " +0.12 times the risk of 50.00",
    }


def test_what_is_open_and_what_closed_before_the_window_is_left_out() -> None:
    old, new = leg(90), leg(10)
    open_one = leg(1, None, exit_price=None, closed_at=None)
    window = replace(REPORT, since=NOW - timedelta(minutes=60))

    every = every_trade(window, [story(each) for each in (old, new, open_one)])

    assert every is not None
    assert every.total == 1
    assert (
        every.table.rows[0].cells[0].value == (NOW - timedelta(minutes=10)).timestamp()
    )
    assert every_trade(REPORT, [story(open_one)]) is None


def test_the_same_trades_are_the_same_page() -> None:
    stories = [story(leg(1)), story(leg(2, "-3"))]

    assert render_html(REPORT, stories) == render_html(REPORT, stories)


def test_words_of_a_model_cannot_leave_the_data() -> None:
    evil = "</script><script>alert(1)</script>"

    page = render_html(REPORT, [story(leg(1, symbol=evil[:40]), words=evil)])

    assert "<script>alert" not in page
    assert "1 trade</output>" in page
