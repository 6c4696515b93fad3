"""A body, sound or damaged, becomes rows; nothing of it is lost or made up."""

import json
import math
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nof1_tracker.errors import SourceError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.payloads import (
    FetchFailure,
    FetchResult,
    NotModified,
    Request,
)
from nof1_tracker.scraper.parse import parse_payload, scrape
from nof1_tracker.scraper.wire.fields import instant
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES, exact_json
from nof1_tracker.scraper.wire.shapes import recognise
from tests.unit.scraper.site_rows import (
    CAPTURED_AT,
    DOCUMENTS,
    account_total,
    conversation,
    counted,
    parsed,
    position,
    served,
    trade,
)

# --- recognition -------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", DOCUMENTS)
def test_each_payload_is_recognised_by_its_own_key(endpoint: Endpoint) -> None:
    assert recognise(json.dumps(DOCUMENTS[endpoint]).encode()) is endpoint


@pytest.mark.parametrize("endpoint", DOCUMENTS)
def test_a_renamed_top_key_is_recognised_by_its_rows(endpoint: Endpoint) -> None:
    value = next(iter(DOCUMENTS[endpoint].values()))
    assert recognise(json.dumps({"renamed": value}).encode()) is endpoint
    assert counted(parsed({"renamed": value})) == 2


def test_the_own_key_need_not_be_the_first() -> None:
    assert recognise(b'{"serverTime": 1, "trades": []}') is Endpoint.TRADES


def test_a_bare_list_is_recognised_by_its_rows() -> None:
    assert recognise(json.dumps([trade()]).encode()) is Endpoint.TRADES


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<!doctype html><p>Just a moment...",
        b"not json",
        b"42",
        b"[]",
        b'{"error": "rate limited"}',
        b'{"message": "\\"trades\\": [", "serverTime": 1}',
        b'{"data": {"trades": [{"realized_net_pnl": 1}]}}',
        b"\xff\xfe{}",
        b"[" * 100_000,
    ],
)
def test_what_is_no_payload_of_the_site_is_not_recognised(body: bytes) -> None:
    assert recognise(body) is None


def test_a_byte_order_mark_is_tolerated() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(DOCUMENTS[Endpoint.TRADES]).encode()
    assert recognise(body) is Endpoint.TRADES
    assert counted(parse_payload(served(body))) == 2


# --- bodies of which nothing can be used ---------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<html>Just a moment...</html>", "HTML"),
        (b'{"trades": [\xff]}', "not UTF-8"),
        (b"oops", "not JSON"),
        (b"7", "neither an object nor a list"),
        (b'{"error": "rate limited"}', "keys are error"),
        (b'{"trades": "soon"}', "neither a list nor an object"),
        (b'{"trades": null}', "neither a list nor an object"),
        (b'{"trades": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b" " * (MAX_BODY_BYTES + 1), "over the limit"),
    ],
)
def test_a_useless_body_is_rejected_whole_with_its_reason(
    body: bytes, reason: str
) -> None:
    result = parse_payload(served(body))
    assert counted(result) == 0
    assert [reason in rejected.reason for rejected in result.rejected] == [True]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_raw_nul_reaches_neither_rows_nor_what_is_rejected(at: int) -> None:
    body = json.dumps({"trades": [trade(1), trade(2)]})
    place = [body.index('"symbol"'), body.index("long"), len(body) - 1][at]
    result = parse_payload(served(f"{body[:place]}\x00{body[place:]}"))
    assert result.rejected
    assert "\x00" not in repr(result)
    assert all("\x00" not in each.original for each in result.rejected)


@pytest.mark.parametrize("cell", ["Infinity", "NaN", "1e999999999", "[NaN]"])
def test_a_cell_that_no_json_holds_is_rejected_with_its_row(cell: str) -> None:
    body = (
        '{"renderedLeaderboard": {"columns": ["MODEL", "ACCT VALUE", "X"],'
        f' "rows": [["GPT-5", "$9", {cell}], ["GROK 4", "$8", "-"]]}}}}'
    )
    result = parse_payload(served(body))
    assert [each.account_id for each in result.snapshots] == ["grok-4"]
    assert len(result.rejected) == 1


def test_a_rejected_body_is_kept_as_text() -> None:
    body = '{"error": "rate limited"}'
    assert parse_payload(served(body)).rejected[0].original == body


def test_of_html_only_an_excerpt_is_kept() -> None:
    result = parse_payload(served("<html>" + "x" * 50_000, Endpoint.TRADES))
    assert len(result.rejected[0].original) == 10_000
    assert result.rejected[0].endpoint == "trades"


def test_a_key_that_stands_twice_is_told_and_both_values_are_kept() -> None:
    row = json.dumps(trade())[1:]
    body = f'{{"trades": [{{"model_id": "grok-4", {row}]}}'.encode()
    result = parse_payload(served(body))
    assert (len(result.legs), result.rejected_rows, result.rejected_parts) == (1, 0, 1)
    (rejected,) = result.rejected
    assert rejected.reason.startswith("the key 'model_id' stands twice")
    assert rejected.original.startswith('{"model_id": "grok-4", ')
    assert rejected.is_partial


