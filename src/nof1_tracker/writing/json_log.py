"""Log records as JSON lines, for machines."""

import logging
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from typing_extensions import override

_NAMES = {
    "asctime": "time",
    "levelname": "level",
    "name": "logger",
    "exc_info": "exception",
}


class JsonLines(JsonFormatter):
    """One object per line: time, level, logger, message, fields and exception if any."""

    def __init__(self) -> None:
        super().__init__(
            ("asctime", "levelname", "name", "message"),
            rename_fields=_NAMES,
            json_default=str,
        )

    @override
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        time = datetime.fromtimestamp(record.created, UTC)
        return time.isoformat(timespec="milliseconds")

    @override
    def add_fields(
        self,
        log_data: dict[str, Any],
        record: logging.LogRecord,
        message_dict: dict[str, Any],
    ) -> None:
        """What libraries add (Apprise does) is left out: it is not ours to publish."""
        plain = {k: v for k, v in vars(record).items() if k in RESERVED_ATTRS}
        fields = {**getattr(record, "fields", {}), **message_dict}
        super().add_fields(log_data, logging.makeLogRecord(plain), fields)
