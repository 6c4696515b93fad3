"""No hour of an account's equity stays missing, whatever was stored before."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.demo.site import faults as bad
from nof1_tracker.records.enums import Kind
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.services.collect import Collector
from tests.worlds import World, arena_of, midday, rows_in

ARENA = arena_of()
NOW = midday(ARENA)


def hours_in(engine: Engine) -> dict[str, list[int]]:
    """The hourly markers stored, by account."""
    rows = rows_in(engine)
    names = {row["id"]: row["model_id"] for row in rows["llm_models"]}
    hours: dict[str, set[int]] = {name: set() for name in names.values()}
    for row in rows["leaderboard_snapshots"]:
        if row["hourly_marker"] is not None:
            hours[names[row["model_id"]]].add(row["hourly_marker"])
    return {name: sorted(markers) for name, markers in hours.items()}


def all_hours(arena: Arena, number: int) -> dict[str, list[int]]:
    return {name: list(range(number)) for name in arena.accounts}


def asked_in(site: DemoSite) -> list[str]:
    """The requests for account-totals."""
    return [path for path in site.requests if path.startswith("/api/account-totals")]


def test_only_the_hours_that_may_be_incomplete_are_asked_for(engine: Engine) -> None:
    with DemoSite(ARENA, speed=0, at=NOW) as site:
        world = World(site, engine)
        world.scrape()
        site.advance(timedelta(hours=1))
        world.scrape()
    assert asked_in(site) == [
        "/api/account-totals",
        "/api/account-totals?lastHourlyMarker=2",
    ]
    assert hours_in(engine) == all_hours(ARENA, 5)


def test_an_import_of_late_hours_does_not_hide_the_early_ones(engine: Engine) -> None:
    with DemoSite(ARENA, speed=0, at=NOW) as site:
        world = World(site, engine)
        path = "/api/account-totals?lastHourlyMarker=2"
        body = site.reply(path).body
        payload = RawPayload(body, site.url + path, NOW, "capture")
        Collector(engine, world.clock).import_payloads([payload], "capture")
        assert hours_in(engine) == {name: [3] for name in ARENA.accounts}
        world.scrape()
    assert hours_in(engine) == all_hours(ARENA, 4)


@pytest.mark.parametrize("every", [2, 7, 20])
def test_hours_whose_rows_were_bad_are_asked_for_again(
    engine: Engine, every: int
) -> None:
    with DemoSite(ARENA, speed=0, at=NOW) as site:
        world = World(site, engine)
        site.misbehave("account-totals", bad.MissingField("timestamp", every=every))
        world.scrape(Kind.TRADES)
        assert hours_in(engine) != all_hours(ARENA, 4)
        site.behave()
        world.scrape(Kind.TRADES)
    assert hours_in(engine) == all_hours(ARENA, 4)


def test_a_new_season_is_asked_for_from_its_first_hour(engine: Engine) -> None:
    with DemoSite(ARENA, speed=0, at=ARENA.end) as site:
        World(site, engine).scrape(Kind.TRADES)
    following = arena_of("1.5", 0.1)
    with DemoSite(following, speed=0, at=midday(following)) as site:
        world = World(site, engine)
        for _ in range(2):
            world.scrape(Kind.TRADES)
    hours = hours_in(engine)
    wanted = all_hours(following, 2)
    assert {name: hours[name] for name in wanted} == wanted