def test_a_key_that_stands_twice_with_one_value_loses_nothing() -> None:
    row = trade()
    body = json.dumps({"trades": [row]})
    twice = body.replace('"id": ', f'"id": "{row["id"]}", "id": ', 1)
    assert parse_payload(served(twice.encode())).rejected == ()


def test_an_empty_list_between_seasons_is_no_fault() -> None:
    result = parsed({"trades": []})
    assert (result.endpoint, result.fetched, result.rejected) == ("trades", 0, ())
    assert parse_payload(served("[]", Endpoint.TRADES)).rejected == ()


# --- damaged bodies ------------------------------------------------------------------


def test_of_a_truncated_body_the_whole_rows_are_kept() -> None:
    text = json.dumps({"trades": [trade(1), trade(2), trade(3)]})
    cut = text.index('"id"', text.index(trade(3)["id"]) - 20) + 60
    result = parse_payload(served(text[:cut]))
    assert [leg.trade_id for leg in result.legs] == [trade(1)["id"], trade(2)["id"]]
    (rejected,) = result.rejected
    assert "truncated" in rejected.reason
    assert rejected.original == text[text.index(trade(3)["id"]) - 8 : cut]


@given(share=st.floats(0, 1))
def test_wherever_a_body_is_cut_the_rows_before_the_cut_are_kept(share: float) -> None:
    text = json.dumps({"trades": [trade(1), trade(2)], "serverTime": 1})
    ends = [text.index("}, {") + 1, text.index("}], ") + 1]
    cut = int(share * (len(text) - 1))
    result = parse_payload(served(text[:cut]))
    assert len(result.legs) == sum(end <= cut for end in ends)
    assert len(result.rejected) == 1


def test_prices_of_a_truncated_body_are_kept() -> None:
    text = json.dumps(DOCUMENTS[Endpoint.PRICES])
    result = parse_payload(served(text[: text.index('"ETH"') + 30]))
    assert [price.symbol for price in result.prices] == ["BTC"]


def test_a_row_is_never_half_stored() -> None:
    text = json.dumps({"analytics": {"id": "gpt-5", "tables": {"a": 1}, "b": {}}})
    assert parse_payload(served(text[:-4])).statistics == ()


def test_what_follows_the_json_is_rejected_and_the_rows_are_kept() -> None:
    result = parse_payload(served(json.dumps({"trades": [trade()]}) + "<html>"))
    assert (len(result.legs), result.rejected[0].original) == (1, "<html>")


# --- numbers and text that cannot be stored --------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "1e-999",
        "1e99999999999999999999",
        "9" * 5000,
    ],
)
def test_an_absurd_number_costs_itself_alone(number: str) -> None:
    text = json.dumps({"trades": [trade(1, note="HERE"), trade(2)]})
    result = parse_payload(served(text.replace('"HERE"', number)))
    assert [leg.trade_id for leg in result.legs] == [trade(1)["id"], trade(2)["id"]]
    assert isinstance(result.legs[0].raw["note"], str)
    assert [(one.is_partial, one.reason[:6]) for one in result.rejected] == [
        (True, "note: ")
    ]


def test_a_deeply_nested_row_is_rejected_alone() -> None:
    deep = "[" * 300 + "]" * 300
    text = json.dumps({"trades": [trade(1, note="HERE"), trade(2)]})
    result = parse_payload(served(text.replace('"HERE"', deep)))
    assert len(result.legs) == 1
    assert "nested deeper" in result.rejected[0].reason


def test_what_is_nested_too_deeply_to_print_is_printed_in_part() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = {"in": [deep]}
    assert "(nested too deeply)" in exact_json(deep)


def test_nul_and_lone_surrogates_become_replacement_characters() -> None:
    body = json.dumps({"conversations": [conversation(cot_trace="HERE")]}).replace(
        "HERE", r"a\u0000b\ud800c\udc00d\ud83d\ude00e\\u0000f"
    )
    (chat,) = parse_payload(served(body)).conversations
    assert chat.content == "a\ufffdb\ufffdc\ufffdd\U0001f600e\\u0000f"


def test_numbers_keep_every_digit_in_records_raw_and_rejected_rows() -> None:
    text = json.dumps({"trades": [trade(1, quantity="Q"), trade(2, symbol=None)]})
    body = text.replace('"Q"', "25.149999999999995").replace("950.1", "950.10")
    result = parse_payload(served(body))
    assert result.legs[0].quantity == Decimal("25.149999999999995")
    assert str(result.legs[0].raw["realized_net_pnl"]) == "950.10"
    assert '"realized_net_pnl": 950.10,' in result.rejected[0].original


