"""The commands of docs/how-to/backup.md, section by section, for a shell to run."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "backup.md"
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SETTING = re.compile(r"^(?:export )?\w+=\S+.*$", re.MULTILINE)
_SHIMS = {
    # Who runs the tests may do as the superuser of their server does.
    "sudo": 'shift 2; exec "$@"',
    # docker compose exec -T postgres COMMAND: the server at hand is the container.
    "docker": '[ "$1 $2 $3 $4" = "compose exec -T postgres" ]; shift 4; exec "$@"',
}


def commands_of(section: str) -> list[str]:
    """The blocks of the section with that title, in order."""
    _, *parts = _SECTION.split(PAGE.read_text(encoding="utf-8"))
    return _BLOCK.findall(dict(zip(parts[::2], parts[1::2], strict=True))[section])


def settings_in(block: str) -> str:
    """The lines that set variables, for the blocks that follow."""
    return "\n".join(_SETTING.findall(block))


class Shell:
    """A person's shell: it keeps what was set in it, and ends at the first failure."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Works in the folder, which is its home too."""
        self._folder = folder
        shims = folder / "shims"
        shims.mkdir()
        for name, script in _SHIMS.items():
            (shims / name).write_text(f"#!/bin/sh -e\n{script}\n")
            (shims / name).chmod(0o755)
        places = (str(shims), str(Path(sys.executable).parent), os.environ["PATH"])
        ours = {"HOME": str(folder), "PATH": os.pathsep.join(places)}
        self._environment = {**os.environ, **ours, **environment}
        self._environment.pop("XDG_DATA_HOME", None)
        self._settings = ""

    def run(self, block: str) -> str:
        """What it prints.

        Raises:
            AssertionError: A command failed.
        """
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", f"{self._settings}\n{block}"],
            check=False,
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}"
        self._settings += "\n" + settings_in(block)
        return done.stdout
