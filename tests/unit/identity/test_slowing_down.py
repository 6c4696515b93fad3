"""How long attempts wait after others that failed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.identity.slowing_down import (
    OF_ACCOUNT,
    OF_ADDRESS,
    Failures,
    network_of,
    wait_after,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (8, 8), (14, 512), (15, 900), (10**9, 900)],
)
def test_five_failures_are_free_and_then_each_wait_doubles(
    failures: int, seconds: int
) -> None:
    found = wait_after(Failures(failures, NOON), OF_ACCOUNT, NOON)
    assert found == timedelta(seconds=seconds)


def test_an_address_may_fail_more_often_than_an_account() -> None:
    assert wait_after(Failures(19, NOON), OF_ADDRESS, NOON) == timedelta(0)
    assert wait_after(Failures(20, NOON), OF_ADDRESS, NOON) == timedelta(seconds=1)


def test_nobody_waits_who_never_failed() -> None:
    assert wait_after(None, OF_ACCOUNT, NOON) == timedelta(0)


@given(st.integers(0, 10**6), st.floats(0, 10**6))
def test_time_that_has_passed_is_waited_and_a_day_forgives(
    failures: int, passed: float
) -> None:
    at_once = wait_after(Failures(failures, NOON), OF_ACCOUNT, NOON)
    later = NOON + timedelta(seconds=passed)
    found = wait_after(Failures(failures, NOON), OF_ACCOUNT, later)
    assert found == max(at_once - (later - NOON), timedelta(0))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_customer_is_counted_as_one(address: str, network: str) -> None:
    assert network_of(address) == network
