"""A person who follows a guide: a shell in a checkout, with a site to visit."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.integration.docs.pages import ROOT, Block, is_as_told

_END = "\x1e"
"""Printed after each block, to tell their outputs apart."""
_KEPT_AWAY = {".git", ".venv", ".env"}
_ENDLESS = f"""#!/bin/sh
# The monitor of a guide ends after its first cycle.
[ "${{1:-}}" != monitor ] || set -- "$@" --once
exec "{sys.executable}" -m nof1_tracker.main "$@"
"""
_SUDO = """#!/bin/sh
# The superuser of the test's own server is asked by the environment.
[ "${1:-}" != -u ] || shift 2
exec "$@"
"""


class Person:
    """Has a folder that looks like a fresh clone, and a home of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.home = folder / "home"
        self.clone = folder / "clone"
        commands = folder / "commands"
        for each in (self.home, self.clone, commands):
            each.mkdir(exist_ok=True)
        for each in ROOT.iterdir():
            if each.name not in _KEPT_AWAY:
                (self.clone / each.name).symlink_to(each)
        for name, text in (("nof1-tracker", _ENDLESS), ("sudo", _SUDO)):
            (commands / name).write_text(text)
            (commands / name).chmod(0o755)
        places = (str(commands), str(Path(sys.executable).parent), os.environ["PATH"])
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join(places),
            "HOME": str(self.home),
            "XDG_DATA_HOME": "",
            **environment,
        }

    def follows(
        self, blocks: Sequence[Block], names: Mapping[str, str] | None = None
    ) -> None:
        """Runs the blocks one after the other in one shell, and looks at their output.

        Args:
            names: What to say instead of some names, such as that of a database.

        Raises:
            AssertionError: A command failed, or printed something else than told.
        """
        texts = [_renamed(each.text, names or {}) for each in blocks]
        script = "".join(f"{text}\nprintf '{_END}'\n" for text in texts)
        shell = ("bash", "-eu", "-o", "pipefail", "-c", script)
        _compare(blocks, self._run(shell))

    def computes(self, blocks: Sequence[Block]) -> None:
        """Runs blocks of Python likewise, in one interpreter."""
        script = "".join(f"{each.text}\nprint('{_END}', end='')\n" for each in blocks)
        _compare(blocks, self._run((sys.executable, "-c", script)))

    def _run(self, command: Sequence[str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.clone,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return done.stdout


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for told, instead in names.items():
        text = text.replace(told, instead)
    return text


def _compare(blocks: Sequence[Block], everything: str) -> None:
    *printed, rest = everything.split(_END)
    if len(printed) < len(blocks):
        failed = blocks[len(printed)]
        raise AssertionError(f"{failed.place} failed\n{failed.text}\n{rest}")
    for block, seen in zip(blocks, printed, strict=True):
        told = block.output
        assert told is None or is_as_told(told, seen), f"{block.place}\n{seen}"
