"""The scripts in front of the program, on a copy of them with a stub for Python.

What they install is real only in CI; here it is what they do about what they find.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

ROOT = Path(__file__).resolve().parents[2]
SHELL_SCRIPTS = (
    *(path for path in (ROOT / "scripts").iterdir() if path.is_file()),
    *(ROOT / "scripts" / "lib").glob("*.sh"),
)

# Stands in for .venv/bin/python: notes down what the program is asked to do.
STUB_PYTHON = """#!/bin/sh
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
case "$*" in
    "-m nof1_tracker.main --help") ;;
    "-m nof1_tracker.main scrape"*)
        echo "$*" >>"$root/calls"
        exit "${SCRAPE_EXIT:-0}"
        ;;
    "-m nof1_tracker.main"* | "-m pip install"*) echo "$*" >>"$root/calls" ;;
    *check_browser.py*) exit "${BROWSER_EXIT:-0}" ;;
    "-m playwright install"*) exit 1 ;;
esac
"""

# Stands in for the machine's python3: its venv is made of the stub above, or of
# nothing where there is no stub.
OUTER_PYTHON = """#!/bin/sh
case "$1 ${{2:-}}" in
    "-m venv")
        mkdir -p "$3/bin" && echo "VIRTUAL_ENV='$3'" >"$3/bin/activate"
        cp "{stub}" "$3/bin/python"
        ;;
    "-m virtualenv" | "-m pip") exit 1 ;;
    *) exec "{python}" "$@" ;;
