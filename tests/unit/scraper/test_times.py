"""Times that a payload states of its rows, and when they are not believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.scraper.wire.json_text import exact_json
from tests.unit.scraper.site_rows import (
    CAPTURED_AT,
    account_total,
    analysis,
    conversation,
    inception,
    parsed,
    position,
    price,
    prompt,
    served,
    trade,
)

FAR = datetime(2099, 1, 1, tzinfo=UTC)
UNTIMELY = "the time is more than a day after the row was observed"


def observed(document: Any, at: datetime | None = CAPTURED_AT) -> ParsedPayload:
    """What a payload contains that was observed at that time."""
    body = served(exact_json(document))
    captured_at = CAPTURED_AT if at is None else at
    return parse_payload(replace(body, captured_at=captured_at, observed_at=at))


@pytest.mark.parametrize(
    ("key", "row", "field", "found"),
    [
        ("accountTotals", account_total, "timestamp", "snapshots"),
        ("conversations", conversation, "timestamp", "conversations"),
        ("sinceInceptionValues", inception, "inception_date", "inceptions"),
        ("analytics", analysis, "updated_at", "statistics"),
        ("prices", price, "timestamp", "prices"),
    ],
)
def test_a_row_dated_after_its_observation_is_rejected_alone(
    key: str, row: Any, field: str, found: str
) -> None:
    good, bad = row(), row(**{field: FAR.timestamp()})
    result = observed({key: [good, bad]})
    assert len(getattr(result, found)) == 1
    (rejected,) = result.rejected
    assert rejected.reason == f"{field}: {UNTIMELY}"
    assert rejected.is_untimely
    assert not rejected.is_partial
    assert result.rejected_rows == 1


def test_a_clock_that_is_a_day_ahead_is_tolerated() -> None:
    for hours, believed in ((24, True), (25, False)):
        time = (CAPTURED_AT + timedelta(hours=hours)).timestamp()
        result = observed({"accountTotals": [account_total(timestamp=time)]})
        assert bool(result.snapshots) is believed


def test_a_row_is_held_against_our_own_clock_where_nothing_tells_when_it_was_seen() -> (
    None
):
    now = datetime.now(UTC)
    rows = [account_total(timestamp=each.timestamp()) for each in (now, FAR)]
    result = observed({"accountTotals": rows}, None)
    assert [each.observed_at.year for each in result.snapshots] == [now.year]
    assert result.served.observed_at is None


def test_a_row_is_believed_up_to_the_latest_observation_that_is_known() -> None:
    """A page that is frozen states an old time beside what it serves."""
    stated = int((CAPTURED_AT - timedelta(days=9)).timestamp() * 1000)
    row = account_total(timestamp=CAPTURED_AT.timestamp())
    assert observed({"accountTotals": [row], "serverTime": stated}).snapshots


def test_a_server_time_far_ahead_is_ignored_and_told() -> None:
    document = {
        "analytics": [analysis(updated_at=None)],
        "serverTime": int(FAR.timestamp() * 1000),
    }
    result = observed(document)
    assert result.served.observed_at == CAPTURED_AT
    assert result.observed_at == CAPTURED_AT
    assert [each.observed_at for each in result.statistics] == [CAPTURED_AT]
    assert result.warnings == (
        "analytics: its serverTime is more than a day ahead, and is ignored",
    )


def test_a_prompt_dated_ahead_costs_its_snapshot_alone() -> None:
    text = prompt().replace("2025-10-28", "2099-10-28")
    assert "2099" in text
    result = observed({"conversations": [conversation(user_prompt=text)]})
    assert len(result.conversations) == 1
    assert result.snapshots == ()
    assert [each.reason for each in result.rejected] == [f"prompt: {UNTIMELY}"]


def test_a_position_opened_after_it_was_seen_is_kept_without_that_time() -> None:
    held = {"ETH": position(entry_time=FAR.timestamp())}
    result = observed({"accountTotals": [account_total(positions=held)]})
    (snapshot,) = result.snapshots
    assert snapshot.positions is not None
    assert [each.opened_at for each in snapshot.positions] == [None]
    assert snapshot.positions_complete
    assert result.rejected_parts == 1


def test_the_order_id_of_a_position_is_no_help_where_its_entry_cannot_be_read() -> None:
    held = {"ETH": position(entry_oid=2**64)}
    result = observed({"accountTotals": [account_total(positions=held)]})
    (snapshot,) = result.snapshots
    assert snapshot.positions == ()
    assert not snapshot.positions_complete


def test_a_bad_figure_of_a_position_does_not_make_the_list_incomplete() -> None:
    held = {"ETH": position(margin="N/A")}
    result = observed({"accountTotals": [account_total(positions=held)]})
    (snapshot,) = result.snapshots
    assert snapshot.positions_complete
    assert result.rejected_parts == 1


def test_a_leg_that_ends_in_the_future_is_kept_and_one_that_begins_there_is_odd() -> (
    None
):
    far = FAR.timestamp()
    legs = observed({"trades": [trade(1, exit_time=far)]}).legs
    assert [(each.closed_at, each.oddity) for each in legs] == [(FAR, None)]
    legs = observed({"trades": [trade(1, entry_time=far, exit_time=far)]}).legs
    assert [each.oddity for each in legs] == ["entry after it was observed"]


def test_a_refused_start_leaves_its_account_on_the_list() -> None:
    rows = [inception("gpt-5"), inception("grok-4", inception_date=FAR.timestamp())]
    result = parsed({"sinceInceptionValues": rows})
    assert [each.account_id for each in result.inceptions] == ["gpt-5"]
    assert {each.account_id for each in result.accounts} == {"gpt-5", "grok-4"}
