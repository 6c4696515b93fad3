"""Runs processes that obey file permissions, even if the tests run as root."""

import os
import shutil
import subprocess
from functools import cache

import pytest

_LIMITED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@cache
def bound() -> tuple[str, ...]:
    """A command prefix that makes permissions apply; skips the test without one."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv"):
        trial = subprocess.run((*_LIMITED, "true"), check=False, capture_output=True)
        if trial.returncode == 0:
            return _LIMITED
    pytest.skip("root passes every permission here, and setpriv cannot change that")
