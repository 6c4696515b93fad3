"""Cursors lead back to the row that they were made of."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.cursor import cursor_of, keyset_of
from nof1_tracker.records.asking.keyset import Keyset


@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, 2**63 - 1))
def test_a_cursor_is_read_back_exactly(time: datetime, row: int) -> None:
    assert keyset_of(cursor_of(Keyset(time, row))) == Keyset(time, row)


@given(st.text())
def test_any_other_text_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(ConfigurationError, match="cursor"):
        keyset_of(text)


@pytest.mark.parametrize("row", [-1, 2**63])
def test_an_id_that_no_row_has_is_refused(row: int) -> None:
    with pytest.raises(ConfigurationError):
        keyset_of(cursor_of(Keyset(datetime(2025, 10, 28, tzinfo=UTC), row)))
