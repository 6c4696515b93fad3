"""The workflows: whose code they run, what they may do, for how long."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
GITHUB = ROOT / ".github"
WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text())
    for path in sorted((GITHUB / "workflows").glob("*.yml"))
}
FILES = [*(GITHUB / "workflows").glob("*.yml"), *GITHUB.glob("actions/*/action.yml")]
JOBS = {
    f"{file}: {name}": job
    for file, workflow in WORKFLOWS.items()
    for name, job in workflow["jobs"].items()
}


def uses() -> Iterator[tuple[str, str]]:
    """Each action that is used, and the rest of its line."""
    for path in FILES:
        for action in re.findall(r"uses: (.+)", path.read_text()):
            name, _, rest = action.partition("@")
            if not name.startswith("./"):
                yield name, rest


def test_every_action_is_pinned_to_a_commit_that_has_a_version() -> None:
    for name, rest in uses():
        assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", rest), name


def test_an_action_is_used_in_one_version() -> None:
    versions: dict[str, set[str]] = {}
    for name, rest in uses():
        owner = "/".join(name.split("/")[:2])
        versions.setdefault(owner, set()).add(rest)
    assert all(len(each) == 1 for each in versions.values()), versions


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_do_nothing_but_what_a_job_is_given(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {}
    assert "concurrency" in WORKFLOWS[name]


@pytest.mark.parametrize("name", JOBS)
def test_every_job_says_what_it_may_do_and_for_how_long(name: str) -> None:
    job = JOBS[name]
    assert "permissions" in job
    assert "uses" in job or job["timeout-minutes"] <= 90


@pytest.mark.parametrize("name", JOBS)
def test_only_a_release_and_the_documentation_may_write(name: str) -> None:
    written = {k for k, v in JOBS[name]["permissions"].items() if v == "write"}
    if not name.startswith(("release.yml", "docs.yml: deploy")):
        assert written <= {"security-events"}


def steps() -> Iterator[dict[str, Any]]:
    for path in FILES:
        content = yaml.safe_load(path.read_text())
        for job in content.get("jobs", {"": content.get("runs")}).values():
            yield from job.get("steps", [])


def test_nothing_from_outside_is_pasted_into_a_command() -> None:
    for step in steps():
        assert "${{" not in step.get("run", "")


def test_a_checkout_leaves_no_token_behind() -> None:
    taken = [s for s in steps() if s.get("uses", "").startswith("actions/checkout@")]
    assert taken
    assert all(step["with"]["persist-credentials"] is False for step in taken)


def test_a_merge_needs_every_job_that_runs_for_it() -> None:
    jobs = WORKFLOWS["ci.yml"]["jobs"]
    needed = jobs["all-green"]["needs"]
    always = {name for name, job in jobs.items() if "if" not in job}
    assert set(needed) == always
    (step,) = jobs["all-green"]["steps"]
    assert step["run"].count("success") == len(needed)


def test_every_script_that_a_workflow_runs_exists() -> None:
    told = " ".join(step.get("run", "") for step in steps())
    scripts = re.findall(r"(?:\./)?(scripts/[\w/.-]+)", told)
    assert scripts
    for script in scripts:
        assert (ROOT / script).is_file()


def test_the_oldest_and_the_newest_meet() -> None:
    matrix = WORKFLOWS["ci.yml"]["jobs"]["test"]["strategy"]["matrix"]["include"]
    pairs = {(each["python"], each["postgres"]) for each in matrix}
    assert {("3.11", "14"), ("3.14", "18")} <= pairs
    assert {postgres for _, postgres in pairs} == {"14", "15", "16", "17", "18"}
    assert {python for python, _ in pairs} == {"3.11", "3.12", "3.13", "3.14"}
