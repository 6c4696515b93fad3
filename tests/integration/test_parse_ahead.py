"""The next payload of an import is parsed while the one before it is stored."""

import json
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest

from nof1_tracker.database.engine.written_json import WrittenJson, canonical_json
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.errors import SourceError
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.services.storing.parse_ahead import ParseAhead
from tests.worlds import arena_of, midday


@pytest.fixture(scope="module")
def payloads() -> list[RawPayload]:
    """Three that differ; the last one is not a payload."""
    arena = arena_of()
    site, at = Payloads(arena), midday(arena)
    bodies = [site.serve(name, at) for name in ("trades", "conversations")]
    return [
        RawPayload(json.dumps(body).encode(), f"folder/{number}.json", at, "capture")
        for number, body in enumerate([*bodies, [1, 2]])
    ]


def test_what_is_parsed_ahead_is_what_is_parsed_here(
    payloads: list[RawPayload],
) -> None:
    with ParseAhead(worth_starting=0) as ahead:
        parsed = [ahead.parse(each) for each in ahead.each(payloads)]
        assert ahead.count == 2
    here = [parse_payload(each) for each in payloads]
    assert parsed == here
    # The row as served comes with its text, and unpacks in the order of the site.
    raw, same = (each[1].conversations[0].raw for each in (parsed, here))
    assert isinstance(raw, WrittenJson)
    assert raw.text == canonical_json(same)
    assert list(raw.items()) == list(same.items())


def test_a_payload_out_of_an_archive_has_its_own_name(
    payloads: list[RawPayload],
) -> None:
    with ParseAhead(worth_starting=0) as ahead:
        recorded = (replace(each, origin="name") for each in ahead.each(payloads))
        assert {ahead.parse(each).origin for each in recorded} == {"name"}
        assert ahead.count == 2


def test_what_was_not_announced_is_parsed_here(payloads: list[RawPayload]) -> None:
    with ParseAhead(worth_starting=0) as ahead:
        for _ in ahead.each(payloads):
            assert ahead.parse(payloads[0]) == parse_payload(payloads[0])
        assert ahead.count == 0


def test_a_small_import_starts_no_process(payloads: list[RawPayload]) -> None:
    before = psutil.Process().children()
    with ParseAhead() as ahead:
        for each in ahead.each(payloads):
            ahead.parse(each)
        assert psutil.Process().children() == before


def test_when_its_process_is_killed_the_rest_is_parsed_here(
    payloads: list[RawPayload],
) -> None:
    before = set(psutil.Process().children())
    with ParseAhead(worth_starting=0) as ahead:
        for each in ahead.each(payloads * 2):
            assert ahead.parse(each) == parse_payload(each)
            for child in set(psutil.Process().children()) - before:
                child.kill()
    assert set(psutil.Process().children()) == before


def test_what_came_before_a_failure_is_handed_out_first(
    payloads: list[RawPayload],
) -> None:
    def broken() -> Iterator[RawPayload]:
        yield payloads[0]
        raise SourceError("The file is gone.")

    with ParseAhead() as ahead:
        handed_out = ahead.each(broken())
        assert next(handed_out) == payloads[0]
        with pytest.raises(SourceError):
            next(handed_out)
