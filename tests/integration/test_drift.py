"""What the source serves is held against what it served before, on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import SourceTrait
from nof1_tracker.database.write.schema_drift import LEARNING
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import Trait
from nof1_tracker.records.status import Drift
from nof1_tracker.services.read import read_condition
from tests.parsed_payloads import ALPHA, at, leg, store, trades_of

DAY = LEARNING / timedelta(hours=1)
ID = Trait("id", "string", "", '"x"')
SIDE = Trait("side", "string", "", '"long"')
LONG = Trait("side", "string", "long", '"long"')
SHORT = Trait("side", "string", "short", '"short"')
FUNDING = Trait("funding", "number", "", "0.25")
TEXT_ID = Trait("id", "number", "", "7")
STOP = Trait("positions.*.stop", "number", "", "1")


def serve(engine: Engine, hours: float, *traits: Trait) -> None:
    """A payload of one leg with that shape is stored."""
    payload = trades_of(leg(ALPHA, 2))
    store(engine, replace(payload, traits=traits, captured_at=at(hours)))


def changes(engine: Engine) -> Sequence[Drift]:
    return read_condition(engine, at(99)).drift


def test_the_first_day_is_for_learning(engine: Engine) -> None:
    serve(engine, 0, ID, SIDE, LONG)
    serve(engine, DAY - 1, ID, SIDE, SHORT)

    assert changes(engine) == ()


def test_a_new_field_is_noted_once_with_its_example(engine: Engine) -> None:
    serve(engine, 0, ID)
    serve(engine, DAY, ID, FUNDING)
    serve(engine, DAY + 1, ID, FUNDING)

    (change,) = changes(engine)

    assert (change.endpoint, change.path) == (Endpoint.TRADES, "funding")
    assert (change.json_type, change.example) == ("number", "0.25")
    assert (change.noted_at, change.is_gone) == (at(DAY), False)


def test_a_new_type_and_a_new_word_are_changes(engine: Engine) -> None:
    serve(engine, 0, ID, SIDE, LONG)
    serve(engine, DAY, ID, TEXT_ID, SIDE, LONG, SHORT)

    assert {(each.path, each.json_type, each.word) for each in changes(engine)} == {
        ("id", "number", ""),
        ("side", "string", "short"),
    }


def test_a_field_that_was_always_there_and_is_gone_is_a_change(engine: Engine) -> None:
    serve(engine, 0, ID, SIDE)
    serve(engine, DAY, ID)
    serve(engine, DAY + 5, ID)

    (change,) = changes(engine)

    assert (change.path, change.noted_at) == ("side", at(DAY))
    assert change.is_gone


def test_a_field_that_comes_and_goes_is_no_change(engine: Engine) -> None:
    serve(engine, 0, ID, SIDE, STOP)
    serve(engine, 1, ID, STOP)
    serve(engine, DAY, ID)

    assert changes(engine) == ()


def test_a_field_that_came_back_is_gone_no_more_and_may_leave_again(
    engine: Engine,
) -> None:
    serve(engine, 0, ID, SIDE)
    serve(engine, DAY, ID)
    serve(engine, DAY + 1, ID, SIDE)
    serve(engine, DAY + 2, ID)

    (change,) = changes(engine)

    assert (change.path, change.is_gone) == ("side", False)
    assert change.noted_at == at(DAY)


def test_a_payload_without_rows_tells_nothing(engine: Engine) -> None:
    serve(engine, 0, ID, SIDE)
    serve(engine, DAY)

    assert changes(engine) == ()


def test_the_same_shape_again_adds_no_rows(engine: Engine) -> None:
    for hours in (0, 1, DAY, DAY + 1):
        serve(engine, hours, ID, SIDE, LONG)

    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(SourceTrait)) == 3
