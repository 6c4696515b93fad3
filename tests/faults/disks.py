"""Runs a monitor on disks that are full or read-only."""

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.faults.outages import WHOLE
from tests.faults.recorders import Truth, recording, truth
from tests.integration.monitor.test_process import Process

_BLOCK = 4096


class NoMountError(Exception):
    """This user may not mount a file system."""


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size in memory, unmounted at the end of the context.

    Raises:
        NoMountError: It may not be mounted.
    """
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "none", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(*words: str) -> None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        raise NoMountError("only root may mount a small disk")
    done = subprocess.run(
        ["mount", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoMountError(done.stderr.strip())


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Makes the disk read-only within the context, even for root."""
    _mount("-o", "remount,ro", str(disk))
    yield
    _mount("-o", "remount,rw", str(disk))


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leaves no free byte on the disk within the context."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(_BLOCK))
        except OSError:
            pass
    yield
    ballast.unlink()


@contextmanager
def unable_to_write(process: Process) -> Iterator[None]:
    """Keeps the process from writing any file beyond its first block (RLIMIT_FSIZE)."""
    target = psutil.Process(process.pid)
    before = target.rlimit(resource.RLIMIT_FSIZE)
    target.rlimit(resource.RLIMIT_FSIZE, (_BLOCK, before[1]))
    yield
    target.rlimit(resource.RLIMIT_FSIZE, before)


@dataclass
class DiskFigures:
    """What a monitor did while it could not write.

    Attributes:
        told: What it logged about it.
    """

    told: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    exit_code: int | None = None


def survive(url: str, disk: Path | None) -> DiskFigures:
    """Records, cannot write for a while, and goes on.

    Args:
        disk: The disk to fill; None limits the size of files instead.
    """
    figures = DiskFigures()
    with truth() as world, recording(url, world) as process:
        process.until("cycle", leader=True, kinds=WHOLE)
        world.advance(10)
        with unable_to_write(process) if disk is None else filled(disk):
            figures.told.append(str(process.until("problem")["error"]))
        _go_on(url, world, process, figures)
    return figures


def begin_read_only(url: str, disk: Path) -> DiskFigures:
    """Starts on a read-only disk, and goes on once it can write."""
    figures = DiskFigures()
    with truth() as world, ExitStack() as stack:
        with read_only(disk):
            process = stack.enter_context(recording(url, world))
            figures.told.append(str(process.until("problem")["error"]))
        _go_on(url, world, process, figures)
    return figures


def _go_on(url: str, world: Truth, process: Process, figures: DiskFigures) -> None:
    process.until("cycle", leader=True, kinds=WHOLE)
    process.until("cycle", leader=True, kinds=WHOLE)
    figures.missing = sorted(world.missing(url))
    process.send(signal.SIGTERM)
    figures.exit_code = process.ended(30)
