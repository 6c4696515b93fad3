"""The leaderboard's table in pages that somebody saved."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.scraper.parsing.saved_table import saved_table

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)
JANUARY = """
<table class="w-full"><thead><tr><th>RANK</th><th>MODEL</th><th>ACCT VALUE&nbsp;&darr;</th>
<th>RETURN %</th><th>TOTAL P&amp;L</th><th>FEES</th><th>WIN RATE</th><th>BIGGEST WIN</th>
<th>BIGGEST LOSS</th><th>SHARPE</th><th>TRADES</th></tr></thead><tbody>
<tr><td>1</td><td><div><img src="x"/><span>GROK-4.20 - 3:
 SITUATIONAL AWARENESS</span><div>xAI</div></div></td><td>$<!-- -->13,459</td>
<td>+34.59%</td><td>$3,459</td><td>$730.31</td><td>31.6%</td><td>$3,084</td>
<td>-$2,066</td><td>0.019</td><td>158</td></tr></tbody></table>"""
DECEMBER = """
<table><tr><th>Rank<th>Model<th>Acct Value<th>Unrealized P&L<th>Realized P&L<th>Trades
<tr><td>2<td>GPT-5.1 - 4: MAX LEVERAGE<td>$10,888<td>-$12.50<td>$900.75<td>537</table>"""
FRAME = "<table><tr><th>MODEL</th><th>ACCT VALUE</th></tr></table>"
OTHER = (
    "<table><tr><th>COIN</th><th>PRICE</th></tr><tr><td>BTC</td><td>9</td></tr></table>"
)


def page(*parts: str) -> bytes:
    script = "<script>const t = '<table><tr><td>1</td></tr></table>';</script>"
    return f"<!doctype html><html><body>{script}{''.join(parts)}</body></html>".encode()


def snapshot_in(body: bytes | None) -> object:
    assert body is not None
    payload = RawPayload(body, "page", NOW, "wayback", observed_at=NOW)
    parsed = parse_payload(payload)
    assert not parsed.rejected
    (snapshot,) = parsed.snapshots
    assert snapshot.source is EquitySource.PAGE
    assert snapshot.observed_at == NOW
    return (
        snapshot.equity,
        snapshot.unrealized_pnl,
        snapshot.realized_pnl,
        snapshot.win_rate,
        snapshot.total_trades,
    )


def test_the_table_of_january_is_read_as_a_browser_reads_it() -> None:
    body = saved_table(page(JANUARY))
    assert body is not None
    table = json.loads(body)["renderedLeaderboard"]
    assert table["rows"][0][1] == "GROK-4.20 - 3: SITUATIONAL AWARENESS\nxAI"
    expected = (Decimal(13459), None, None, Decimal("0.316"), 158)
    assert snapshot_in(body) == expected


def test_the_table_of_december_has_other_columns_and_may_leave_tags_open() -> None:
    expected = (Decimal(10888), Decimal("-12.50"), Decimal("900.75"), None, 537)
    assert snapshot_in(saved_table(page(DECEMBER))) == expected


def test_other_tables_before_it_are_passed_over() -> None:
    assert saved_table(page(OTHER, FRAME, JANUARY)) == saved_table(page(JANUARY))


def test_a_table_within_a_cell_is_not_read() -> None:
    nested = JANUARY.replace('<img src="x"/>', OTHER)
    assert saved_table(page(nested)) == saved_table(page(JANUARY))


@pytest.mark.parametrize("parts", [(), (OTHER,), (FRAME,), ("<table><tr><td>",)])
def test_a_page_without_its_figures_has_no_table(parts: tuple[str, ...]) -> None:
    assert saved_table(page(*parts)) is None