esac
"""


@dataclass(frozen=True)
class Clone:
    """A copy of the scripts in a folder of their own, and the ways to run them."""

    root: Path
    outer: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    def run(
        self, script: str, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        path = f"{self.outer}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [self.root / "scripts" / script, *arguments],
            env={**os.environ, "PATH": path, "NOF1_APT": "no", **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def calls(self) -> list[str]:
        """What the program and pip were asked since the last question."""
        file = self.root / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [line.removeprefix("-m ") for line in lines]

    def commands(self) -> list[str]:
        """The program's commands among `calls`."""
        return [line.split()[1] for line in self.calls() if "main" in line]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone in a path with a space, on a machine that can make environments."""
    root, outer = tmp_path / "a clone", tmp_path / "bin"
    shutil.copytree(ROOT / "scripts", root / "scripts")
    shutil.copy(ROOT / "pyproject.toml", root)
    outer.mkdir()
    stub = outer / "stub"
    stub.write_text(STUB_PYTHON)
    stub.chmod(0o755)
    python3 = outer / "python3"
    # The one below the tests' own environment, as on a machine without any.
    python = Path(sys.base_prefix, "bin", "python3")
    python3.write_text(OUTER_PYTHON.format(stub=stub, python=python))
    python3.chmod(0o755)
    return Clone(root.resolve(), outer)


@pytest.mark.parametrize("script", SHELL_SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_read_by_the_shell_without_complaint(script: Path) -> None:
    done = subprocess.run(
        ["sh", "-n", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("scrape_exit", "run_exit", "commands"),
    [
        (0, 0, ["scrape", "leaderboard", "trades"]),
        (3, 3, ["scrape", "leaderboard", "trades"]),
        (1, 0, ["scrape", "demo"]),
        (5, 0, ["scrape", "demo"]),
        (2, 2, ["scrape"]),
        (4, 4, ["scrape"]),
    ],
)
def test_run_shows_what_was_stored_or_simulates_or_gives_up(
    clone: Clone, scrape_exit: int, run_exit: int, commands: list[str]
) -> None:
    done = clone.run("run", SCRAPE_EXIT=str(scrape_exit))

    assert done.returncode == run_exit, done.stderr
    assert clone.commands() == commands
    assert ("SIMULATED" in done.stderr) == ("demo" in commands)
    ways = ("nof1-tracker sample", "SCRAPER_HEADLESS=false", "import site.har")
    assert all((way in done.stderr) == ("demo" in commands) for way in ways)


def test_run_hands_its_options_to_the_scrape(clone: Clone) -> None:
    clone.run("run", "--archive", "a folder", "--json")

    (scrape,) = [call for call in clone.calls() if " scrape" in call]
    assert scrape.endswith(
        "--leaderboard --trades --model-chat --archive a folder --json"
    )


def test_run_goes_on_over_http_without_a_browser(clone: Clone) -> None:
    done = clone.run("run", BROWSER_EXIT="3")

    assert done.returncode == 0
    assert "SCRAPER_BROWSER_PATH=" in done.stderr
    assert any("--transport=http" in call for call in clone.calls())


def test_pip_runs_again_only_when_pyproject_changed(clone: Clone) -> None:
    clone.run("run")
    assert any("pip install" in call for call in clone.calls())

    clone.run("run")
    assert not any("pip install" in call for call in clone.calls())

    with (clone.root / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    clone.run("run")
    assert any("pip install" in call for call in clone.calls())


@pytest.mark.parametrize("damage", ["python gone", "moved", "half made"])
def test_a_broken_environment_is_made_anew(clone: Clone, damage: str) -> None:
    clone.run("run")
    if damage == "python gone":
        (clone.venv / "bin" / "python").unlink()
        (clone.venv / "bin" / "python").symlink_to("/nonexistent/python3")
    elif damage == "moved":
        (clone.venv / "bin" / "activate").write_text("VIRTUAL_ENV=/elsewhere/.venv\n")
    else:
        (clone.venv / "bin" / "activate").unlink()
    clone.calls()

    done = clone.run("run")

    assert done.returncode == 0
    assert "does not work" in done.stderr
    assert clone.commands() == ["scrape", "leaderboard", "trades"]


def test_a_machine_that_cannot_make_environments_is_told_what_it_misses(
    clone: Clone,
) -> None:
    (clone.outer / "stub").unlink()

    done = clone.run("run", PATH=f"{clone.outer}{os.pathsep}{os.defpath}")

    assert done.returncode == 1
    assert "cannot make a virtual environment" in done.stderr
    assert "install" in done.stderr.splitlines()[-2]
    assert not clone.venv.exists()


ASK_THE_SERVER = """
import os, psycopg2, time
url = os.environ["TEST_DATABASE_URL"]
psycopg2.connect(url).close()
print(url, flush=True)
time.sleep(float(os.environ["STAY"]))
raise SystemExit(7)
"""


def start_with_postgresql(
    monkeypatch: pytest.MonkeyPatch, stay: float
) -> subprocess.Popen[str]:
    """A command on a private server, whatever server the tests themselves have."""
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setenv("NOF1_APT", "no")
    monkeypatch.setenv("STAY", str(stay))
    return subprocess.Popen(
        [ROOT / "scripts" / "postgres", sys.executable, "-c", ASK_THE_SERVER],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def skip_without_postgresql(stderr: str) -> None:
    if "WITHOUT POSTGRESQL" in stderr:
        pytest.skip(f"NO POSTGRESQL to start: {stderr}")


@pytest.mark.postgresql
def test_the_private_server_lives_as_long_as_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with start_with_postgresql(monkeypatch, stay=0) as script:
        stdout, stderr = script.communicate(timeout=60)
    skip_without_postgresql(stderr)

    assert script.returncode == 7, stderr
    with pytest.raises(psycopg2.OperationalError, match="refused"):
        psycopg2.connect(stdout.strip(), connect_timeout=5)


@pytest.mark.postgresql
def test_the_private_server_ends_when_the_script_is_terminated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with start_with_postgresql(monkeypatch, stay=30) as script:
        assert script.stdout is not None
        url = script.stdout.readline().strip()
        if not url:
            skip_without_postgresql(script.communicate(timeout=60)[1])
        started = time.monotonic()
        script.send_signal(signal.SIGTERM)
        script.communicate(timeout=60)

    assert script.returncode == 128 + signal.SIGTERM
    assert time.monotonic() - started < 20
    with pytest.raises(psycopg2.OperationalError, match="refused"):
        psycopg2.connect(url, connect_timeout=5)
