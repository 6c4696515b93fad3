"""What the webhook sends: its signature, its body and the schema of that."""

import json
from dataclasses import replace
from decimal import Decimal

import jsonschema
import pytest
from pydantic import ValidationError

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.notify.webhook import SignedWebhook, signed_headers, signing_key
from nof1_tracker.notify.webhook_body import (
    SCHEMA_FILE,
    EventBody,
    event_body,
    schema_text,
)
from nof1_tracker.records.events import EventKind, event_key
from tests.unit.notify.stored_events import stored


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(
        key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert headers["webhook-signature"] == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
    assert headers["webhook-timestamp"] == "1614265330"


def test_any_other_text_is_a_secret_as_it_is() -> None:
    assert signing_key("correct horse battery") == b"correct horse battery"


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        "whsec_",
        "whsec_???",
        "whsec_YWJj",
        "whsec_MfKQ9r8G KYqrTwj!UPD8ILPZIo2LaLaSw",
    ],
)
def test_a_secret_that_protects_nothing_is_refused(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="NOTIFY_WEBHOOK_SECRET") as caught:
        signing_key(secret)
    assert "openssl" in caught.value.remedy


@pytest.mark.parametrize("url", ["", "ftp://host/x", "host/path", "http://"])
def test_a_url_that_is_none_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="NOTIFY_WEBHOOK_URL"):
        SignedWebhook(url, "x" * 16)


def test_the_body_keeps_to_the_schema() -> None:
    body = json.loads(event_body(stored()))
    schema = json.loads(SCHEMA_FILE.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.FormatChecker()
    )
    validator.validate(body)
    assert set(body) == set(schema["properties"]) == set(schema["required"])
    assert EventBody.model_validate(body).kind is EventKind.POSITION_CLOSED


def test_a_body_of_another_version_does_not_keep_to_it() -> None:
    body = json.loads(event_body(stored())) | {"version": 2}
    with pytest.raises(ValidationError):
        EventBody.model_validate(body)


def test_the_schema_in_the_package_is_that_of_the_code() -> None:
    assert SCHEMA_FILE.read_text() == schema_text()


def test_numbers_keep_their_digits_without_idle_zeros() -> None:
    event = replace(
        stored().event,
        numbers={
            "a": Decimal("21510.45000000"),
            "b": Decimal("1E+3"),
            "c": Decimal("0.000001"),
            "d": Decimal("12345678901234567890.12"),
        },
    )
    text = event_body(replace(stored(), event=event)).decode()
    for told in (
        "21510.45,",
        "1000,",
        "0.000001",
        "12345678901234567890.12",
    ):
        assert told in text


def test_a_key_is_safe_in_a_header_and_in_what_is_signed() -> None:
    evil = event_key("entry", "a.b\r\nx: y", "\ud800", "\x1f")
    assert evil.isascii()
    assert evil.replace(":", "").isalnum()
    assert event_key("a", "x\x1f", "y") == event_key("a", "x\x1f", "y")
    assert event_key("a", 1, 23) != event_key("a", 12, 3)
