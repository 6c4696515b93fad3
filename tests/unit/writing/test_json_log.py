"""A log for machines: one object per line, its fields in their order."""

import json
import logging
from decimal import Decimal

from nof1_tracker.writing.json_log import JsonLines


def line(message: str = "Cycle %d.", *values: object, **added: object) -> str:
    record = logging.LogRecord("nof1", logging.INFO, "x.py", 1, message, values, None)
    record.created = 1_761_000_000.25
    vars(record).update(added)
    return JsonLines().format(record)


def test_time_level_logger_and_message_come_first_then_the_fields() -> None:
    assert line("Cycle %d.", 3, fields={"event": "cycle", "at": Decimal("1.50")}) == (
        '{"time": "2025-10-20T22:40:00.250+00:00", "level": "INFO", "logger": "nof1",'
        ' "message": "Cycle 3.", "event": "cycle", "at": "1.50"}'
    )


def test_without_fields_there_are_those_four() -> None:
    assert list(json.loads(line("x"))) == ["time", "level", "logger", "message"]


def test_an_exception_is_the_last_field_of_the_same_line() -> None:
    error = (ValueError, ValueError("two\nlines"), None)
    text = line("x", exc_info=error, fields={"event": "failed"})

    assert "\n" not in text
    *_, event, exception = json.loads(text).items()
    assert event == ("event", "failed")
    assert exception[0] == "exception"
    assert exception[1].endswith("ValueError: two\nlines")


def test_what_a_library_adds_to_a_record_is_left_out() -> None:
    assert line("x", apprise_store=False) == line("x")


def test_what_came_from_the_site_cannot_steer_a_terminal() -> None:
    text = line("%s", "\x1b[31m\u2028")

    assert text.isascii()
    assert "\x1b" not in text
