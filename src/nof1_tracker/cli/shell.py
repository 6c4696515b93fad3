"""What a shell expects of a command beside its work: Ctrl-C, pipes, full disks.

Imports nothing that takes time: it stands before everything else.
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
"""Exit code after Ctrl-C, as shells have it."""


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """Has Ctrl-C end the process at once and without a word.

    For the time before anything has begun that would have to be ended well. Whoever
    treats Ctrl-C otherwise, or ignores it, is left alone.
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
    """Has stdout raise OutputError where it cannot be written, and stderr be silent.

    A stream that was closed before the start leads nowhere; else the next file to be
    opened, the database, would take its place and what is printed.
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
    """The same stream as before, but through `raw`."""
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
    """Tells of the first write that fails; what follows leads nowhere."""

    def write(self, text: object, /) -> int:
        try:
            return super().write(text)  # type: ignore[arg-type]
        except BrokenPipeError:
            _lead_nowhere(self)
            raise OutputClosedError("Nobody reads what is printed.") from None
        except OSError as error:
            _lead_nowhere(self)
            raise OutputError(
                f"The output cannot be written: {error.strerror}.", _remedy(error)
            ) from None


class _Stderr(io.FileIO):
    """Notes that cannot be written are lost: the work goes on."""

    def write(self, text: object, /) -> int:
        try:
            return super().write(text)  # type: ignore[arg-type]
        except OSError:
            _lead_nowhere(self)
            return super().write(text)  # type: ignore[arg-type]


def _remedy(error: OSError) -> str:
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return "Free some space, or print elsewhere." if is_full else "Print elsewhere."


def _lead_nowhere(stream: io.FileIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
