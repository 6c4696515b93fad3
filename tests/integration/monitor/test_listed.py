"""Models that the site no longer lists become inactive, until they return."""

from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nof1_tracker.database import LLMModel
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import (
    INITIAL_EQUITY,
    Inception,
    ParsedPayload,
    Rejected,
)
from tests.parsed_payloads import (
    ALPHA,
    BETA,
    HOLDER,
    START,
    account,
    parsed,
    snapshot,
    store,
    totals_of,
)


def listed(*ids: str, observed: float = 10, broken: bool = False) -> ParsedPayload:
    rejected = (Rejected(Endpoint.INCEPTION, "no date", "{}"),) if broken else ()
    return parsed(
        Endpoint.INCEPTION,
        inceptions=[Inception(each, START, INITIAL_EQUITY) for each in ids],
        rejected=rejected,
        observed=observed,
    )


def active(engine: Engine) -> set[str | None]:
    with Session(engine) as session:
        return set(session.scalars(select(LLMModel.model_id).where(LLMModel.is_active)))


def test_a_model_that_is_no_longer_listed_becomes_inactive(engine: Engine) -> None:
    store(engine, listed(ALPHA, BETA, HOLDER), listed(ALPHA, HOLDER))
    assert active(engine) == {ALPHA, HOLDER}


def test_the_benchmark_too(engine: Engine) -> None:
    store(engine, listed(ALPHA, BETA, HOLDER), listed(ALPHA, BETA))
    assert active(engine) == {ALPHA, BETA}


def test_a_model_that_returns_is_active_again(engine: Engine) -> None:
    store(engine, listed(ALPHA, BETA), listed(ALPHA), listed(ALPHA, BETA))
    assert active(engine) == {ALPHA, BETA}


def test_a_list_without_competitors_changes_nothing(engine: Engine) -> None:
    store(engine, listed(ALPHA, BETA, HOLDER), listed(), listed(HOLDER))
    assert active(engine) == {ALPHA, BETA, HOLDER}


def test_an_incomplete_list_changes_nothing(engine: Engine) -> None:
    store(engine, listed(ALPHA, BETA), listed(ALPHA, broken=True))
    assert active(engine) == {ALPHA, BETA}


def test_a_list_that_is_older_than_what_is_stored_changes_nothing(
    engine: Engine,
) -> None:
    store(
        engine,
        listed(ALPHA, BETA),
        totals_of(snapshot(ALPHA, 100, "10000"), snapshot(BETA, 100, "10000")),
        listed(ALPHA, observed=20),
    )
    assert active(engine) == {ALPHA, BETA}


def test_the_models_of_the_last_season_are_inactive_in_the_next(engine: Engine) -> None:
    later = timedelta(days=60) / timedelta(hours=1)
    store(engine, listed(ALPHA, BETA), listed("gamma-3", observed=later))
    assert active(engine) == {"gamma-3"}


def test_a_renamed_model_keeps_its_row_and_its_history(engine: Engine) -> None:
    old = account(ALPHA, name="Mystery", served_name="mystery")
    new = account(ALPHA, name="Grok 4.20", served_name="grok-4.20")
    store(
        engine,
        parsed(accounts=[old], snapshots=[snapshot(ALPHA, 1, "10000")]),
        parsed(accounts=[new], snapshots=[snapshot(ALPHA, 2, "11000")], observed=2),
        listed(ALPHA),
    )
    with Session(engine) as session:
        (model,) = session.scalars(select(LLMModel))
        assert model.name == "Grok 4.20"
        assert len(model.snapshots) == 2
        assert model.is_active
