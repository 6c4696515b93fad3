"""sdist and wheel: complete, and the same bytes each time.

scripts/package installs them, without what only developers have, and uses them.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from scripts.lib.release_notes import release_notes, section

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "uv.lock").read_text()


def tracked(*folders: str) -> set[str]:
    """The files that git knows there, or would if they were added."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(
        [*words, *folders], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return {path for path in done.stdout.splitlines() if (ROOT / path).is_file()}


def build(source: Path, target: Path, kind: str) -> Path:
    """Builds one package, at one instant, without a network."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)],
        cwd=source,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1760000000"},
        capture_output=True,
        check=True,
    )
    (made,) = target.glob("*.tar.gz" if kind == "sdist" else "*.whl")
    return made


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("sdist"), "sdist")


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(unpacked, tmp_path_factory.mktemp("wheel"), "wheel")


def test_the_sdist_holds_all_that_is_needed_to_build_and_test(unpacked: Path) -> None:
    wanted = tracked("src", "tests", "migrations", "scripts", "benchmarks", "deploy")
    wanted |= {"LICENSE", "README.md", "pyproject.toml", "alembic.ini", "uv.lock"}
    held = {
        path.relative_to(unpacked).as_posix()
        for path in unpacked.rglob("*")
        if path.is_file()
    }
    assert wanted <= held


def test_the_wheel_holds_the_package_whole_and_its_migrations(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {n for n in archive.namelist() if ".dist-info/" not in n}
    package = {path.removeprefix("src/") for path in tracked("src")}
    history = {
        f"nof1_tracker/{path}"
        for path in tracked("migrations")
        if not path.startswith("migrations/init/")
    }
    assert names == package | history
    assert "nof1_tracker/py.typed" in names


def test_the_wheel_names_every_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licences = {
            Path(n).name for n in archive.namelist() if ".dist-info/licenses/" in n
        }
    beside = (ROOT / "src/nof1_tracker").rglob("licenses/*")
    assert licences == {"LICENSE", *(path.name for path in beside)}


def test_the_wheel_of_the_sdist_is_that_of_the_repository(
    wheel: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere"
    for path in tracked():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, copy / path)
    again = build(copy, tmp_path / "dist", "wheel")
    assert digest(again) == digest(wheel)


def test_the_sdist_is_the_same_bytes_each_time(sdist: Path, tmp_path: Path) -> None:
    assert digest(build(ROOT, tmp_path, "sdist")) == digest(sdist)


def test_the_lock_names_public_places_alone() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", LOCK))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_every_file_in_the_lock_has_its_hash() -> None:
    files = re.findall(r"\{ url = .*", LOCK)
    assert files
    assert all('hash = "sha256:' in line for line in files)


def test_every_python_that_is_promised_is_tested() -> None:
    promised = {
        name.rpartition(" ")[2]
        for name in PROJECT["classifiers"]
        if re.search(r"Python :: 3\.\d+$", name)
    }
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert promised <= set(re.findall(r'python: "([\d.]+)"', workflow))


# --- notes of a release ---------------------------------------------------------


def a_project(folder: Path, changelog: str) -> Path:
    package = folder / "src" / "nof1_tracker"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "1.2.3"\n')
    (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (folder / "CHANGELOG.md").write_text(changelog)
    return folder


CHANGES = "# C\n\n## [1.2.3] - 2026-01-02\n\n### Added\n\n- New.\n\n## [1.2.2] - 2026-01-01\n\n- Old.\n"


def test_the_notes_of_a_release_are_its_section_alone(tmp_path: Path) -> None:
    notes = release_notes(a_project(tmp_path, CHANGES), "v1.2.3")
    assert notes == "### Added\n\n- New."


@pytest.mark.parametrize(
    ("tag", "changelog", "complaint"),
    [
        ("v1.2.4", CHANGES, "the tag says 1.2.4, pyproject.toml says 1.2.3"),
        ("v1.2.3", "## [Unreleased]\n\n- New.\n", r"no section \[1.2.3\]"),
    ],
)
def test_a_tag_that_the_files_do_not_agree_with_is_refused(
    tmp_path: Path, tag: str, changelog: str, complaint: str
) -> None:
    with pytest.raises(SystemExit, match=complaint):
        release_notes(a_project(tmp_path, changelog), tag)


def test_a_version_is_not_taken_for_a_longer_one() -> None:
    assert section(CHANGES, "1.2") == ""
