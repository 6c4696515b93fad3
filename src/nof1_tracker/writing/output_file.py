"""Output files: put in place once complete, or streamed as they are written."""

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

    When the context ends without an error, the file appears under its name, complete
    and flushed to disk; until then, an existing file of that name is unchanged. An
    existing target that is not a regular file (a pipe, a device) is written to directly.

    Raises:
        ConfigurationError: The file cannot be written to.
        BrokenPipeError: The reader has gone.
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
    """A draft beside the target, which replaces the target at the end."""
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
