"""People register, sign in and out, change and reset passwords, on both databases."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from nof1_tracker.database.people.people_tables import (
    SessionRow,
    SignInAttemptRow,
    UserRow,
)
from nof1_tracker.errors import ConfigurationError, SignInError, TooManyAttemptsError
from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.records.people.people import SignedIn, User
from nof1_tracker.records.people.vocabularies import Scope, SessionKind
from nof1_tracker.services.progress.player_profiles import ensure_profile
from nof1_tracker.services.progress.player_services import PlayerServices
from nof1_tracker.services.sign_in.password_changes import (
    change_password,
    make_reset,
    request_reset,
    reset_password,
)
from nof1_tracker.services.sign_in.program_tokens import (
    issue_web_token,
    list_tokens,
    make_token_for,
    revoke_token,
    whose_token,
)
from nof1_tracker.services.sign_in.register import (
    all_people,
    create_user,
    delete_user,
    register,
)
from nof1_tracker.services.sign_in.sessions import (
    end_session,
    list_sessions,
    recent_events,
    sign_out,
)
from nof1_tracker.services.sign_in.sign_in import sign_in, whose_session
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.fakes import FakeClock
from tests.integration.people.people import ANNA, ELSEWHERE, HERE, PASSWORD

WRONG = "wrong one"
NEW = "another horse entirely"
DAY = timedelta(days=1).total_seconds()


def signed_in(services: SignInServices, password: str = PASSWORD) -> SignedIn:
    secret = sign_in(services, "anna", password, HERE).secret
    who = whose_session(services, secret)
    assert who is not None
    return who


def refused(services: SignInServices, name: str, password: str = WRONG) -> str:
    with pytest.raises(SignInError) as caught:
        sign_in(services, name, password, HERE)
    return str(caught.value)


def secret_of(link: str) -> str:
    return link.rpartition("/")[2]


@pytest.mark.parametrize("name", ["Anna", " anna ", "ANNA", "Anna@Example.com"])
def test_a_person_signs_in_with_name_or_address(
    services: SignInServices, anna: User, name: str
) -> None:
    new = sign_in(services, name, PASSWORD, HERE)
    who = whose_session(services, new.secret)
    assert who is not None
    assert who.user.id == anna.id
    (session,) = list_sessions(services, anna)
    assert (session.id, session.user_agent) == (who.session_id, "a test")


def test_a_wrong_password_and_an_unknown_name_are_told_alike(
    services: SignInServices, anna: User
) -> None:
    assert refused(services, "anna") == refused(services, "nobody")
    assert refused(services, "anna") == refused(services, "nobody@example.com")
    assert whose_session(services, "x") is None


def test_an_account_that_is_put_out_of_use_is_refused_alike(
    services: SignInServices, anna: User
) -> None:
    secret = sign_in(services, "anna", PASSWORD, HERE).secret
    with services.writing() as unit:
        unit.session.execute(update(UserRow).values(is_active=False))
        unit.commit()
    assert refused(services, "anna", PASSWORD) == refused(services, "nobody")
    assert whose_session(services, secret) is None


def test_each_sign_in_is_a_new_session_and_no_secret_is_stored(
    services: SignInServices, anna: User
) -> None:
    secrets = {sign_in(services, "anna", PASSWORD, HERE).secret for _ in range(2)}
    assert len(secrets) == 2
    with services.reading() as unit:
        stored = set(unit.session.scalars(select(SessionRow.token_digest)))
        hashes = set(unit.session.scalars(select(UserRow.password_hash)))
    assert not stored & secrets
    assert all(each.startswith("$argon2id$") for each in hashes)


def test_five_failures_slow_an_account_down_whatever_the_password(
    services: SignInServices, anna: User, clock: FakeClock
) -> None:
    for _ in range(5):
        refused(services, "anna")
    with pytest.raises(TooManyAttemptsError) as caught:
        sign_in(services, "anna", PASSWORD, ELSEWHERE)
    assert caught.value.retry_after == 1
    clock.advance(1)
    refused(services, "anna")
    with pytest.raises(TooManyAttemptsError):
        sign_in(services, "anna", PASSWORD, ELSEWHERE)
    clock.advance(2)
    sign_in(services, "anna", PASSWORD, ELSEWHERE)
    refused(services, "anna")  # and counts from nothing again
    sign_in(services, "anna", PASSWORD, ELSEWHERE)
    kinds = [str(event.kind) for event in recent_events(services, anna)]
    assert kinds.count("slowed_down") == 1
    assert kinds.count("sign_in_failed") == 7


def test_an_unknown_name_is_slowed_down_alike(services: SignInServices) -> None:
    for _ in range(5):
        refused(services, "nobody")
    with pytest.raises(TooManyAttemptsError):
        sign_in(services, "nobody", PASSWORD, HERE)


def test_an_address_that_tries_many_names_is_slowed_down(
    services: SignInServices, anna: User
) -> None:
    for number in range(20):
        refused(services, f"name{number}")
    with pytest.raises(TooManyAttemptsError):
        sign_in(services, "anna", PASSWORD, HERE)
    sign_in(services, "anna", PASSWORD, ELSEWHERE)


def test_neither_names_nor_addresses_can_be_read_from_what_is_counted(
    services: SignInServices,
) -> None:
    refused(services, "nobody")
    with services.reading() as unit:
        keys = sorted(unit.session.scalars(select(SignInAttemptRow.key)))
    assert keys == sorted(
        [
            services.digest("account", "nobody"),
            services.digest("address", "203.0.113.7"),
        ]
    )


def test_a_session_ends_by_itself(
    services: SignInServices, anna: User, clock: FakeClock
) -> None:
    idle = sign_in(services, "anna", PASSWORD, HERE).secret
    used = sign_in(services, "anna", PASSWORD, HERE).secret
    for _ in range(4):
        clock.advance(6 * DAY)
        assert whose_session(services, used) is not None
    assert whose_session(services, idle) is None
    clock.advance(6 * DAY)
    assert whose_session(services, used) is None
    assert list_sessions(services, anna) == []


def test_signing_out_ends_the_session_and_no_other(
    services: SignInServices, anna: User
) -> None:
    one, other = (sign_in(services, "anna", PASSWORD, HERE).secret for _ in range(2))
    who, left = (whose_session(services, secret) for secret in (one, other))
    assert who is not None
    assert left is not None
    sign_out(services, who, HERE)
    assert whose_session(services, one) is None
    assert whose_session(services, other) is not None
    assert left.session_id is not None
    end_session(services, anna, left.session_id, HERE)
    assert whose_session(services, other) is None


def test_nobody_ends_a_session_or_a_token_of_somebody_else(
    services: SignInServices, anna: User
) -> None:
    ben = create_user(services, "Ben", "ben@example.com", PASSWORD, HERE)
    assert ben is not None
    who = signed_in(services)
    made = make_token_for(services, anna, "n", ["read"], 1, HERE)
    assert who.session_id is not None
    with pytest.raises(ConfigurationError, match="no such session"):
        end_session(services, ben, who.session_id, HERE)
    with pytest.raises(ConfigurationError, match="no such token"):
        revoke_token(services, ben, made.token.id, HERE)
    assert whose_token(services, made.secret).user.id == anna.id


def test_registering_again_with_an_address_changes_nothing_and_says_nothing(
    services: SignInServices, anna: User
) -> None:
    register(services, "Mallory", "ANNA@example.com", NEW, HERE)
    register(services, "Carol", "carol@example.com", NEW, HERE)
    assert [user.username for user in all_people(services)] == ["Anna", "Carol"]
    sign_in(services, "anna", PASSWORD, HERE)
    with pytest.raises(ConfigurationError, match="taken"):
        register(services, "ANNA", "new@example.com", NEW, HERE)


def test_of_two_who_take_a_name_at_once_one_is_told_that_it_is_taken(
    services: SignInServices,
) -> None:
    def take(number: int) -> str:
        try:
            create_user(services, "Twin", f"twin{number}@example.com", PASSWORD, HERE)
        except ConfigurationError as error:
            return str(error)
        return "made"

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(take, range(4)))

    assert told == ["The name Twin is taken. Choose another one."] * 3 + ["made"]


def test_registering_is_slowed_down_and_can_be_turned_off(
    services: SignInServices,
) -> None:
    closed = replace(services, registration=False)
    with pytest.raises(ConfigurationError, match="makes no accounts"):
        register(closed, "Dora", "dora@example.com", PASSWORD, HERE)
    for number in range(10):
        register(services, f"Dora{number}", "dora@example.com", PASSWORD, HERE)
    with pytest.raises(TooManyAttemptsError):
        register(services, "Dora10", "dora@example.com", PASSWORD, HERE)
    assert len(all_people(services)) == 1


def test_changing_the_password_asks_for_it_and_ends_the_other_sessions(
    services: SignInServices, anna: User
) -> None:
    other = sign_in(services, "anna", PASSWORD, HERE).secret
    who = signed_in(services)
    link = make_reset(services, anna, HERE)
    with pytest.raises(SignInError, match="wrong"):
        change_password(services, who, "wrong one", NEW, HERE)
    with pytest.raises(ConfigurationError, match="shorter"):
        change_password(services, who, PASSWORD, "short", HERE)
    change_password(services, who, PASSWORD, NEW, HERE)
    assert whose_session(services, other) is None
    assert [each.id for each in list_sessions(services, anna)] == [who.session_id]
    refused(services, "anna", PASSWORD)
    signed_in(services, NEW)
    with pytest.raises(ConfigurationError, match="not valid"):
        reset_password(services, secret_of(link), PASSWORD, HERE)


def test_a_link_resets_the_password_once_and_ends_what_was_signed_in(
    services: SignInServices, anna: User
) -> None:
    secret = sign_in(services, "anna", PASSWORD, HERE).secret
    made = make_token_for(services, anna, "n", ["read"], 1, HERE)
    link = make_reset(services, anna, HERE)
    with pytest.raises(ConfigurationError, match="your name"):
        reset_password(services, secret_of(link), "anna@example.com", HERE)
    reset_password(services, secret_of(link), NEW, HERE)
    assert whose_session(services, secret) is None
    with pytest.raises(SignInError):
        whose_token(services, made.secret)
    signed_in(services, NEW)
    with pytest.raises(ConfigurationError, match="not valid"):
        reset_password(services, secret_of(link), PASSWORD, HERE)


def test_a_link_ends_after_an_hour_or_with_the_next_one(
    services: SignInServices, anna: User, clock: FakeClock
) -> None:
    first, second = (make_reset(services, anna, HERE) for _ in range(2))
    with pytest.raises(ConfigurationError):
        reset_password(services, secret_of(first), NEW, HERE)
    clock.advance(3600)
    with pytest.raises(ConfigurationError):
        reset_password(services, secret_of(second), NEW, HERE)
    sign_in(services, "anna", PASSWORD, HERE)


def test_without_a_mail_server_nobody_who_asks_gets_a_link(
    services: SignInServices, anna: User
) -> None:
    for name in ("anna", "nobody@example.com"):
        request_reset(services, name, HERE)
    services.background.finish()
    kinds = [event.kind for event in recent_events(services, anna)]
    assert kinds == ["registered"]  # without a mail server, no link is made


def test_a_password_is_hashed_anew_when_its_cost_has_changed(
    services: SignInServices, anna: User
) -> None:
    dearer = replace(services, hashing=Hashing(Cost(memory=16, passes=1)))
    sign_in(dearer, "anna", PASSWORD, HERE)
    with services.reading() as unit:
        (made,) = unit.session.scalars(select(UserRow.password_hash))
    assert "m=16,t=1" in made
    sign_in(dearer, "anna", PASSWORD, HERE)


def test_a_token_does_what_its_scopes_say_until_it_ends(
    services: SignInServices, anna: User, clock: FakeClock
) -> None:
    made = make_token_for(services, anna, " my  script ", ["read"], 2, HERE)
    who = whose_token(services, made.secret)
    assert (who.user.id, who.session_id, who.scopes) == (anna.id, None, (Scope.READ,))
    (listed,) = list_tokens(services, anna)
    assert (listed.name, listed.last_used_at) == ("my script", clock.now())
    assert made.secret.startswith(listed.prefix)
    clock.advance(2 * DAY)
    with pytest.raises(SignInError):
        whose_token(services, made.secret)


def test_a_token_that_is_revoked_is_refused(
    services: SignInServices, anna: User
) -> None:
    made = make_token_for(services, anna, "n", ["read", "play"], 1, HERE)
    revoke_token(services, anna, made.token.id, HERE)
    with pytest.raises(SignInError):
        whose_token(services, made.secret)
    with pytest.raises(ConfigurationError):
        make_token_for(services, anna, "n", ["admin"], 1, HERE)


def test_a_web_token_is_good_for_a_day_and_ends_with_its_session(
    services: SignInServices, anna: User, clock: FakeClock
) -> None:
    token = issue_web_token(services, "anna", PASSWORD, HERE)
    who = whose_token(services, token)
    assert who.user.id == anna.id
    (session,) = list_sessions(services, anna)
    assert session.kind is SessionKind.PROGRAM
    assert session.expires_at - session.created_at == timedelta(hours=24)
    end_session(services, anna, session.id, HERE)
    with pytest.raises(SignInError):
        whose_token(services, token)
    again = issue_web_token(services, "anna", PASSWORD, HERE)
    clock.advance(DAY)
    with pytest.raises(SignInError):
        whose_token(services, again)


def test_an_account_goes_with_its_sessions_and_tokens(
    services: SignInServices, anna: User
) -> None:
    secret = sign_in(services, "anna", PASSWORD, HERE).secret
    token = issue_web_token(services, "anna", PASSWORD, HERE)
    delete_user(services, anna, HERE)
    assert whose_session(services, secret) is None
    with pytest.raises(SignInError):
        whose_token(services, token)
    assert refused(services, "anna", PASSWORD) == refused(services, "nobody")
    assert all_people(services) == []
    assert create_user(services, *ANNA, PASSWORD, HERE) is not None


def test_no_secret_is_logged(
    services: SignInServices, anna: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = sign_in(services, "anna", PASSWORD, HERE).secret
    made = make_token_for(services, anna, "n", ["read"], 1, HERE)
    link = make_reset(services, anna, HERE)
    refused(services, "anna", "a wrong password")
    secrets = (secret, made.secret, link, PASSWORD, "a wrong password")
    assert not [each for each in secrets if each in caplog.text]


def test_no_secret_is_in_any_column(services: SignInServices, anna: User) -> None:
    secret = sign_in(services, "anna", PASSWORD, HERE).secret
    made = make_token_for(services, anna, "n", ["read"], 1, HERE)
    reset = secret_of(make_reset(services, anna, HERE))
    read = every_text(services)
    assert anna.id.hex in read.replace("-", "")
    assert not [each for each in (secret, made.secret, reset, PASSWORD) if each in read]


def every_text(services: SignInServices) -> str:
    """Every value of people's tables."""
    place = "people." if services.engine.dialect.name == "postgresql" else ""
    tables = ("users", "sessions", "api_tokens", "password_reset_tokens")
    with services.reading() as unit:
        rows = [
            unit.session.execute(select(text("*")).select_from(text(place + table)))
            for table in tables
        ]
        return repr([row for each in rows for row in each.all()])


@pytest.mark.parametrize(
    "act",
    [
        lambda services, user: end_session(services, user, uuid4(), HERE),
        lambda services, user: revoke_token(services, user, uuid4(), HERE),
        lambda services, user: make_token_for(services, user, " ", ["read"], 1, HERE),
        lambda services, user: make_token_for(services, user, "n", [], 1, HERE),
        lambda services, user: make_token_for(services, user, "n", ["read"], 0, HERE),
    ],
)
def test_what_cannot_be_done_is_told(
    services: SignInServices, anna: User, act: Callable[[SignInServices, User], None]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        act(services, anna)
    assert caught.value.remedy


def test_who_uses_a_session_is_here_that_day(
    services: SignInServices, clock: FakeClock, anna: User
) -> None:
    """A session of weeks: each day on which it is used counts, and once."""
    ensure_profile(PlayerServices(services.engine, clock), anna)
    session = sign_in(services, "anna", PASSWORD, HERE)
    for hours in (0, 1, 23, 48):
        clock.advance(3_600 * hours)
        assert whose_session(services, session.secret)
    with services.reading() as unit:
        assert len(unit.deeds.sign_ins(anna.id)) == 3
