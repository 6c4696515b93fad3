"""Values that are kept once they were read or written are those of the plain formula."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from nof1_tracker.database.engine.column_types import ExactNumeric, UtcDateTime
from nof1_tracker.rendering.programs.output import exact, iso, to_line

NUMBERS = st.floats(-1e11, 1e11) | st.integers(-(10**11), 10**11) | st.just(-0.0)
SCALES = st.sampled_from([2, 4, 8])
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
TIMES = st.integers(0, 4 * 10**15).map(
    lambda number: datetime(1970, 1, 2, tzinfo=UTC) + timedelta(microseconds=number)
)
DIALECT = sqlite.dialect()


@given(NUMBERS, SCALES)
def test_a_number_is_told_alike_however_often_it_is_read(
    value: float, scale: int
) -> None:
    read = ExactNumeric(20, scale).result_processor(DIALECT, None)
    plain = Decimal(repr(value)).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    for _ in range(2):
        assert to_line(exact(read(value))) == to_line(exact(plain))
        assert read(None) is None


def test_a_zero_keeps_its_sign_whichever_was_read_before() -> None:
    read = ExactNumeric(20, 8).result_processor(DIALECT, None)
    told = [str(read(value)) for value in (0.0, -0.0, 0, -0.0, 0.0)]
    assert told == ["0E-8", "-0E-8", "0E-8", "-0E-8", "0E-8"]


@given(TIMES, ZONES)
def test_a_time_is_told_alike_however_often_and_in_whichever_zone(
    time: datetime, zone: timezone
) -> None:
    read = UtcDateTime().result_processor(DIALECT, None)
    written = time.replace(tzinfo=None)
    plain = written.isoformat() + "Z"
    for _ in range(2):
        found = read(written.isoformat(" ", "microseconds"))
        assert found == time
        assert iso(found) == iso(found.astimezone(zone)) == plain
