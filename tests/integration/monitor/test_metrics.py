"""/metrics over real HTTP, on both databases."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from sqlalchemy import Engine

from nof1_tracker.database import models
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.demo import DemoSite
from nof1_tracker.errors import DatabaseError
from nof1_tracker.monitor.cycle_report import CycleReport, KindOutcome
from nof1_tracker.records.enums import Kind, RowKind, RunStatus
from nof1_tracker.records.run_summary import SummaryLine
from tests.integration.monitor.served import Served, serving_health
from tests.integration.reading.boards import BOARD, NOW, Board, ago
from tests.worlds import World, arena_of, midday

HOSTILE = (
    'evil"} 1\n# TYPE nof1_equity_usd counter\nnof1_equity_usd{model="alpha"} 666\n',
    "back\\slash\\n\\",
    "\x1b[2J\u202eright to left",
    "名前 with spaces, commas = {braces}",
)


def test_equity_and_rank_are_those_of_the_standings(
    served: Served, board: Board
) -> None:
    board.snapshot("alpha", "9000.5", ago(minutes=20))
    board.snapshot("alpha", "99999", ago(minutes=1), BOARD)
    board.snapshot("beta", "12000", ago(minutes=50))
    board.model("hodl", is_benchmark=True)
    board.snapshot("hodl", "11000", ago(minutes=20))
    assert served.value("nof1_equity_usd", model="alpha") == 9000.5
    assert served.value("nof1_rank", model="alpha") == 2
    assert served.value("nof1_rank", model="beta") == 1
    assert served.value("nof1_equity_usd", model="hodl") == 11000
    assert served.value("nof1_rank", model="hodl") is None


def test_the_age_of_equity_is_not_rejuvenated_by_the_sites_leaderboard(
    served: Served, board: Board
) -> None:
    board.snapshot("alpha", "9000", ago(minutes=20))
    board.snapshot("alpha", "9000", ago(minutes=1), BOARD)
    board.chat("alpha", "a", timestamp=ago(minutes=3))
    name = "nof1_newest_observation_age_seconds"
    age = served.value(name, kind="leaderboard", model="alpha")
    assert age == pytest.approx(20 * 60 + 10)
    assert served.value(name, kind="model_chat", model="alpha") == pytest.approx(200)
    assert served.value(name, kind="trades", model="alpha") is None
    at = served.value(
        "nof1_newest_observation_timestamp_seconds", kind="model_chat", model="alpha"
    )
    assert at == ago(minutes=3).timestamp()


def test_a_model_that_fell_silent_days_ago_is_as_old_as_its_last_cycle(
    served: Served, board: Board
) -> None:
    board.snapshot("alpha", "9000", ago(minutes=5))
    board.trade("alpha", "open", exit_price=None, closed_at=None)
    for cycle, days in ((7, 3), (8, 2), (None, 1.5)):
        at = ago(days=days)
        board.chat("alpha", f"a{cycle}", cycle_id=cycle, timestamp=at)
    board.chat("alpha", "future", cycle_id=None, timestamp=ago(days=-1))
    name = "nof1_newest_observation_timestamp_seconds"
    spoken = served.value(name, kind="model_chat", model="alpha")
    traded = served.value(name, kind="trades", model="alpha")
    assert spoken == ago(days=2).timestamp()
    assert traded == ago(hours=3).timestamp()


def test_models_of_past_seasons_are_left_out(served: Served, board: Board) -> None:
    board.snapshot("old", "9000", NOW - timedelta(days=5))
    board.chat("old", "o", timestamp=NOW - timedelta(days=5), cycle_id=1)
    board.snapshot("new", "9000", ago(minutes=5), season=1.5)
    models_told = {dict(labels).get("model") for _, labels in served.metrics()}
    assert models_told == {None, "new"}


def test_missing_conversations_and_rejected_rows_are_counted(
    served: Served, board: Board
) -> None:
    board.snapshot("alpha", "9000", ago(minutes=5))
    for cycle in (1, 2, 7):
        board.chat("alpha", f"a{cycle}", cycle_id=cycle)
    for number, endpoint in enumerate(("trades", "trades", "unknown")):
        board.add(
            models.RejectedPayload(
                digest=f"d{number}",
                endpoint=endpoint,
                reason="no exit price",
                payload="{}",
                origin="x",
                first_seen_at=ago(hours=9),
                last_seen_at=ago(hours=number),
                occurrences=5,
            )
        )
    assert served.value("nof1_model_chat_missing_cycles", model="alpha") == 4
    assert served.value("nof1_rejected_rows", endpoint="trades") == 10
    assert served.value("nof1_rejected_rows", endpoint="unknown") == 5
    assert served.value("nof1_rejected_rows", endpoint="conversations") == 0


def test_missing_conversations_are_as_many_as_status_finds(
    engine: Engine, board: Board
) -> None:
    cycles = {"alpha": (5, 6, 9, 9, 20), "beta": (1,), "gamma": (None, 7, 8)}
    for account, numbers in cycles.items():
        for place, cycle in enumerate(numbers):
            board.chat(account, f"{account}{place}", cycle_id=cycle)
    with UnitOfWork(engine) as unit:
        queries = unit.repositories.queries
        found = queries.health.missing_cycles()
        gaps = queries.condition.chat_gaps()
    assert found == {"alpha": 12, "beta": 0, "gamma": 0}
    assert found == {row.account_id: row.missing for row in gaps}


def test_stale_kinds_are_those_of_health(served: Served, board: Board) -> None:
    board.chat("alpha", "a", timestamp=ago(minutes=3))
    board.trade("alpha", "t", closed_at=ago(hours=2))
    assert served.value("nof1_stale", kind="model_chat") == 0
    assert served.value("nof1_stale", kind="trades") == 1
    assert served.value("nof1_stale", kind="leaderboard") == 1
    age = served.value("nof1_last_success_age_seconds", kind="trades")
    assert age == pytest.approx(7200, abs=60)
    assert served.value("nof1_last_success_age_seconds", kind="leaderboard") is None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_cannot_break_the_format(
    served: Served, board: Board, name: str
) -> None:
    board.snapshot("alpha", "9000", ago(minutes=5))
    board.model(name, name=f"{name} as a name", provider=name[:100])
    board.snapshot(name, "8000", ago(minutes=5))
    board.chat(name, "c", cycle_id=1)

    equities = {
        dict(labels)["model"]: value
        for (sample, labels), value in served.metrics().items()
        if sample == "nof1_equity_usd"
    }

    assert len(equities) == 2
    assert equities["alpha"] == 9000
    answer = httpx.get(served.url + "/metrics").text
    assert not any(c in answer for c in "\x1b\u202e")


def test_names_that_look_alike_when_cleaned_are_told_once(
    served: Served, board: Board
) -> None:
    board.snapshot("alpha", "9000", ago(minutes=5))
    board.model("alpha\u202e", name="Other")
    board.snapshot("alpha\u202e", "8000", ago(minutes=5))
    assert served.value("nof1_equity_usd", model="alpha") in (8000, 9000)


def test_drift_is_what_the_callable_says_and_0_until_there_is_one(
    served: Served, engine: Engine
) -> None:
    assert served.value("nof1_source_drift") == 0
    with serving_health(engine, drift=lambda: 2) as other:
        assert other.value("nof1_source_drift") == 2


def test_a_callable_that_fails_leaves_its_number_out(engine: Engine) -> None:
    def fail() -> float:
        raise DatabaseError("no such table")

    with serving_health(engine, drift=fail) as served:
        assert served.value("nof1_source_drift") is None
        assert served.value("nof1_database_up") == 1


def test_a_cycle_shows_at_once(served: Served, board: Board) -> None:
    assert served.value("nof1_cycles_total", status="complete") == 0
    assert served.value("nof1_leader") == 0
    board.snapshot("alpha", "9000", ago(minutes=5))
    report = CycleReport(
        number=1,
        started_at=ago(minutes=1),
        finished_at=NOW,
        outcomes=tuple(KindOutcome(kind, RunStatus.COMPLETE, 1.0) for kind in Kind),
        lines=(SummaryLine(RowKind.LEADERBOARD, "account_totals", 1, inserted=1),),
    )
    served.server.cycle_ended(report)
    told = httpx.get(served.url + "/metrics").text
    assert 'nof1_cycles_total{status="complete"} 1.0' in told
    assert 'nof1_rows_total{kind="leaderboard",outcome="inserted"} 1.0' in told
    assert 'nof1_equity_usd{model="alpha"} 9000.0' in told
    assert "nof1_leader 1.0" in told


def test_a_real_scrape_is_told_whole_also_as_openmetrics(engine: Engine) -> None:
    arena = arena_of()
    with DemoSite(arena, speed=0, at=midday(arena)) as site:
        World(site, engine).scrape()
        with serving_health(engine) as served:
            served.clock.advance((site.now - served.clock.now()).total_seconds())
            equities = [n for n, _ in served.metrics() if n == "nof1_equity_usd"]
            accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
            answer = httpx.get(served.url + "/metrics", headers=accept)
    assert len(equities) >= 6
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    parse: Any = text_string_to_metric_families  # upstream has no annotation
    families = {family.name for family in parse(answer.text)}
    assert {"nof1_cycles", "nof1_build", "nof1_rank"} <= families


def test_names_follow_the_conventions_of_prometheus(
    served: Served, board: Board
) -> None:
    board.snapshot("alpha", "9000", ago(minutes=5))
    names = {name for name, _ in served.metrics()}
    ours = {name for name in names if not name.startswith("process_")}
    assert all(name.startswith("nof1_") for name in ours)
    assert not any(name.endswith("_created") for name in ours)
    assert {"nof1_build_info", "nof1_interval_seconds"} <= ours
