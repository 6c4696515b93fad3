"""Formats of the log: for a terminal, for a text file, and as JSON."""

from __future__ import annotations

import logging
import sys

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_LOUD = ("httpx", "httpcore", "alembic", "asyncio")
"""Libraries whose INFO lines are of use to their authors only."""


def log_to_stderr(level: str, log_format: str) -> None:
    """Sends the log to stderr, without control characters that a terminal would obey.

    Args:
        log_format: "text", or "json" for one object per line.
    """
    handler = _json_handler() if log_format == "json" else _text_handler()
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.root.level))


def _json_handler() -> logging.Handler:
    from nof1_tracker.writing.json_log import JsonLines

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    return handler


def _text_handler() -> logging.Handler:
    if not sys.stderr.isatty():
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(CleanText(_TEXT))
        return handler
    from rich.console import Console
    from rich.logging import RichHandler

    handler = RichHandler(
        console=Console(stderr=True),
        show_path=False,
        highlighter=None,
        markup=False,
        log_time_format="%H:%M:%S",
    )
    handler.setFormatter(CleanText("%(message)s"))
    return handler


class CleanText(logging.Formatter):
    """A line of text, free of control characters."""

    def format(self, record: logging.LogRecord) -> str:
        from nof1_tracker.records.sanitize import clean

        return clean(super().format(record), multi_line=bool(record.exc_info))
