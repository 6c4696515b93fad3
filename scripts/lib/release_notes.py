"""Prints the section of CHANGELOG.md for a tag: release_notes.py vX.Y.Z.

Ends with an error if the tag, pyproject.toml, __version__ and CHANGELOG.md disagree.
"""

import re
import sys
import tomllib
from pathlib import Path


def section(changelog: str, version: str) -> str:
    """The text under the heading of a version; empty if there is none."""
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$"
    found = re.search(
        rf"{heading}\n(.*?)(?=^## \[|\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    return found[1].strip() if found else ""


def release_notes(root: Path, tag: str) -> str:
    """The release notes of a tag.

    Raises:
        SystemExit: Some file states another version; the message says which.
    """
    version = tag.removeprefix("v")
    stated = {
        "pyproject.toml": tomllib.loads((root / "pyproject.toml").read_text())[
            "project"
        ]["version"],
        "src/nof1_tracker/__init__.py": re.findall(
            '__version__ = "(.*)"', (root / "src/nof1_tracker/__init__.py").read_text()
        )[0],
    }
    for file, other in stated.items():
        if other != version:
            raise SystemExit(f"!! the tag says {version}, {file} says {other}")
    notes = section((root / "CHANGELOG.md").read_text(), version)
    if not notes:
        raise SystemExit(f"!! CHANGELOG.md has no section [{version}] with a date")
    return notes


if __name__ == "__main__":
    print(release_notes(Path(__file__).resolve().parents[2], sys.argv[1]))
