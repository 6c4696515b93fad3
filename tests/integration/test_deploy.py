"""What lies in deploy/: every query runs, every metric exists, every tool accepts it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from nof1_tracker import __version__
from nof1_tracker.demo import DemoSite
from nof1_tracker.main import app
from nof1_tracker.records.archive.archive_positions import Waiting
from nof1_tracker.records.enums import RunStatus
from tests.databases import as_text, scratch_database
from tests.integration.monitor.served import serving_health
from tests.worlds import World, arena_of, engine_on, midday

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "nof1-tracker.rules.yml"
RULE_TESTS = ROOT / "tests" / "integration" / "monitor" / "prometheus_rules.yml"
UNIT = DEPLOY / "systemd" / "nof1-tracker.service"
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
GUIDE = (DEPLOY / "README.md").read_text()
METRICS = (ROOT / "docs" / "reference" / "metrics.md").read_text()
DASHBOARD: dict[str, Any] = json.loads(
    (DEPLOY / "grafana" / "dashboards" / "nof1-tracker.json").read_text()
)
PANELS: list[dict[str, Any]] = [p for p in DASHBOARD["panels"] if p["type"] != "row"]
TARGETS = [(panel["title"], each) for panel in PANELS for each in panel["targets"]]
SQL = {title: each["rawSql"] for title, each in TARGETS if "rawSql" in each}
PROMQL = {f"{t} {each['refId']}": each["expr"] for t, each in TARGETS if "expr" in each}
(SEASON,) = DASHBOARD["templating"]["list"]
SOMETIMES_EMPTY = {"Rejected most often"}
"""Panels that a sound season leaves empty."""


def run_tool(name: str, *words: str, told: str = "") -> str:
    """What a tool that is satisfied says; skips where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [found, *words],
        input=told,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


# --- Grafana ------------------------------------------------------------------


def as_grafana_sends_it(query: str, season: int) -> str:
    """The query with its macros replaced, over all time."""
    ever = r"\1 BETWEEN '1970-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'"
    query = re.sub(r"\$__timeFilter\(([\w.]+)\)", ever, query)
    bucket = r'floor(extract(epoch from \1)/3600)*3600 AS "time"'
    query = re.sub(r"\$__timeGroupAlias\(([\w.]+),[^)]+\)", bucket, query)
    query = query.replace("$season", str(season))
    assert "$" not in query
    return query


PATIENT_MS = 60_000
"""An honest site has all the time that a busy machine needs."""


@pytest.fixture(scope="module")
def recorded(
    postgresql_server: Any, migrated_postgresql: str
) -> Iterator[tuple[Engine, int]]:
    """A scraped season on PostgreSQL, and the id that Grafana's variable gives it."""
    arena = arena_of(days=1)
    with (
        scratch_database(postgresql_server, migrated_postgresql) as url,
        engine_on(as_text(url)) as engine,
        DemoSite(arena, speed=0, at=midday(arena)) as site,
    ):
        summary = World(site, engine, timeout_ms=PATIENT_MS).scrape()
        assert summary.status is RunStatus.COMPLETE, summary
        with engine.connect() as connection:
            seasons = connection.execute(text(SEASON["query"])).mappings().all()
        by_name = {row["__text"]: row["__value"] for row in seasons}
        (season,) = (value for name, value in by_name.items() if "Season 1 " in name)
        yield engine, season


@pytest.fixture
def reader(recorded: tuple[Engine, int]) -> Iterator[Connection]:
    """A connection as the role that the guide makes for Grafana."""
    (grants,) = re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL)
    with recorded[0].connect() as connection:
        connection.execute(text(grants))
        connection.execute(text("SET LOCAL ROLE nof1_grafana"))
        yield connection
        connection.rollback()  # the role goes too


@pytest.mark.postgresql
@pytest.mark.parametrize("title", SQL)
def test_the_query_of_each_panel_runs_as_the_role_of_grafana(
    reader: Connection, recorded: tuple[Engine, int], title: str
) -> None:
    rows = reader.execute(text(as_grafana_sends_it(SQL[title], recorded[1])))
    assert rows.all() or title in SOMETIMES_EMPTY


@pytest.mark.postgresql
def test_the_role_of_grafana_cannot_write(reader: Connection) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        reader.execute(text("DELETE FROM trades"))


@pytest.mark.postgresql
def test_standings_in_grafana_are_those_of_the_program(
    reader: Connection, recorded: tuple[Engine, int]
) -> None:
    engine, season = recorded
    query = as_grafana_sends_it(SQL["Standings"], season)
    rows = reader.execute(text(query)).mappings().all()
    with serving_health(engine) as served:
        last = max(row["Observed"] for row in rows)
        served.clock.advance((last - served.clock.now()).total_seconds())
        told = served.metrics()
    ranks = sorted(v for (name, _), v in told.items() if name == "nof1_rank")
    assert sorted(row["#"] for row in rows if row["#"] is not None) == ranks
    equities = sorted(v for (name, _), v in told.items() if name == "nof1_equity_usd")
    assert sorted(float(row["Equity"]) for row in rows) == pytest.approx(equities)


def test_every_panel_asks_a_source_that_is_provisioned() -> None:
    folder = DEPLOY / "grafana" / "provisioning" / "datasources"
    provisioned = yaml.safe_load((folder / "nof1-tracker.yml").read_text())
    known = {(each["uid"], each["type"]) for each in provisioned["datasources"]}
    asked = [panel["datasource"] for panel in PANELS] + [SEASON["datasource"]]
    asked += [target["datasource"] for _, target in TARGETS]
    assert {(each["uid"], each["type"]) for each in asked} == known


