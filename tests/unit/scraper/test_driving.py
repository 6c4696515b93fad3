"""The thread that drives a browser ends what it started."""

import asyncio
import logging
import os
import signal

import psutil
import pytest

from nof1_tracker.scraper.browsing.driver_thread import DrivingThread

SLEEPER = ("sleep", "60")


async def started() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(*SLEEPER)


def test_a_process_that_still_runs_is_known_to_be_gone_before_the_loop_closes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    driving = DrivingThread()
    process = driving.run(started())
    with caplog.at_level(logging.INFO):
        driving.close()
    assert process.returncode == -signal.SIGKILL
    assert caplog.text == ""


def test_a_process_that_has_ended_already_is_no_news(
    caplog: pytest.LogCaptureFixture,
) -> None:
    driving = DrivingThread()
    process = driving.run(started())
    os.kill(process.pid, signal.SIGTERM)
    with caplog.at_level(logging.INFO):
        driving.close()
    assert process.returncode in (-signal.SIGTERM, -signal.SIGKILL)
    assert caplog.text == ""


def test_a_process_that_is_being_started_ends_with_the_thread() -> None:
    driving = DrivingThread()
    starting = driving.begin(started())
    driving.close()
    assert starting.done()
    names = [each.name() for each in psutil.Process().children()]
    assert SLEEPER[0] not in names
