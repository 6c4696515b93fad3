"""Payloads in the shapes in which other tools save them."""

import base64
import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from nof1_tracker.scraper.containers import har, json_lines
from nof1_tracker.scraper.containers.members import is_plain, members_of
from nof1_tracker.scraper.containers.saved_payloads import Saved, payloads_in
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES, exact_json
from nof1_tracker.scraper.wire.shapes import recognise
from tests.unit.scraper.site_rows import (
    account_total,
    conversation,
    inception,
    price,
    trade,
)

TOTALS = {"accountTotals": [account_total()], "serverTime": 1761634263000}
TRADES = {"trades": [trade()], "serverTime": 1761634263000}
PRICES = {"prices": {"BTC": price("BTC"), "ETH": price("ETH")}}
AT = datetime(2025, 10, 28, 6, 51, 3, tzinfo=UTC)
ISO = "2025-10-28T06:51:03Z"


def saved(document: Any, name: str = "x.json") -> list[Saved]:
    """What a file with that document, or those bytes, holds."""
    body = document if isinstance(document, bytes) else exact_json(document).encode()
    return list(payloads_in(name, BytesIO(body)))


def kinds(found: list[Saved]) -> list[str | None]:
    """The payloads among what was found; None for what is none."""
    assert all(each.fault is None for each in found)
    return [recognise(each.body) for each in found]


def decoded(each: Saved) -> Any:
    return json.loads(each.body)


class TestOneDocument:
    @pytest.mark.parametrize("document", [TOTALS, TRADES, PRICES, {"trades": []}])
    def test_a_payload_as_served_is_left_as_it_is(self, document: Any) -> None:
        body = exact_json(document).encode()
        assert is_plain(body)
        assert saved(body) == [Saved(body)]

    @pytest.mark.parametrize(
        "wrapper",
        [
            {"data": TOTALS},
            {"data": {"data": {"payload": TOTALS}}},
            {"status": 200, "body": exact_json(TOTALS)},
            exact_json(TOTALS),
            [TOTALS],
            {"account-totals": TOTALS},
            {"success": True, **TOTALS},
        ],
    )
    def test_a_wrapped_payload_is_unwrapped(self, wrapper: Any) -> None:
        (found,) = saved(wrapper)
        assert decoded(found) == json.loads(exact_json(TOTALS))

    def test_rows_without_their_key_get_it(self) -> None:
        (found,) = saved({"data": [account_total()], "timestamp": ISO})
        assert set(decoded(found)) == {"accountTotals"}
        assert found.observed_at == AT

    def test_rows_by_coin_without_their_key_get_it(self) -> None:
        (found,) = saved({"data": PRICES["prices"], "fetchedAt": ISO})
        assert decoded(found) == json.loads(exact_json(PRICES))

    def test_rows_under_a_new_key_stay_there_so_that_it_is_reported(self) -> None:
        document = {"completedTrades": [trade()], "serverTime": 1761634263000}
        body = exact_json(document).encode()
        assert saved(body) == [Saved(body)]

    def test_payloads_side_by_side_are_each_found_with_the_time(self) -> None:
        found = saved({**TOTALS, **TRADES, "leaderboard": []})
        assert kinds(found) == ["account-totals", "trades", "leaderboard"]
        assert {decoded(each)["serverTime"] for each in found} == {1761634263000}
        assert [each.place for each in found] == ["payload 1", "payload 2", "payload 3"]

    def test_payloads_by_endpoint_are_found_whatever_the_key_says(self) -> None:
        document = {"account-totals": TOTALS, "trades": TRADES, "prices": PRICES}
        assert kinds(saved(document)) == ["account-totals", "trades", "crypto-prices"]

    def test_a_list_may_hold_rows_of_several_kinds_and_payloads(self) -> None:
        found = saved([account_total(), trade(), PRICES, {"odd": 1}, account_total()])
        assert kinds(found) == ["account-totals", "trades", "crypto-prices", None]
        assert len(decoded(found[0])["accountTotals"]) == 2
        assert decoded(found[-1]) == [{"odd": 1}]

    def test_a_list_of_rows_of_one_kind_stays_as_it_is(self) -> None:
        body = exact_json([trade(1), trade(2), {"id": "cut"}]).encode()
        assert saved(body) == [Saved(body)]

    @pytest.mark.parametrize(
        "body", [b"{}", b"[]", b'{"no": "payload"}', b"no json", b'"text"', b"", b"7"]
    )
    def test_what_holds_no_payload_is_passed_on_as_it_is(self, body: bytes) -> None:
        assert saved(body) == [Saved(body)]

    def test_the_nearest_wrapper_tells_when_it_was_fetched(self) -> None:
        document = {"savedAt": 1, "data": [{"ts": ISO, "body": {"trades": [trade()]}}]}
        assert [each.observed_at for each in saved(document)] == [AT]

    def test_a_wrapper_from_the_future_is_not_believed(self) -> None:
        document = {"fetchedAt": "2099-01-01T00:00:00Z", "data": [trade()]}
        assert [each.observed_at for each in saved(document)] == [None]

    def test_of_a_damaged_file_what_is_whole_is_found_and_the_damage_is_told(
        self,
    ) -> None:
        body = exact_json({"trades": [trade()], "leaderboard": [{"cut": 1}]}).encode()
        first, second, fault = saved(body[:-4])
        assert kinds([first]) == ["trades"]
        assert decoded(second) == {"leaderboard": []}
        assert fault.fault is not None
        assert "damaged" in fault.fault

    def test_numbers_keep_every_digit(self) -> None:
        text = '{"data": {"trades": [{"realized_net_pnl": 0.10000000000000000001}]}}'
        (found,) = saved(text.encode())
        assert b"0.10000000000000000001" in found.body

    def test_a_wrapper_without_end_is_given_up(self) -> None:
        document: Any = TOTALS
        for _ in range(30):
            document = {"data": document}
        assert members_of(document) == []

    def test_an_oversize_file_is_refused(self) -> None:
        (found,) = payloads_in("x.json", BytesIO(bytes(MAX_BODY_BYTES + 1)))
        assert found.fault == "it is larger than 48 MB"


