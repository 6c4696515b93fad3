"""Secrets, their digests, tokens of forms, scopes and JSON Web Tokens."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest

from nof1_tracker.errors import ConfigurationError, SignInError
from nof1_tracker.identity.form_tokens import fits_form, form_token
from nof1_tracker.identity.json_web_tokens import Claims, read_claims, sign_claims
from nof1_tracker.identity.lifetimes import has_ended, token_ends
from nof1_tracker.identity.secret_tokens import (
    beginning_of,
    digest_of,
    keyed_digest,
    make_api_token,
    make_token,
)
from nof1_tracker.identity.token_scopes import parse_scopes, require_scope
from nof1_tracker.records.people.vocabularies import Scope

KEY, OTHER = b"k" * 32, b"o" * 32
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLAIMS = Claims(UUID(int=1), UUID(int=2), "secret", NOON, NOON + timedelta(hours=24))


def test_tokens_differ_and_have_256_bits() -> None:
    assert len({make_token() for _ in range(100)}) == 100
    assert len(base64.urlsafe_b64decode(make_token() + "=")) == 32


def test_of_an_api_token_so_much_is_shown_that_it_is_known_again() -> None:
    token = make_api_token()
    assert token.startswith(beginning_of(token))
    assert token.startswith("nof1_")
    assert len(beginning_of(token)) == 12


def test_a_digest_is_sha256() -> None:
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest_of("abc") == abc


def test_a_keyed_digest_depends_on_key_purpose_and_text() -> None:
    digests = {
        keyed_digest(key, purpose, text)
        for key in (KEY, OTHER)
        for purpose in ("account", "address")
        for text in ("a", "b")
    }
    assert len(digests) == 8


def test_a_form_is_for_the_visitor_and_the_session_that_it_was_shown_to() -> None:
    token = form_token(KEY, "visitor", "session")
    assert fits_form(KEY, "visitor", "session", token)
    assert not fits_form(KEY, "visitor", "", token)
    assert not fits_form(KEY, "another", "session", token)
    assert not fits_form(OTHER, "visitor", "session", token)
    assert not fits_form(KEY, "", "", form_token(KEY, "", ""))
    assert not fits_form(KEY, "visitor", "session", "\u00fc")


def test_scopes_are_known_ones_and_admin_is_for_administrators() -> None:
    assert parse_scopes(["play", "read"], is_admin=False) == (Scope.READ, Scope.PLAY)
    assert parse_scopes(["admin"], is_admin=True) == (Scope.ADMIN,)
    for words in ([], ["write"], ["read", "write"], ["admin"]):
        with pytest.raises(ConfigurationError):
            parse_scopes(words, is_admin=False)


def test_a_token_is_good_for_its_scopes_alone() -> None:
    require_scope((Scope.READ,), Scope.READ)
    with pytest.raises(SignInError, match="play"):
        require_scope((Scope.READ, Scope.ADMIN), Scope.PLAY)


def test_a_web_token_says_what_was_signed_until_it_ends() -> None:
    token = sign_claims(KEY, CLAIMS)
    last = CLAIMS.expires_at - timedelta(seconds=1)
    assert read_claims(KEY, token, last) == CLAIMS
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    for key, now in ((OTHER, NOON), (KEY, CLAIMS.expires_at)):
        with pytest.raises(SignInError, match="not valid"):
            read_claims(key, token, now)


def test_a_web_token_that_nobody_signed_is_refused() -> None:
    header, payload, _ = sign_claims(KEY, CLAIMS).split(".")
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode())
    forged = sign_claims(KEY, replace(CLAIMS, user_id=UUID(int=9))).split(".")[1]
    signature = sign_claims(KEY, CLAIMS).rpartition(".")[2]
    for token in (
        f"{unsigned.decode().rstrip('=')}.{payload}.",
        f"{header}.{forged}.{signature}",
        jwt.encode({"sub": "x"}, KEY, algorithm="HS256"),
        jwt.encode({"sub": "x"}, KEY * 2, algorithm="HS512"),
        "x",
        "",
    ):
        with pytest.raises(SignInError):
            read_claims(KEY, token, NOON)


def test_a_session_ends_after_thirty_days_or_a_week_without_use() -> None:
    ends = NOON + timedelta(days=30)
    assert not has_ended(ends, NOON, NOON + timedelta(days=6.9))
    assert has_ended(ends, NOON, NOON + timedelta(days=7))
    assert has_ended(ends, ends, ends)


def test_a_token_lasts_a_day_to_a_year() -> None:
    assert token_ends(NOON, 1) == NOON + timedelta(days=1)
    for days in (0, -1, 367):
        with pytest.raises(ConfigurationError, match="cannot last"):
            token_ends(NOON, days)
