"""Letters go through a real mail server; the key of the server is kept to itself."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from pydantic import SecretStr

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.people.people import User
from nof1_tracker.services.sign_in.mail import Background, Mail
from nof1_tracker.services.sign_in.password_changes import (
    request_reset,
    reset_password,
)
from nof1_tracker.services.sign_in.register import register
from nof1_tracker.services.sign_in.server_key import KEY_FILE, load_key
from nof1_tracker.services.sign_in.sign_in import sign_in
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from nof1_tracker.settings import MailSettings, SignInSettings, load_settings
from tests.certificates import LOOPBACK, tls_of_loopback
from tests.databases import unused_port
from tests.integration.people.people import HERE, PASSWORD

NEW = "another horse entirely"


class Letterbox:
    """What a mail server has received."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(  # noqa: N802  the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.letters.append(found)
        return "250 OK"


@pytest.fixture
def letterbox() -> Iterator[tuple[Letterbox, MailSettings]]:
    box, port = Letterbox(), unused_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, load_settings(MailSettings, host="127.0.0.1", port=port, security="none")
    server.stop()


def test_a_letter_resets_the_password_of_its_reader_alone(
    services: SignInServices, anna: User, letterbox: tuple[Letterbox, MailSettings]
) -> None:
    box, settings = letterbox
    posting = replace(services, mail=Mail(settings), background=Background())
    for name in ("nobody", "Anna@example.com"):
        request_reset(posting, name, HERE)
    register(posting, "Mallory", anna.email, NEW, HERE)
    posting.background.finish()
    assert [letter["To"] for letter in box.letters] == [anna.email] * 2
    asked, known = (letter.get_content() for letter in box.letters)
    (link,) = [word for word in asked.split() if "/reset/" in word]
    assert link.startswith("http://127.0.0.1:8321/reset/")
    assert "There is one" in known
    after = replace(posting, background=Background())
    reset_password(after, link.rpartition("/")[2], NEW, HERE)
    after.background.finish()
    assert "was changed" in box.letters[-1]["Subject"]
    assert PASSWORD not in str(box.letters)
    sign_in(services, "anna", NEW, HERE)


def test_only_so_many_letters_are_sent_to_one_person(
    services: SignInServices, anna: User, letterbox: tuple[Letterbox, MailSettings]
) -> None:
    box, settings = letterbox
    posting = replace(services, mail=Mail(settings), background=Background())
    for _ in range(6):
        request_reset(posting, "anna", HERE)
    posting.background.finish()
    assert len(box.letters) == 3


def test_a_letter_that_cannot_be_sent_is_logged_without_its_text(
    services: SignInServices, anna: User, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = load_settings(
        MailSettings, host="127.0.0.1", port=unused_port(), security="none"
    )
    posting = replace(services, mail=Mail(nowhere), background=Background())
    request_reset(posting, "anna", HERE)
    posting.background.finish()
    assert "could not be sent (ConnectionRefusedError)" in caplog.text
    assert "/reset/" not in caplog.text


def test_a_password_is_not_sent_to_a_server_without_encryption(
    letterbox: tuple[Letterbox, MailSettings], caplog: pytest.LogCaptureFixture
) -> None:
    box, settings = letterbox
    demanding = settings.model_copy(
        update={"security": "starttls", "user": "u", "password": SecretStr("p" * 9)}
    )
    Mail(demanding).send("a@example.com", "s", "t")
    assert "could not be sent" in caplog.text
    assert box.letters == []


def test_over_starttls_the_password_and_the_letter_arrive(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shown, trusted = tls_of_loopback(tmp_path)
    box, port = Letterbox(), unused_port()
    server = Controller(
        box,
        hostname=LOOPBACK,
        port=port,
        tls_context=shown,
        require_starttls=True,
        auth_required=True,
        authenticator=_knows_the_password,
    )
    settings = load_settings(
        MailSettings, host=LOOPBACK, port=port, user="u", password="p" * 9
    )
    assert settings.security == "starttls"
    server.start()
    try:
        Mail(settings, trusted).send("a@example.com", "s", "t")
        assert [letter["To"] for letter in box.letters] == ["a@example.com"]
        assert "could not be sent" not in caplog.text

        Mail(settings).send("b@example.com", "s", "t")
    finally:
        server.stop()
    assert "could not be sent (SSLCertVerificationError)" in caplog.text
    assert len(box.letters) == 1


def _knows_the_password(
    _server: Any, session: Any, _envelope: Any, _mechanism: str, given: Any
) -> AuthResult:
    is_right = (given.login, given.password) == (b"u", b"p" * 9)
    return AuthResult(success=is_right and session.ssl is not None)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    settings = load_settings(SignInSettings)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_key(settings, tmp_path / "k"), range(16)))
    assert len(keys) == 1
    assert {len(key) for key in keys} == {32}
    assert [file.name for file in (tmp_path / "k").iterdir()] == [KEY_FILE]
    assert (tmp_path / "k" / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_the_key_of_the_settings_is_long_and_comes_first(tmp_path: Path) -> None:
    given = load_settings(SignInSettings, secret_key="x" * 32)
    assert load_key(given, tmp_path) == load_key(given, tmp_path / "other")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigurationError, match="at least 32"):
        load_settings(SignInSettings, secret_key="x" * 31)


def test_a_key_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = load_settings(SignInSettings)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        load_key(settings, tmp_path / "file" / "folder")
