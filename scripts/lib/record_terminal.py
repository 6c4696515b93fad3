"""Draws terminal recordings for README and the guides, as SVG.

record_terminal.py FOLDER: runs the commands in a terminal of their own and draws what
they print. The sample is always the same, and the simulated season follows from its seed,
so a drawing changes only if the program changes.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

COLUMNS, LINES = 104, 60
DEMO = "demo --transport http"
SAMPLE = "sample"
RECORDINGS: dict[str, tuple[str, ...]] = {
    "terminal.svg": (SAMPLE, "report --season 1"),
    "model.svg": ("report deepseek",),
}
"""Commands that each recording shows, by its name: of the sample, or after the demo."""
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    folder = Path(sys.argv[1])
    with TemporaryDirectory() as scratch:
        for name, commands in RECORDINGS.items():
            source = SAMPLE if SAMPLE in commands else DEMO
            begun = _printed(source, scratch, source)
            shown = {
                each: (
                    _shortened(begun)
                    if each == source
                    else _printed(each, scratch, source)
                )
                for each in commands
            }
            _draw(shown, folder / name)


def _draw(shown: dict[str, Sequence[Text]], file: Path) -> None:
    console = Console(record=True, width=COLUMNS, file=StringIO())
    for command, lines in shown.items():
        console.print(f"$ nof1-tracker {command}", style="bold green")
        for line in lines:
            console.print(line)
    drawing = console.export_svg(title="nof1-tracker", theme=MONOKAI, unique_id="t")
    # The fonts would be loaded from another site; the reader's own monospace will do.
    file.write_text(_FONTS.sub("", drawing), encoding="utf-8")
    print(f"{file} {file.stat().st_size / 1000:.0f} kB")


def _shortened(lines: Sequence[Text]) -> list[Text]:
    """The sample's standings of season 1; the rest of its output is for the guides."""
    plain = [line.plain for line in lines]
    end = next(i for i, each in enumerate(plain) if each.startswith("Season 1.5"))
    return [*lines[:end], Text("…"), Text()]


def _printed(command: str, scratch: str, source: str) -> Sequence[Text]:
    """The lines that the command prints in a terminal, with their colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    environment = os.environ | {"XDG_DATA_HOME": scratch, "TERM": "xterm-256color"}
    name = "sample.db" if source == SAMPLE else "simulated-arena.db"
    for database in Path(scratch).rglob(name):
        environment["NOF1_DATABASE_URL"] = f"sqlite:///{database}"
    words = [sys.executable, "-m", "nof1_tracker.main", *command.split()]
    with subprocess.Popen(
        words, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        printed = _read(ours)
        os.close(ours)
    assert process.returncode == 0, printed
    return Text.from_ansi(printed).split("\n")


def _read(terminal: int) -> str:
    """All output until the other end is closed."""
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # on Linux, the other end is closed
            part = b""
        if not part:
            return b"".join(parts).decode().replace("\r\n", "\n")
        parts.append(part)


main()
