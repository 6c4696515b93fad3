"""docker-compose.yml: what starts, after what, for whom, and with which secrets."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from psycopg2 import sql
from sqlalchemy import URL
from typer.testing import CliRunner

from nof1_tracker.main import app
from tests.databases import as_text, scratch_database

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]
WITH_ARCHIVE = ("migrate", "app", "scraper", "monitor")
OURS = (*WITH_ARCHIVE, "web")
ROLE = ROOT / "deploy" / "grafana" / "role" / "make-role"
MODULE = ["python", "-m", "nof1_tracker.main"]


def words(command: str | list[str]) -> list[str]:
    return command.split() if isinstance(command, str) else command


def compose() -> list[str]:
    """Docker's own reader of the file; skips where none is installed."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    docker = shutil.which("docker")
    trial = docker and subprocess.run(
        [docker, "compose", "version"], check=False, capture_output=True
    )
    if not trial or trial.returncode != 0:
        pytest.skip("Docker Compose is not installed")
    return ["docker", "compose"]


def configured(
    folder: Path, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """What Docker Compose makes of the file, with the example as .env."""
    (folder / ".env").write_text((ROOT / ".env.example").read_text())
    shutil.copy(ROOT / "docker-compose.yml", folder)
    return subprocess.run(
        [*compose(), *options, "config"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_docker_compose_accepts_every_profile(tmp_path: Path) -> None:
    done = configured(tmp_path, "--profile", "*", NOF1_DB_PASSWORD="a secret")
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) == set(SERVICES)


def test_without_a_profile_only_the_database_and_its_schema_stay(
    tmp_path: Path,
) -> None:
    done = configured(tmp_path, NOF1_DB_PASSWORD="a secret")
    assert set(yaml.safe_load(done.stdout)["services"]) == {
        "postgres",
        "migrate",
        "app",
    }


def test_docker_compose_asks_for_the_password(tmp_path: Path) -> None:
    done = configured(tmp_path)
    assert done.returncode != 0
    assert "NOF1_DB_PASSWORD" in done.stderr
    assert "set it in .env" in done.stderr


def test_no_password_has_a_default() -> None:
    asked = re.findall(r"\$\{(\w*PASSWORD)(:?[-?][^}]*)?\}", TEXT)
    assert asked
    assert {rule for _, rule in asked} <= {":?set it in .env", ":-"}
    example = (ROOT / ".env.example").read_text()
    for name in {name for name, _ in asked}:
        assert f"\n{name}=\n" in example


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_that_is_not_ours_has_a_version(name: str) -> None:
    image = SERVICES[name]["image"]
    version = r":v?\d+[\w.-]*(@sha256:[0-9a-f]{64})?$"
    assert image == "nof1-tracker" or re.search(version, image)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_held_to_what_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert 0 < service["pids_limit"] <= 512
    assert name == "postgres" or "cap_add" not in service
    mounts = [each.rpartition(":")[2] for each in service.get("volumes", [])]
    assert all(each == "ro" or each.startswith("/") for each in mounts)


@pytest.mark.parametrize("name", WITH_ARCHIVE)
def test_the_archive_is_kept_in_a_volume_that_our_services_share(name: str) -> None:
    """And that belongs to the user of the image, as the folder in it does."""
    service = SERVICES[name]
    assert service["volumes"] == ["archive_data:/data"]
    assert Path(service["environment"]["NOF1_ARCHIVE_DIR"]).parent == Path("/data")
    assert "archive_data" in yaml.safe_load(TEXT)["volumes"]
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "install -d -o tracker -g tracker /data" in dockerfile


def test_images_are_pinned_to_the_digests_that_their_tags_have(tmp_path: Path) -> None:
    (tmp_path / "scripts" / "lib").mkdir(parents=True)
    for name in ("Dockerfile", "docker-compose.yml", "scripts/pin-images"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "scripts/lib/common.sh", tmp_path / "scripts/lib")
    stub = tmp_path / "docker"
    stub.write_text(
        '#!/bin/sh\nprintf %s "$*" | sha256sum | sed "s/^/sha256:/; s/ .*//"\n'
    )
    stub.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    pinned = []
    for _ in range(2):
        subprocess.run(
            [tmp_path / "scripts/pin-images"],
            env={"PATH": path},
            capture_output=True,
            check=True,
            timeout=60,
        )
        pinned.append(
            [(tmp_path / f).read_text() for f in ("Dockerfile", "docker-compose.yml")]
        )
    assert pinned[0] == pinned[1], "what is pinned stays so"
    dockerfile, services = pinned[0]
    digest = "@sha256:[0-9a-f]{64}$"
    assert re.search(
        rf"^ARG PYTHON_IMAGE=python:[\w.-]+{digest}", dockerfile, re.MULTILINE
    )
    for service in yaml.safe_load(services)["services"].values():
        image = service["image"]
        assert image == "nof1-tracker" or re.search(digest, image)


@pytest.mark.parametrize("name", SERVICES)
def test_every_folder_that_is_mounted_exists(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        assert not source.startswith(".") or (ROOT / source).is_dir()


@pytest.mark.parametrize("name", OURS[1:])
def test_what_uses_the_tables_waits_for_the_schema(name: str) -> None:
    waits = SERVICES[name]["depends_on"]
    assert waits == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_schema_waits_for_the_database() -> None:
    assert SERVICES["migrate"]["command"] == ["alembic", "upgrade", "head"]
    waits = SERVICES["migrate"]["depends_on"]
    assert waits == {"postgres": {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", OURS[1:])
def test_the_program_understands_the_command_of_each_service(name: str) -> None:
    command = words(SERVICES[name]["command"])
    assert command[:3] == MODULE
    options = [word for word in command[3:] if not word.startswith("${")]
    if "--help" not in options:
        result = CliRunner().invoke(app, [options[0], "--help"])
        assert result.exit_code == 0
        for option in options[1:]:
            assert not option.startswith("--") or option in result.output


def test_the_web_application_reads_the_database_alone_and_says_whether_it_can() -> None:
    service = SERVICES["web"]
    assert service["volumes"] == []
    assert "/api/v1/health" in service["healthcheck"]["test"][-1]
    assert service["environment"]["NOF1_PUBLIC_URL"] == (
        "${NOF1_PUBLIC_URL:-http://localhost}"
    )
    assert service["environment"]["NOF1_DB_HOST"] == "postgres"


@pytest.mark.parametrize("name", OURS)
def test_the_key_of_signing_in_is_for_those_who_need_it(name: str) -> None:
    needed = "${NOF1_SECRET_KEY:-}" if name in ("app", "web") else ""
    assert SERVICES[name]["environment"]["NOF1_SECRET_KEY"] == needed


@pytest.mark.parametrize("name", WITH_ARCHIVE)
def test_only_the_monitor_is_asked_whether_it_records(name: str) -> None:
    health = SERVICES[name]["healthcheck"]
    if name == "monitor":
        assert health["test"] == ["CMD", *MODULE, "status", "--check"]
        assert SERVICES[name]["restart"] == "unless-stopped"
    else:
        assert health == {"disable": True}


@pytest.mark.parametrize("name", OURS)
def test_the_program_has_no_rights_and_no_password_of_grafana(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["environment"]["NOF1_GRAFANA_PASSWORD"] == ""
    assert service["environment"]["NOF1_GRAFANA_ADMIN_PASSWORD"] == ""


def test_grafana_is_told_all_that_its_provisioning_asks_for() -> None:
    files = (ROOT / "deploy" / "grafana" / "provisioning").rglob("*.yml")
    asked = {name for f in files for name in re.findall(r"\$\{(\w+)\}", f.read_text())}
    grafana = SERVICES["grafana"]
    assert asked <= set(grafana["environment"])
    dashboards = grafana["environment"]["NOF1_GRAFANA_DASHBOARDS"]
    assert f"./deploy/grafana/dashboards:{dashboards}:ro" in grafana["volumes"]


def test_prometheus_among_containers_differs_only_in_whom_it_asks() -> None:
    folder = ROOT / "deploy" / "prometheus"
    alone = yaml.safe_load((folder / "prometheus.yml").read_text())
    among = yaml.safe_load((folder / "compose.yml").read_text())
    (job,) = among["scrape_configs"]
    (target,) = job["static_configs"][0].pop("targets")
    alone["scrape_configs"][0]["static_configs"][0].pop("targets")
    assert among == alone
    host, port = target.split(":")
    assert f"--listen 0.0.0.0:{port}" in SERVICES[host]["command"]


# --- the role of Grafana --------------------------------------------------------


def make_role(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(ROLE)],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "missing", ["NOF1_GRAFANA_PASSWORD", "NOF1_GRAFANA_ADMIN_PASSWORD"]
)
def test_grafana_does_not_start_without_its_passwords(missing: str) -> None:
    names = ("NOF1_GRAFANA_PASSWORD", "NOF1_GRAFANA_ADMIN_PASSWORD")
    done = make_role(**{name: "x" for name in names if name != missing})
    assert done.returncode == 1
    assert done.stderr == f"!! set {missing} in .env, then start this again\n"
    waits = SERVICES["grafana"]["depends_on"]["grafana-role"]
    assert waits == {"condition": "service_completed_successfully"}


@pytest.fixture
def owned(postgresql_server: URL, migrated_postgresql: str) -> Iterator[URL]:
    """A database with the schema; the role is gone afterwards."""
    if shutil.which("psql") is None:
        pytest.skip("psql is not installed")
    with psycopg2.connect(as_text(plain(postgresql_server))) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT FROM pg_roles WHERE rolname = 'nof1_grafana'")
        if cursor.fetchone() is not None:
            pytest.skip("the role nof1_grafana is already there, and somebody's")
    with scratch_database(postgresql_server, migrated_postgresql) as url:
        yield url
        with psycopg2.connect(as_text(plain(url))) as connection:
            role = sql.Identifier("nof1_grafana")
            cursor = connection.cursor()
            cursor.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(role))


def plain(url: URL) -> URL:
    """The URL as psycopg2 and psql take it."""
    return url.set(drivername="postgresql")


@pytest.mark.postgresql
def test_the_role_reads_with_its_newest_password_and_writes_nothing(owned: URL) -> None:
    for password in ("first", "it's $HOME; \\q"):
        done = make_role(
            PGHOST=str(owned.host),
            PGPORT=str(owned.port),
            PGUSER=str(owned.username),
            PGPASSWORD=str(owned.password),
            PGDATABASE=str(owned.database),
            NOF1_GRAFANA_PASSWORD=password,
            NOF1_GRAFANA_ADMIN_PASSWORD="x",
        )
        assert (done.returncode, done.stderr) == (0, "")
    reader = plain(owned).set(username="nof1_grafana", password=password)
    connection = psycopg2.connect(as_text(reader))
    cursor = connection.cursor()
    cursor.execute("SELECT count(*) FROM trades")
    assert cursor.fetchone() == (0,)
    with pytest.raises(psycopg2.Error, match="permission denied for schema people"):
        cursor.execute("SELECT password_hash FROM people.users")
    connection.rollback()
    with pytest.raises(psycopg2.Error, match="read-only"):
        cursor.execute("DELETE FROM trades")
    connection.rollback()
    cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
    connection.commit()
    with pytest.raises(psycopg2.Error, match="permission denied"):
        cursor.execute("DELETE FROM trades")
    connection.close()