class TestEncodings:
    @pytest.mark.parametrize(
        "encoding",
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
    )
    @pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.har"])
    def test_any_unicode_is_read(self, encoding: str, name: str) -> None:
        row = conversation(user_prompt="Größe 😀")
        text = exact_json({"conversations": [row]})
        if name == "x.har":
            text = exact_json(har_of(entry(text)))
        found = saved((text + "\r\n").encode(encoding), name)
        assert kinds(found) == ["conversations"]
        (prompt,) = [row["user_prompt"] for row in decoded_rows(found[0])]
        assert prompt == "Größe 😀"


def decoded_rows(each: Saved) -> list[Any]:
    rows: list[Any] = json.loads(each.body.decode("utf-8-sig"))["conversations"]
    return rows


class TestJsonLines:
    def lines(self, *rows: Any, name: str = "x.jsonl") -> list[Saved]:
        return saved("\r\n\n".join(map(exact_json, rows)).encode(), name)

    def test_a_line_may_be_a_payload_or_hold_one(self) -> None:
        found = self.lines(TOTALS, {"ts": ISO, "data": [trade()]})
        assert kinds(found) == ["account-totals", "trades"]
        assert [each.place for each in found] == ["line 1", "line 3"]
        assert [each.observed_at for each in found] == [None, AT]

    @pytest.mark.parametrize("name", ["x.json", "x.ndjson", "x.jsonl.gz"])
    def test_they_are_told_by_name_or_content(self, name: str) -> None:
        assert kinds(self.lines(TOTALS, TRADES, name=name)) == [
            "account-totals",
            "trades",
        ]

    def test_rows_are_put_together_by_kind(self) -> None:
        rows = [trade(1), account_total(marker=1), trade(2), account_total(marker=2)]
        found = self.lines(*rows)
        assert kinds(found) == ["trades", "account-totals"]
        assert [each.place for each in found] == ["lines 1 to 5", "lines 3 to 7"]
        assert [len(next(iter(decoded(each).values()))) for each in found] == [2, 2]

    def test_many_rows_become_several_payloads(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(json_lines, "_MOST_ROWS", 2)
        found = self.lines(*(inception(f"m{number}") for number in range(5)))
        assert [len(decoded(each)["sinceInceptionValues"]) for each in found] == [
            *(2, 2, 1)
        ]

    def test_a_bad_line_costs_itself_alone(self) -> None:
        body = exact_json(TOTALS) + '\n{"trades": [\n' + exact_json(TRADES)
        found = saved(body.encode(), "x.jsonl")
        assert kinds([found[0], found[2]]) == ["account-totals", "trades"]
        assert found[1] == Saved(b'{"trades": [\n', "line 2")

    def test_lines_without_a_payload_are_told_up_to_a_number(self) -> None:
        found = self.lines(*({"level": "info"} for _ in range(150)), TOTALS)
        *told, totals, rest = found
        assert len(told) == json_lines.MOST_UNKNOWN
        assert kinds([totals]) == ["account-totals"]
        assert rest.fault == "50 more lines hold no payload"

    def test_a_giant_line_is_refused_and_the_next_is_read(self) -> None:
        giant = b'{"data": "' + b"x" * (MAX_BODY_BYTES + 5) + b'"}\n'
        first, second = saved(giant + exact_json(TRADES).encode(), "x.jsonl")
        assert (first.place, first.fault) == ("line 1", "it is larger than 48 MB")
        assert kinds([second]) == ["trades"]
        assert second.place == "line 2"


# --- HAR -------------------------------------------------------------------------


def entry(text: str | None, path: str = "/api/trades", **changes: Any) -> Any:
    """An entry of a HAR file."""
    content = {"mimeType": "application/json"} | (
        {} if text is None else {"text": text}
    )
    return {
        "startedDateTime": "2025-10-28T07:51:03.000+01:00",
        "request": {"method": "GET", "url": f"https://nof1.ai{path}", "cookies": []},
        "response": {"status": 200, "content": content, "headers": []},
    } | changes


def har_of(*entries: Any) -> Any:
    return {"log": {"version": "1.2", "pages": [], "entries": list(entries)}}


class TestHar:
    body = exact_json({"trades": [trade()]})

    def test_the_bodies_of_the_site_are_found_with_their_times(self) -> None:
        found = saved(har_of(entry("<html>", "/"), entry(self.body)))
        assert kinds(found) == ["trades"]
        assert found[0] == Saved(self.body.encode(), "entry 2", AT)

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.org/api/trades",
            "https://nof1.ai.example.org/api/trades",
            "https://nof1.ai/api/session",
            "https://nof1.ai/trades",
            "https://[/api/trades",
        ],
    )
    def test_what_others_served_is_not_read(self, url: str) -> None:
        other = entry(self.body, request={"url": url})
        assert kinds(saved(har_of(other, entry(self.body)))) == ["trades"]

    @pytest.mark.parametrize(
        "path",
        [
            "/api/trades?x=1",
            "/api/account-totals?lastHourlyMarker=7",
            "/api/analytics/gpt-5",
            "/api/conversations?competitionId=3",
        ],
    )
    def test_all_known_addresses_are_read(self, path: str) -> None:
        assert len(saved(har_of(entry(self.body, path)))) == 1

    def test_neither_a_header_nor_a_cookie_nor_an_address_is_kept(self) -> None:
        secret = entry(self.body, "/api/trades?token=s3cret")
        secret["request"]["headers"] = [{"name": "Cookie", "value": "s3cret"}]
        secret["response"]["headers"] = [{"name": "Set-Cookie", "value": "s3cret"}]
        (found,) = saved(har_of(secret))
        assert "s3cret" not in repr(found)

    def test_the_date_of_an_answer_less_its_age_counts_first(self) -> None:
        headers = [
            {"name": "date", "value": "Tue, 28 Oct 2025 06:51:33 GMT"},
            {"name": "Age", "value": "30"},
        ]
        answer = entry(self.body)
        answer["response"]["headers"] = headers
        answer["startedDateTime"] = "2025-10-28T09:00:00Z"
        assert [each.observed_at for each in saved(har_of(answer))] == [AT]

    @pytest.mark.parametrize("started", [None, "", "soon", "2099-01-01T00:00:00Z", {}])
    def test_a_time_that_is_not_one_is_not_known(self, started: Any) -> None:
        answer = entry(self.body, startedDateTime=started)
        assert [each.observed_at for each in saved(har_of(answer))] == [None]

    def test_a_body_may_be_encoded(self) -> None:
        answer = entry(base64.b64encode(self.body.encode()).decode())
        answer["response"]["content"]["encoding"] = "base64"
        assert saved(har_of(answer))[0].body == self.body.encode()

    @pytest.mark.parametrize(
        "answer",
        [
            entry(None),
            entry(""),
            entry(body, response={"status": 304}),
            entry(body, response={"status": 500, "content": {"text": body}}),
            entry(body, response=None),
            "odd",
            None,
        ],
    )
    def test_a_file_without_a_body_of_the_site_says_what_to_do(
        self, answer: Any
    ) -> None:
        (found,) = saved(har_of(answer))
        assert found.fault is not None
        assert "save it again" in found.fault

    def test_a_body_that_the_browser_let_go_of_is_told(self) -> None:
        found, fault = saved(har_of(entry(None), entry(self.body), entry("")))
        assert found.body == self.body.encode()
        assert fault.fault is not None
        assert "missing in 2 entries, the first of which is entry 1" in fault.fault

    @pytest.mark.parametrize("headers", [5, "odd", [5], {"date": "x"}])
    def test_headers_that_are_none_are_passed_over(self, headers: Any) -> None:
        answer = entry(self.body)
        answer["response"]["headers"] = headers
        assert [each.observed_at for each in saved(har_of(answer))] == [AT]

    def test_a_page_of_a_checkpoint_is_not_read(self) -> None:
        answer = entry("<html>")
        answer["response"]["content"]["mimeType"] = "text/html; charset=utf-8"
        assert kinds(saved(har_of(answer, entry(self.body)))) == ["trades"]

    def test_a_cut_file_gives_what_was_before_the_cut(self) -> None:
        text = exact_json(har_of(entry(self.body), entry(self.body)))
        *found, fault = saved(text[:-20].encode())
        assert kinds(found) == ["trades"]
        assert fault.fault == "the list of entries is cut off or damaged"

    def test_entries_are_read_in_pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(har, "_CHUNK", 16)
        found = saved(har_of(*(entry(self.body) for _ in range(7))))
        assert [each.place for each in found] == [f"entry {n}" for n in range(1, 8)]

    def test_an_absurd_entry_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(har, "_MOST", 3_000)
        monkeypatch.setattr(har, "_CHUNK", 16)
        (found,) = saved(har_of(entry("x" * 10_000)))
        assert found.fault is not None
        assert "an entry is larger than" in found.fault
