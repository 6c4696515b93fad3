"""Whatever a history holds, every format has a report of it."""

import json
import math
import re
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from nof1_tracker.analyzer.report.comparison import compare_models
from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.analyzer.report.sections import EVERY_SECTION
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.season_history import AccountHistory, ChatPoint, EntryDecision
from nof1_tracker.rendering.markdown.comparison import comparison_markdown
from nof1_tracker.rendering.markdown.report import report_markdown
from nof1_tracker.rendering.programs.output import to_csv, to_json
from nof1_tracker.rendering.programs.report.comparison_object import comparison_object
from nof1_tracker.rendering.programs.report.comparison_shape import ComparisonShape
from nof1_tracker.rendering.programs.report.report_object import report_object
from nof1_tracker.rendering.programs.report.report_rows import COLUMNS, report_rows
from nof1_tracker.rendering.terminal.comparison import comparison_text
from nof1_tracker.rendering.terminal.report.report import report_text
from tests.unit.analyzer.columns import at, snapshots, trades
from tests.unit.analyzer.legs_and_decisions import PlannedLeg
from tests.unit.analyzer.reports import history, report_of, reported
from tests.unit.rendering.test_report_json import validate
from tests.unit.rendering.test_terminal_tables import plain

UNKNOWN = math.nan
amounts = st.floats(-1e7, 1e7) | st.sampled_from([0.0, UNKNOWN, 1e-9, -5.0, 1e15])
levels = st.floats(-1e4, 1e6) | st.sampled_from([0.0, UNKNOWN, 10_000.0])
hours = st.floats(-5, 150)
texts = st.text(st.characters(exclude_characters="nN"), max_size=12)
"""Of the site; without the letter that NaN, inf and None have in common."""
undefined = re.compile(r"\b(nan|NaN|inf|Infinity|None)\b")
"""A number that nobody knows, written out as a computer does."""
prices = st.none() | st.floats(-1, 1e5)
confidences = st.none() | st.floats(-10, 130)


@st.composite
def legs(draw: st.DrawFn) -> Any:
    nets = draw(st.lists(amounts, max_size=8))
    size = len(nets)

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=size, max_size=size))

    return trades(
        nets,
        gross_pnl=np.array(column(amounts), dtype=np.float64),
        fees=np.array(column(amounts), dtype=np.float64),
        entry_price=np.array(column(amounts), dtype=np.float64),
        quantity=np.array(column(amounts), dtype=np.float64),
        leverage=np.array(column(amounts), dtype=np.float64),
        symbol=np.array(column(texts), dtype=np.object_),
        is_long=np.array(column(st.booleans()), dtype=np.bool_),
        entry_oid=np.array(column(st.integers(-1, 3)), dtype=np.int64),
    )


@st.composite
def points(draw: st.DrawFn) -> PlannedLeg:
    opened = at(draw(hours))
    is_closed = draw(st.booleans())
    return PlannedLeg(
        symbol=draw(texts),
        side=draw(st.sampled_from(TradeSide)),
        opened_at=opened,
        closed_at=opened + timedelta(hours=1) if is_closed else None,
        exit_price=draw(prices) if is_closed else None,
        net_pnl=draw(prices) if is_closed else None,
        entry_oid=draw(st.none() | st.integers(0, 3)),
        confidence=draw(confidences),
        stop_loss=draw(prices),
        profit_target=draw(prices),
    )


decisions = st.builds(
    EntryDecision,
    symbol=texts,
    side=st.sampled_from(TradeSide),
    decided_at=hours.map(at),
    confidence=confidences,
    stop_loss=prices,
    profit_target=prices,
)
answers = st.builds(
    ChatPoint, hours.map(at), st.none() | st.integers(0, 40), st.booleans()
)


@st.composite
def histories(draw: st.DrawFn, account_id: str) -> AccountHistory:
    seen = draw(st.lists(hours, max_size=12))
    equity = draw(st.lists(levels, min_size=len(seen), max_size=len(seen)))
    total = draw(st.none() | st.integers(0, 20))
    return history(
        account_id,
        equity=equity,
        hours=seen,
        legs=draw(legs()),
        points=draw(st.lists(points(), max_size=5)),
        decisions=draw(st.lists(decisions, max_size=5)),
        answers=draw(st.lists(answers, max_size=5)),
        signals=draw(st.dictionaries(texts, st.integers(0, 999), max_size=4)),
        reported=(
            None
            if total is None
            else reported(account_id, total, win_rate=draw(st.floats(0, 100)))
        ),
        name=draw(texts),
        provider=draw(texts),
        is_benchmark=draw(st.booleans()),
    )


@st.composite
def reports(draw: st.DrawFn, least: int = 0) -> SeasonReport:
    count = draw(st.integers(least, 3))
    found = [draw(histories(f"model-{number}")) for number in range(count)]
    btc = snapshots([1e5, 1.1e5, 9e4], [0.0, 1.0, 2.0]) if draw(st.booleans()) else None
    return report_of(*found, btc_prices=btc)


anything = settings(
    max_examples=settings().max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@anything
@given(report=reports(), width=st.integers(40, 160))
def test_a_report_has_every_format(report: SeasonReport, width: int) -> None:
    validate(json.loads(to_json(report_object(report))))
    assert to_csv(COLUMNS, report_rows(report)).startswith("season,model_id")
    for sections in (None, EVERY_SECTION):
        text = plain(report_text(report, width, sections), width)
        assert max(map(cell_len, text.splitlines()), default=0) <= width
        markdown = report_markdown(report, sections)
        assert undefined.findall(text) == []
        assert undefined.findall(markdown) == []


@anything
@given(report=reports(least=2))
def test_any_two_models_can_be_compared(report: SeasonReport) -> None:
    comparison = compare_models(report, *report.models[:2])

    validate(json.loads(to_json(comparison_object(comparison))), ComparisonShape)
    assert plain(comparison_text(comparison, 100), 100)
    assert comparison_markdown(comparison)


@pytest.mark.parametrize("nets", [[5.0], [5.0, 5.0], [-1.0, -2.0], [1.0, 2.0], [0.0]])
def test_one_sided_outcomes_have_no_fake_figures(nets: list[float]) -> None:
    found = report_object(report_of(history("a", nets=nets, equity=[1e4])))

    trades_found = found["models"][0]["trades"]
    if not any(net < 0 for net in nets):
        assert trades_found["biggest_loss"] is None
        assert trades_found["profit_factor"] is None
    if not any(net > 0 for net in nets):
        assert trades_found["biggest_win"] is None
