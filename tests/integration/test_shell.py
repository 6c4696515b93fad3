"""What a shell expects: closed pipes, full disks, Ctrl-C at any moment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds import PROGRAM, arena_of, environment, midday, write_captures

FULL = Path("/dev/full")
COMMANDS = (
    ("--help",),
    ("--version",),
    ("scrape", "--help"),
    ("leaderboard",),
    ("trades", "--limit", "0", "--format", "json"),
    ("chat", "--limit", "0", "--full", "--format", "csv"),
    ("status",),
    ("seasons", "list"),
    ("doctor",),
)


@pytest.fixture(scope="module")
def filled_url(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a capture in it: chats of megabytes, as no pipe holds."""
    folder = tmp_path_factory.mktemp("shell")
    url = f"sqlite:///{folder / 'nof1.db'}"
    capture = write_captures(arena_of(), folder, midday(arena_of()))
    imported = subprocess.run(
        (*PROGRAM, "import", str(capture)),
        env=environment(url),
        capture_output=True,
        check=False,
    )
    assert imported.returncode == 0, imported.stderr.decode()
    return url


def printed_to(stdout: int, url: str, *args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (*PROGRAM, *args),
        env=environment(url, NOF1_BASE_URL="http://127.0.0.1:9"),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_a_pipe_that_nobody_reads_ends_a_command_without_a_word(
    args: tuple[str, ...], filled_url: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = printed_to(writer, filled_url, *args)
    finally:
        os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, "")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_a_full_disk_is_told_in_one_line_with_its_remedy(
    args: tuple[str, ...], filled_url: str
) -> None:
    with FULL.open("w") as full:
        ended = printed_to(full.fileno(), filled_url, *args)
    message, remedy = ended.stderr.splitlines()
    assert message == "Error: The output cannot be written: No space left on device."
    assert remedy == "  -> Free some space, or send the output elsewhere."
    assert ended.returncode == 74


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_notes_that_cannot_be_written_change_neither_work_nor_exit_code(
    filled_url: str,
) -> None:
    with FULL.open("w") as full:
        ended = subprocess.run(
            (*PROGRAM, "trades", "--since", "yesteryear"),
            env=environment(filled_url),
            stdout=subprocess.PIPE,
            stderr=full,
            check=False,
        )
    assert ended.returncode == 2


def test_a_stdout_closed_before_the_start_does_not_let_text_into_the_database(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    command = f"{' '.join(PROGRAM)} seasons list >&- 2>&-"
    for _ in range(2):  # the second finds the file that the first one made
        ended = subprocess.run(("sh", "-c", command), env=environment(url), check=False)
        assert ended.returncode == 0


def interrupted_while_importing(
    module: str, tmp_path: Path, *args: str
) -> "subprocess.CompletedProcess[str]":
    """Ctrl-C once the program is about to import the module, which takes for ever."""
    slow = "import sys, time\nprint('importing', flush=True)\ntime.sleep(60)\n"
    (tmp_path / f"{module}.py").write_text(slow)
    url = f"sqlite:///{tmp_path / 'unused.db'}"
    with subprocess.Popen(
        (*PROGRAM, *args),
        env=environment(url, PYTHONPATH=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_ctrl_c_while_the_program_loads_ends_it_without_a_word(tmp_path: Path) -> None:
    ended = interrupted_while_importing("typer", tmp_path, "trades")
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "")


@pytest.mark.parametrize("command", ["trades", "scrape"])
def test_ctrl_c_while_a_command_loads_is_told_in_one_line(
    command: str, tmp_path: Path
) -> None:
    ended = interrupted_while_importing("sqlalchemy", tmp_path, command)
    assert ended.stderr == "Interrupted; all stored rows are kept.\n"
    assert ended.returncode == 130


def test_importing_the_program_leaves_ctrl_c_as_it_was() -> None:
    script = (
        "import signal, nof1_tracker.main;"
        "print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    )
    told = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, check=True
    )
    assert told.stdout == b"True\n"
