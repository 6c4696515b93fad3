"""The shape of a payload's rows."""

from typing import Any

import pytest

from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import Trait
from nof1_tracker.scraper.wire.row_shape import traits_of
from tests.unit.scraper.site_rows import parsed, trade


def shape(*rows: Any, endpoint: Endpoint = Endpoint.TRADES) -> set[str]:
    """Each trait as path:type, or path=word."""
    return {_told(each) for each in traits_of(endpoint, rows)}


def _told(trait: Trait) -> str:
    if trait.word:
        return f"{trait.path}={trait.word}"
    return f"{trait.path}:{trait.json_type}"


def test_fields_have_the_types_of_json_whatever_the_number() -> None:
    row = {"a": 1, "b": 0.5, "c": "1", "d": None, "e": True, "f": [], "g": {}}

    assert shape(row) == {
        "a:number",
        "b:number",
        "c:string",
        "d:null",
        "e:boolean",
        "f:array",
        "g:object",
    }


def test_a_field_may_have_several_types() -> None:
    assert shape({"a": 1}, {"a": "1"}) == {"a:number", "a:string"}


def test_coins_are_no_names_of_fields() -> None:
    one = {"positions": {"BTC": {"oid": 1}}}
    other = {"positions": {"DOGE": {"oid": 2}}}

    assert shape(one) == shape(other)
    assert shape(one) == {"positions:object", "positions.*:object"} | {
        "positions.*.oid:number"
    }


def test_a_failed_answer_is_told_from_decisions() -> None:
    failed = {"llm_response": {"failed_json_response_raw_text": "no"}}

    assert "llm_response.failed_json_response_raw_text:string" in shape(failed)


def test_words_count_where_a_field_chooses_from_some() -> None:
    row = {"llm_response": {"BTC": {"signal": "hold", "justification": "why not"}}}

    assert {one for one in shape(row) if "=" in one} == {
        "llm_response.*.signal=hold",
    }


def test_what_a_model_writes_as_it_likes_has_no_shape() -> None:
    assert shape({"cot_trace": {"my": {"own": 1}}}) == {"cot_trace:object"}


def test_the_items_of_a_list_have_a_shape() -> None:
    assert shape({"legs": [{"size": 1}]}) == {
        "legs:array",
        "legs[]:object",
        "legs[].size:number",
    }


@pytest.mark.parametrize("rows", [(), ("text", 1, None, [])])
def test_rows_that_are_no_objects_have_no_traits(rows: tuple[Any, ...]) -> None:
    assert shape(*rows) == set()


def test_of_many_rows_the_first_the_last_and_some_between_are_seen() -> None:
    rows: list[Any] = [{"a": 1}] * 10_000
    rows[-1] = {"last": 1}
    rows[0] = {"first": 1}

    assert shape(*rows) == {"first:number", "a:number", "last:number"}


def test_hostile_rows_have_no_more_traits_than_can_be_kept() -> None:
    row = {f"field {number}": number for number in range(100_000)}
    row["x" * 1000] = 1

    found = traits_of(Endpoint.TRADES, [row])

    assert len(found) == 500
    assert max(len(each.path) for each in found) <= 200


def test_examples_are_short() -> None:
    (found,) = traits_of(Endpoint.TRADES, [{"note": "long " * 1000}])

    assert found.example.startswith('"long long')
    assert len(found.example) == 201


def test_a_harvest_has_the_traits_of_its_rows() -> None:
    traits = parsed({"trades": [trade()], "serverTime": 1}).traits

    assert "side=long" in {_told(each) for each in traits}
