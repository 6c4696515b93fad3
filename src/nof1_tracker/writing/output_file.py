"""Where a file goes: to its place once it is whole, or out as it comes."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NoReturn

from nof1_tracker.errors import ConfigurationError

STDOUT = Path("-")


@contextmanager
def opened(target: Path | None) -> Iterator[IO[bytes]]:
    """A file to write to; None and "-" are stdout.

    A file appears under its name when the context ends without an error, whole and
    on the disk; until then a file of that name stays as it was. What is there and is
    no ordinary file (a pipe, a device) is written to as it comes.

    Raises:
        ConfigurationError: It cannot be written to.
        BrokenPipeError: Nobody reads it any more.
    """
    try:
        if target is None or target == STDOUT:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        elif _is_stream(target):
            with target.open("wb") as stream:
                yield stream
        else:
            with _whole(target.resolve()) as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        _refuse(target, error)


def _is_stream(target: Path) -> bool:
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """A draft beside the target that takes its place at the end."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    draft = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _refuse(target: Path | None, error: OSError) -> NoReturn:
    name = "stdout" if target is None else target
    remedy = "Give another file with -o."
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        remedy = "Free some space, or give a file elsewhere with -o."
    reason = error.strerror or str(error)
    raise ConfigurationError(f"{name} cannot be written: {reason}.", remedy) from None
