"""The site's replies, and the kinds of faults that change them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

Json = Any

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response, and how it is delivered.

    Attributes:
        delay: Seconds before the first byte.
        cut_after: Bytes of the body after which the connection is closed.
        padding: Number of spaces streamed after the body, to make it large.
        has_length: False to leave out Content-Length: the body ends with its connection.
        hangs: True to send nothing until the site closes.
        opening: What is sent before `drip`.
        drip: What is sent again and again in place of an answer, until the client or
            the site closes.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    cut_after: int | None = None
    padding: int = 0
    has_length: bool = True
    hangs: bool = False
    opening: bytes = b""
    drip: bytes = b""


class Fault:
    """One way in which the site can fail."""

    @property
    def serves_at(self) -> str | None:
        """The path that serves the payload instead of the usual one."""
        return None

    @property
    def frozen_at(self) -> datetime | None:
        """The instant whose data is served, whatever the time."""
        return None

    def spoil(self, reply: Reply) -> Reply:
        """The reply as changed by this fault."""
        return reply


class Refusal(Fault):
    """A fault that replaces the reply."""

    def spoil(self, reply: Reply) -> Reply:
        return replace(self.answer(), delay=reply.delay)

    def answer(self) -> Reply:
        """The reply that replaces the correct one."""
        raise NotImplementedError


class RowFault(Fault):
    """A fault that changes the rows of a payload and leaves HTTP alone."""

    def spoil(self, reply: Reply) -> Reply:
        if reply.content_type != JSON:
            return reply
        payload = json.loads(reply.body)
        key, rows = next(iter(payload.items()))
        if isinstance(rows, dict):
            changed = self.change(list(rows.values()))
            payload[key] = {_key(row, i): row for i, row in enumerate(changed)}
        else:
            payload[key] = self.change(rows)
        body = json.dumps(payload, separators=(",", ":")).encode()
        return replace(reply, body=body, headers=())

    def change(self, rows: list[Json]) -> list[Json]:
        """The rows that are served instead."""
        return rows


def _key(row: Json, index: int) -> str:
    """A row's key where rows are served as an object, e.g. the symbol of a price."""
    return str(row.get("symbol", index)) if isinstance(row, dict) else str(index)


def map_numbers(value: Json, change: Callable[[float], Json]) -> Json:
    if isinstance(value, dict):
        return {key: map_numbers(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [map_numbers(each, change) for each in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return change(value)
    return value


def map_text(
    value: Json, fields: tuple[str, ...], change: Callable[[str], str]
) -> Json:
    if not isinstance(value, dict):
        return value
    return {
        key: (
            change(each)
            if key in fields and isinstance(each, str)
            else map_text(each, fields, change)
        )
        for key, each in value.items()
    }
