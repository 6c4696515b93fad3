"""How a command reacts to its shell: Ctrl-C, closed pipes, full disks.

Imports nothing slow, because `main` imports it first.
"""

import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from nof1_tracker.errors import OutputClosedError, OutputError

INTERRUPTED = 130
"""Exit code after Ctrl-C, as in shells."""


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """Lets Ctrl-C end the process at once and silently.

    For the start, before there is anything to clean up. A handler that somebody else
    has set for Ctrl-C stays.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def own_streams() -> None:
    """Makes stdout raise OutputError if it cannot be written, and stderr stay silent.

    A stream that was closed before the start is opened on the null device. Otherwise
    the next file to be opened, the database, would get its number and the output.
    """
    for number in (0, 1, 2):
        _open_if_closed(number)
    sys.stdout = _reopened(_Stdout(1, "w", closefd=False), sys.stdout)
    sys.stderr = _reopened(_Stderr(2, "w", closefd=False), sys.stderr)


def _open_if_closed(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def _reopened(raw: io.FileIO, before: object) -> io.TextIOWrapper:
    """A stream like the one before, but through `raw`."""
    buffer = io.BufferedWriter(raw)
    if not isinstance(before, io.TextIOWrapper):  # it was closed
        return io.TextIOWrapper(buffer, encoding="utf-8")
    return io.TextIOWrapper(
        buffer,
        encoding=before.encoding,
        errors=before.errors,
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )


class _Stdout(io.FileIO):
    """Raises an error at the first write that fails; later output is discarded."""

    def write(self, text: object, /) -> int:
        try:
            return super().write(text)  # type: ignore[arg-type]
        except BrokenPipeError:
            _lead_nowhere(self)
            raise OutputClosedError("Nothing reads the output any more.") from None
        except OSError as error:
            _lead_nowhere(self)
            raise OutputError(
                f"The output cannot be written: {error.strerror}.", _remedy(error)
            ) from None


class _Stderr(io.FileIO):
    """Discards what cannot be written, so that the work goes on."""

    def write(self, text: object, /) -> int:
        try:
            return super().write(text)  # type: ignore[arg-type]
        except OSError:
            _lead_nowhere(self)
            return super().write(text)  # type: ignore[arg-type]


def _remedy(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Free some space, or send the output elsewhere."
    return "Send the output elsewhere."


def _lead_nowhere(stream: io.FileIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