# --- times -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        Decimal("1761634244.599231"),
        "1761634244.599231",
        1761634244.599231,
        "2025-10-28 06:50:44.599231",
        "2025-10-28T08:50:44.599231+02:00",
    ],
)
def test_a_time_is_exact_to_the_microsecond(value: object) -> None:
    assert instant(value) == datetime(2025, 10, 28, 6, 50, 44, 599231, tzinfo=UTC)


def test_milliseconds_are_told_by_their_magnitude() -> None:
    assert instant(1761634244599) == instant(Decimal("1761634244.599"))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "soon",
        [],
        "",
        0,
        -1,
        -(10**14),
        10**30,
        1e308,
        Decimal("NaN"),
        Decimal("1e9999999"),
        "2019-01-01",
        "0001-01-01T00:00+23:59",
    ],
)
def test_what_is_no_time_of_our_days_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"time|Invalid isoformat"):
        instant(value)


def test_the_payload_is_dated_by_the_source_where_it_says_so() -> None:
    dated = parsed({"trades": [], "serverTime": 1_761_634_241_472})
    assert dated.observed_at == datetime(2025, 10, 28, 6, 50, 41, 472000, tzinfo=UTC)
    assert parsed({"trades": []}).observed_at == CAPTURED_AT
    assert parsed({"trades": [], "serverTime": "?"}).observed_at == CAPTURED_AT


# --- the door -----------------------------------------------------------------------------


class ThreeAnswers:
    """A source with a body, nothing new, and a failure."""

    transport = "http"

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        _, same, failed = requests
        yield served(json.dumps({"trades": [trade()]}))
        yield NotModified(same, "http://arena.test")
        yield FetchFailure(failed, SourceError("gone"))

    def close(self) -> None:
        """Holds nothing."""


def test_scrape_gives_one_result_per_request_in_their_order() -> None:
    asked = [
        Request(one) for one in (Endpoint.TRADES, Endpoint.PRICES, Endpoint.ANALYTICS)
    ]
    first, second, third = scrape(ThreeAnswers(), asked)
    assert isinstance(first, ParsedPayload)
    assert len(first.legs) == 1
    assert second == NotModified(asked[1], "http://arena.test")
    assert isinstance(third, FetchFailure)


# --- news --------------------------------------------------------------------------------


def test_unknown_fields_are_kept_and_reported_once() -> None:
    rows = [trade(number, vault="x", venue=1) for number in range(3)]
    result = parsed({"trades": rows})
    assert result.warnings == ("trades: unknown fields vault, venue",)
    assert result.legs[2].raw["vault"] == "x"


def test_unknown_fields_of_a_position_are_reported_as_such() -> None:
    totals = [account_total(positions={"ETH": position(funding=1)})]
    result = parsed({"accountTotals": totals})
    assert result.warnings == ("account-totals: unknown fields funding in position",)


def test_an_unknown_key_beside_the_rows_is_reported() -> None:
    result = parsed({"trades": [], "nextPage": 2})
    assert result.warnings == ("trades: unknown key 'nextPage' beside the rows",)


# --- whatever comes ------------------------------------------------------------------------

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["", "1e400", "-1", "NaN", "\x00", "\ud800", "buy", "{", "[]"])
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a row."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value) if isinstance(value, list) else ()
    )
    return [
        path,
        *(found for key, item in items for found in _paths(item, (*path, key))),
    ]


def _first_row(document: dict[str, Any]) -> tuple[Any, Any]:
    """The container of the rows, and the key of the first of them."""
    rows = next(iter(document.values()))
    rows = rows.get("rows", rows) if isinstance(rows, dict) else rows
    return rows, 0 if isinstance(rows, list) else next(iter(rows))


@pytest.mark.parametrize("endpoint", DOCUMENTS)
@given(picked=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_becomes_of_a_row_the_other_row_is_kept(
    endpoint: Endpoint, picked: st.DataObject
) -> None:
    document = deepcopy(DOCUMENTS[endpoint])
    rows, first = _first_row(document)
    path = picked.draw(st.sampled_from(_paths(rows[first])))
    value = picked.draw(_JSON)
    if path:
        holder = rows[first]
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
    else:
        rows[first] = value
    result = parse_payload(served(json.dumps(document)))
    assert result.endpoint is endpoint
    assert result.fetched == 2
    assert counted(result) >= 1
    assert counted(result) == 2 or result.rejected


@given(
    body=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_arbitrary_bytes_are_rejected_and_never_raise(body: bytes) -> None:
    result = parse_payload(served(body))
    assert counted(result) == 0
    assert len(result.rejected) == 1 or result.fetched == 0


@given(
    edit=st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=8)),
    endpoint=st.sampled_from(list(DOCUMENTS)),
)
def test_a_body_with_damaged_bytes_never_raises(
    edit: tuple[float, int, bytes], endpoint: Endpoint
) -> None:
    body = json.dumps(DOCUMENTS[endpoint]).encode()
    at = int(edit[0] * len(body))
    result = parse_payload(served(body[:at] + edit[2] + body[at + edit[1] :]))
    assert counted(result) <= 3
    assert math.isfinite(sum(float(leg.net_pnl) for leg in result.legs))