def test_panels_have_their_own_ids_and_do_not_overlap() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_the_guide_names_every_variable_of_the_provisioning() -> None:
    files = (DEPLOY / "grafana" / "provisioning").rglob("*.yml")
    used = {name for f in files for name in re.findall(r"\$\{(\w+)\}", f.read_text())}
    assert used == set(re.findall(r"^(NOF1_\w+)=", GUIDE, re.MULTILINE)) - {
        "NOF1_DATABASE_URL"
    }


# --- Prometheus ---------------------------------------------------------------


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    return list(group["rules"])


def metric_names(expressions: Iterator[str]) -> set[str]:
    found = {n for each in expressions for n in re.findall(r"\bnof1_\w+", each)}
    return {re.sub("_(bucket|sum|count)$", "", name) for name in found}


@pytest.mark.postgresql
def test_every_metric_that_is_asked_for_exists_and_is_documented(
    recorded: tuple[Engine, int],
) -> None:
    with serving_health(recorded[0], waiting=Waiting) as served:
        served.clock.advance(9e8)  # everything in the database has happened
        names = {name for name, _ in served.metrics() if name.startswith("nof1_")}
    told = {re.sub("_(bucket|sum|count)$", "", name) for name in names}
    told.add("nof1_last_cycle_timestamp_seconds")  # with the first cycle
    asked = metric_names(iter([*PROMQL.values(), *(rule["expr"] for rule in rules())]))
    assert asked <= told
    assert set(re.findall(r"`(nof1_\w+)`", METRICS)) == told


def test_every_alert_says_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"].keys() == {"summary", "description"}


@pytest.mark.parametrize("name", ["prometheus.yml", "compose.yml"])
def test_promtool_accepts_the_configuration_with_its_rules(name: str) -> None:
    told = run_tool("promtool", "check", "config", str(RULES.with_name(name)))
    assert f"{len(rules())} rules found" in told


def test_the_alerts_fire_when_they_should() -> None:
    run_tool("promtool", "test", "rules", str(RULE_TESTS))


def test_promtool_accepts_the_expressions_of_the_dashboard(tmp_path: Path) -> None:
    records = [
        {"record": f"panel:{number}", "expr": each.replace("$__rate_interval", "5m")}
        for number, each in enumerate(PROMQL.values())
    ]
    file = tmp_path / "panels.yml"
    groups = [{"name": f"g{i}", "rules": [each]} for i, each in enumerate(records)]
    file.write_text(yaml.safe_dump({"groups": groups}))
    assert "SUCCESS" in run_tool("promtool", "check", "rules", str(file))


@pytest.mark.postgresql
def test_promtool_finds_no_fault_in_the_metrics(
    recorded: tuple[Engine, int], tmp_path: Path
) -> None:
    with serving_health(recorded[0]) as served:
        served.clock.advance(9e8)
        told = httpx.get(served.url + "/metrics").text
    assert "nof1_rank{" in told
    assert run_tool("promtool", "check", "metrics", told=told) == ""


# --- systemd ------------------------------------------------------------------


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    unit = UNIT.read_text()
    (command,) = re.findall(r"^ExecStart=(\S+)", unit, re.MULTILINE)
    installed = tmp_path / UNIT.name
    installed.write_text(unit.replace(command, "/bin/true"))
    told = run_tool("systemd-analyze", "verify", "--man=no", str(installed))
    assert UNIT.name not in told


def test_the_unit_is_hardened() -> None:
    told = run_tool(
        *("systemd-analyze", "security", "--offline=true", "--threshold=30"), str(UNIT)
    )
    assert "Overall exposure level" in told


# --- Kubernetes -----------------------------------------------------------------

MANIFESTS: list[dict[str, Any]] = [
    each
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for each in yaml.safe_load_all(file.read_text())
]
WORKLOADS = [
    each["spec"]["template"]["spec"]
    for each in MANIFESTS
    if each["kind"] in ("Deployment", "StatefulSet", "Job")
]


def test_manifests_set_what_is_a_setting_and_no_password() -> None:
    settings = set(re.findall(r"^([A-Z0-9_]+)=", ENV_EXAMPLE, re.MULTILINE))
    (shared,) = (each["data"] for each in MANIFESTS if each["kind"] == "ConfigMap")
    own = [env for pod in WORKLOADS for env in pod["containers"][0]["env"]]

    assert {*shared, *(env["name"] for env in own)} <= settings
    assert not [name for name in shared if "PASSWORD" in name]
    assert all("value" not in env for env in own if "PASSWORD" in env["name"])


def test_manifests_run_this_version_with_commands_that_exist() -> None:
    containers = [pod["containers"][0] for pod in WORKLOADS]

    assert {each["image"] for each in containers} == {f"nof1-tracker:{__version__}"}
    started = [each["args"][3] for each in containers if each["args"][0] == "python"]
    known = {
        each.callback.__name__ for each in app.registered_commands if each.callback
    }
    assert set(started) == {"monitor", "serve"} <= known


def test_what_runs_in_a_cluster_may_do_nothing_else() -> None:
    for pod in WORKLOADS:
        own = pod["containers"][0]["securityContext"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsUser"] == 10001
        assert own["readOnlyRootFilesystem"] is True
        assert own["capabilities"] == {"drop": ["ALL"]}
