"""Whatever becomes of a payload: no crash, no hang, and its good rows are kept."""

import pytest
from sqlalchemy import Engine

from nof1_tracker.demo.site import faults
from nof1_tracker.demo.site.faults import Fault
from tests.faults.mutants import mutants, store_mutants, try_mutants
from tests.faults.weather import MAKERS
from tests.worlds import rows_in

pytestmark = pytest.mark.faults


def test_no_mutant_breaks_a_parser_or_costs_a_sound_row() -> None:
    trial = try_mutants(seed=1, number=3000)
    assert (trial.crashed, trial.slow, trial.lossy) == ([], [], [])
    assert trial.tried == 3000
    assert trial.rejected > 1000
    assert trial.rows > 3000


def test_what_the_parsers_make_of_a_mutant_can_be_stored(engine: Engine) -> None:
    assert store_mutants(engine, seed=2, number=400) == []
    rows = rows_in(engine)
    assert len({row["trade_id"] for row in rows["trades"]}) == len(rows["trades"]) > 0


def test_the_same_seed_gives_the_same_mutants() -> None:
    once, again = list(mutants(3, 20)), list(mutants(3, 20))
    assert once == again


def test_the_weather_knows_every_misbehaviour_of_the_site() -> None:
    public = {getattr(faults, name) for name in faults.__all__}
    kinds = {
        each
        for each in public
        if isinstance(each, type) and issubclass(each, Fault) and each != Fault
    }
    assert MAKERS.keys() == kinds
