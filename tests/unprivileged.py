"""Processes that file permissions bind, also where the tests run as root."""

import os
import shutil
import subprocess
from functools import cache

import pytest

_LIMITED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@cache
def bound() -> tuple[str, ...]:
    """What to put before a command so that permissions hold for it; else skips."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv"):
        trial = subprocess.run((*_LIMITED, "true"), check=False, capture_output=True)
        if trial.returncode == 0:
            return _LIMITED
    pytest.skip("root passes every permission here, and setpriv cannot change that")
