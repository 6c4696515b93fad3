"""Where a session may be kept, and which browsers may be used."""

from pathlib import Path

import pytest

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.scraper.browsing.own_browser import (
    loopback_address,
    private_folder,
)


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700
    assert private_folder(made) == made


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o777])
def test_a_folder_that_others_may_read_is_left_as_it_is(
    tmp_path: Path, mode: int
) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(ConfigurationError, match="other users") as caught:
        private_folder(tmp_path)
    assert caught.value.remedy == f"Run: chmod 700 {tmp_path}"
    assert tmp_path.stat().st_mode & 0o777 == mode


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ConfigurationError, match="cannot be used: File exists"):
        private_folder(file)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9222",
        "http://127.3.2.1:9222/",
        "http://[::1]:9222",
        "http://localhost:9222",
        "ws://127.0.0.1:9222/devtools/browser/1",
    ],
)
def test_browsers_of_this_machine_are_accepted(url: str) -> None:
    assert loopback_address(url) == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://10.0.0.1:9222", "not one at 10.0.0.1"),
        ("http://0.0.0.0:9222", "not one at 0.0.0.0"),
        ("http://[2001:db8::1]:9222", "not one at 2001:db8::1"),
        ("http://localhost.example.org:9222", "not one at localhost.example.org"),
        ("http://127.0.0.1.example.org:9222", "not one at"),
        ("http://127.0.0.1:9222@example.org:1", "is not the address"),
        ("http://127.0.0.1", "is not the address"),
        ("http://127.0.0.1:99999", "is not the address"),
        ("127.0.0.1:9222", "is not the address"),
        ("file:///tmp:1", "is not the address"),
        ("", "is not the address"),
    ],
)
def test_other_addresses_are_refused(url: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        loopback_address(url)
    assert "--remote-debugging-port" in caught.value.remedy
