"""Services of signing in, on both databases, with hashes that cost little."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.records.people.people import User
from nof1_tracker.services.sign_in.register import create_user
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.fakes import FakeClock
from tests.integration.people.people import ANNA, HERE, PASSWORD


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def services(engine: Engine, clock: FakeClock) -> Iterator[SignInServices]:
    cheap = Hashing(Cost(memory=8, passes=1))
    services = SignInServices(engine, clock, cheap, b"k" * 32)
    yield services
    services.background.finish()


@pytest.fixture
def anna(services: SignInServices) -> User:
    user = create_user(services, *ANNA, PASSWORD, HERE)
    assert user is not None
    return user
