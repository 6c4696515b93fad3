"""Addresses as people write them."""

import pytest

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.monitor.health.http_server import parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),  # noqa: S104  parsed, not listened on
        ("localhost:0", ("localhost", 0)),
        ("[::1]:9464", ("::1", 9464)),
        (":9464", ("127.0.0.1", 9464)),
        (" 9464 ", ("127.0.0.1", 9464)),
    ],
)
def test_an_address_without_a_host_is_loopback(
    text: str, address: tuple[str, int]
) -> None:
    assert parse_address(text) == address


NO_ADDRESSES = (
    *("", "host", "host:", "host:65536", "host:-1", "::1:9464"),
    *("http://a:1", "a:1/x", "a b:1", "u@h:1", "h:٩", "h:1\nx:2"),
)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_told_with_an_example(text: str) -> None:
    with pytest.raises(
        ConfigurationError, match=r"not a valid address.*127\.0\.0\.1:9464"
    ):
        parse_address(text)
