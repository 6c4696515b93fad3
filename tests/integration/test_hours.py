"""No hour of an account's equity stays missing, whatever was stored before."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.demo.site import faults as bad
from nof1_tracker.errors import SourceError
from nof1_tracker.records.enums import Endpoint, Kind
from nof1_tracker.records.payloads import (
    FetchFailure,
    FetchResult,
    RawPayload,
    Request,
)
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.collect import Collector
from tests.fakes import FakeClock
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


# --- the same accounts in a new season ----------------------------------------------

OLD = datetime(2025, 10, 18, tzinfo=UTC)
NEW = datetime(2026, 1, 12, 15, tzinfo=UTC)
FIELD = ("gpt-5", "grok-4", "qwen3-max", "gemini-2.5-pro")


class SeasonedSite:
    """A site whose accounts count their hours from 1 in each season.

    Attributes:
        start: Start of the season that it serves.
        hours: Number of hours so far.
        whole: True serves all hours each time, as a page asks for them.
        inceptions: False leaves the inception dates out.
    """

    transport = "http"

    def __init__(self, start: datetime, hours: int, *, whole: bool = False) -> None:
        self.start, self.hours, self.whole = start, hours, whole
        self.inceptions = True
        self.asked: list[dict[str, str]] = []

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        for request in requests:
            query = dict(request.query)
            if request.endpoint is Endpoint.ACCOUNT_TOTALS:
                self.asked.append(query)
                after = 0 if self.whole else int(query.get("lastHourlyMarker", 0))
                mark = f"?lastHourlyMarker={after}" if after else ""
                yield self._payload(request.endpoint, self._totals(after), mark)
            elif request.endpoint is Endpoint.INCEPTION and self.inceptions:
                yield self._payload(request.endpoint, self._starts(), "")
            else:
                yield FetchFailure(request, SourceError("Not served."))

    def _totals(self, after: int) -> dict[str, Any]:
        rows = [
            {
                "id": f"{name}_{hour}",
                "model_id": name,
                "timestamp": (self.start + timedelta(hours=hour)).timestamp(),
                "since_inception_hourly_marker": hour,
                "dollar_equity": 10000 + hour,
                "positions": {},
            }
            for hour in range(after + 1, self.hours + 1)
            for name in FIELD
        ]
        return {"accountTotals": rows, "lastHourlyMarkerRead": self.hours}

    def _starts(self) -> dict[str, Any]:
        rows = [
            {
                "id": name,
                "model_id": name,
                "nav_since_inception": 10000,
                "inception_date": self.start.timestamp(),
            }
            for name in FIELD
        ]
        return {"sinceInceptionValues": rows}

    def _payload(
        self, endpoint: Endpoint, body: dict[str, Any], query: str
    ) -> RawPayload:
        now = self.start + timedelta(hours=self.hours, minutes=1)
        body["serverTime"] = int(now.timestamp() * 1000)
        origin = f"https://site/api/{endpoint}{query}"
        return RawPayload(
            json.dumps(body).encode(), origin, now, "http", endpoint, observed_at=now
        )

    def close(self) -> None:
        """Nothing is open."""


def _scrape_of(engine: Engine, site: SeasonedSite) -> RunSummary:
    return Collector(engine, FakeClock()).scrape(site, [Kind.TRADES])


def _rows_since(engine: Engine, start: datetime) -> int:
    rows = rows_in(engine)["leaderboard_snapshots"]
    return sum(row["timestamp"] >= start for row in rows)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("inceptions", [True, False])
def test_accounts_that_begin_a_new_season_lose_no_hour(
    engine: Engine, whole: bool, inceptions: bool
) -> None:
    for _ in range(2):
        _scrape_of(engine, SeasonedSite(OLD, 40, whole=whole))
    assert len(rows_in(engine)["leaderboard_snapshots"]) == 160
    site = SeasonedSite(NEW, 10, whole=whole)
    site.inceptions = inceptions
    _scrape_of(engine, site)
    assert _rows_since(engine, NEW) == 40
    seasons = {row["id"]: row["season_number"] for row in rows_in(engine)["seasons"]}
    found = {
        seasons[row["season_id"]]
        for row in rows_in(engine)["leaderboard_snapshots"]
        if row["timestamp"] >= NEW
    }
    assert found == {2 if inceptions else Decimal("1.5")}


def test_a_season_that_goes_on_is_asked_for_its_later_hours_only(
    engine: Engine,
) -> None:
    _scrape_of(engine, SeasonedSite(OLD, 40))
    site = SeasonedSite(OLD, 41)
    _scrape_of(engine, site)
    assert site.asked == [{"lastHourlyMarker": "39"}]
    assert _rows_since(engine, OLD) == 164
