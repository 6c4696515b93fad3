"""Terminals that are narrow, or know few characters: nothing that counts is lost."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.worlds import PROGRAM, arena_of, environment, midday, write_captures

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def filled_url(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a capture in it."""
    folder = tmp_path_factory.mktemp("terminals")
    url = f"sqlite:///{folder / 'nof1.db'}"
    capture = write_captures(arena_of(), folder, midday(arena_of()))
    subprocess.run(
        (*PROGRAM, "import", "-q", str(capture)), env=environment(url), check=True
    )
    return url


def on_a_terminal(url: str, columns: int, *args: str) -> str:
    """What a terminal of that width gets, without its control sequences."""
    controller, terminal = os.openpty()
    width = {"COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen(
        (*PROGRAM, *args),
        env=environment(url, **width),
        stdout=terminal,
        stderr=subprocess.DEVNULL,
    ):
        os.close(terminal)
        text = b""
        try:
            while chunk := os.read(controller, 4096):
                text += chunk
        except OSError:  # Linux' way to say that the other side is closed
            pass
    os.close(controller)
    return _STYLE.sub("", text.decode().replace("\r\n", "\n"))


@pytest.mark.parametrize("columns", [60, 80])
def test_no_cell_of_a_list_is_cut_off(columns: int, filled_url: str) -> None:
    for command in ("seasons", "models"):
        text = on_a_terminal(filled_url, columns, command, "list")
        assert "…" not in text
        assert max(map(len, text.splitlines())) <= columns


def test_the_ids_of_models_can_be_read_at_eighty_columns(filled_url: str) -> None:
    text = on_a_terminal(filled_url, 80, "models", "list")
    assert "grok-4 " in text
    assert "gemini-2.5-pro " in text


def in_ascii(url: str, *args: str) -> str:
    """What a terminal gets that knows no other character."""
    ascii_alone = {
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "NO_COLOR": "1",
    }
    return subprocess.run(
        (*PROGRAM, *args),
        env=environment(url, **ascii_alone),
        capture_output=True,
        check=True,
    ).stdout.decode("ascii")


def test_a_terminal_of_ascii_alone_gets_tables_that_line_up(filled_url: str) -> None:
    printed = in_ascii(filled_url, "trades", "--status", "open")
    rows = [line for line in printed.splitlines() if line.startswith("open")]
    assert rows
    assert "\\u" not in printed
    assert len({len(row) for row in rows}) == 1


def test_a_terminal_of_ascii_alone_gets_curves_of_the_same_width(
    filled_url: str,
) -> None:
    printed = in_ascii(filled_url, "report")
    assert "\\u" not in printed
    bars = [
        [at for at, sign in enumerate(line) if sign == "|"]
        for line in printed.splitlines()
        if line[:3] in ("1 |", "2 |", "3 |")
    ]
    assert len(bars) == 3
    assert bars[0] == bars[1] == bars[2]
    whole = in_ascii(filled_url, "report", "deepseek")
    assert "\\u" not in in_ascii(filled_url, "chart")
    assert "\\u" not in whole
