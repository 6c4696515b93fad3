"""The simulated exchange on loopback: POST /info, with the real one's limits."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from nof1_tracker.demo.arena.arena import Arena, Contestant
from nof1_tracker.demo.exchange.exchange_rows import (
    Json,
    candle,
    fills_of,
    funding_of,
    ledger_of,
    portfolio_of,
    wallet_of,
)

_LENGTHS: Mapping[str, float] = {
    "15m": 900.0,
    "1h": 3_600.0,
    "4h": 14_400.0,
    "1d": 86_400.0,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows of an answer, and how many of the newest are served at all."""

    fills: int = 2_000
    newest_fills: int = 10_000
    payments: int = 500
    candles: int = 5_000


class DemoExchange:
    """Serves what the exchange has on record of an arena, while it is entered.

    Attributes:
        asked: The body of each request that was answered, in order.
        refused: How many were refused.
    """

    def __init__(
        self, arena: Arena, at: datetime | None = None, limits: Limits | None = None
    ) -> None:
        """Args:
        at: Simulated time; by default two hours after the season's end.
        """
        self.asked: list[Json] = []
        self.refused = 0
        self._arena = arena
        self._now = at or arena.end + timedelta(hours=2)
        self._limits = limits or Limits()
        self._wallets = {wallet_of(key): who for key, who in arena.accounts.items()}
        self._known: dict[str, Sequence[Json]] = {}
        self._refusals: list[str] = []
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        """Without a trailing slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def refuse(self, *retry_after: str) -> None:
        """Answers the next requests with 429, each with a Retry-After; "" is without."""
        self._refusals += retry_after

    def next_refusal(self) -> str | None:
        """The Retry-After of the refusal that is due; None where none is."""
        if not self._refusals:
            return None
        self.refused += 1
        return self._refusals.pop(0)

    def answer(self, body: Json) -> Sequence[Any]:
        """The rows that a request gets.

        Raises:
            KeyError: The request is not one of the exchange's.
        """
        rows = self._rows(body)
        self.asked.append(body)
        return rows

    def _rows(self, body: Json) -> Sequence[Any]:
        limits = self._limits
        if body["type"] == "candleSnapshot":
            return self._candles(body["req"])
        who = self._wallets.get(body["user"])
        if who is None:
            return []
        if body["type"] == "userFillsByTime":
            newest = self._until_now(self._fills(who))[-limits.newest_fills :]
            return _between(newest, body)[: limits.fills]
        if body["type"] == "userFunding":
            seconds = self._arena.seconds(self._now)
            rows = list(funding_of(self._arena, who, seconds))
        elif body["type"] == "userNonFundingLedgerUpdates":
            rows = list(ledger_of(self._arena, who))
        elif body["type"] == "portfolio":
            return portfolio_of(self._arena, who, self._arena.seconds(self._now))
        else:
            raise KeyError(body["type"])
        return _between(rows, body)[: limits.payments]

    def _fills(self, who: Contestant) -> Sequence[Json]:
        if who.key not in self._known:
            self._known[who.key] = fills_of(self._arena, who)
        return self._known[who.key]

    def _until_now(self, rows: Sequence[Json]) -> Sequence[Json]:
        now = self._now.timestamp() * 1000
        return [row for row in rows if row["time"] <= now]

    def _candles(self, asked: Json) -> Sequence[Json]:
        length = _LENGTHS[asked["interval"]]
        symbol = asked["coin"]
        if symbol not in self._arena.market.instruments:
            return []
        last = int(self._arena.seconds(self._now) / length)
        found = [
            candle(
                self._arena,
                symbol,
                asked["interval"],
                place * length,
                (place + 1) * length,
            )
            for place in range(max(0, last - self._limits.candles + 1), last + 1)
        ]
        return [
            row for row in found if asked["startTime"] <= row["t"] <= asked["endTime"]
        ]


def _between(rows: Sequence[Json], body: Json) -> Sequence[Json]:
    start, end = body["startTime"], body.get("endTime", float("inf"))
    return [row for row in rows if start <= row["time"] <= end]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], exchange: DemoExchange) -> None:
        super().__init__(address, _Handler)
        self.exchange = exchange


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        refusal = self.server.exchange.next_refusal()
        if refusal is not None:
            headers = {"Retry-After": refusal} if refusal else {}
            self._send(HTTPStatus.TOO_MANY_REQUESTS, None, headers)
            return
        try:
            rows = self.server.exchange.answer(json.loads(body))
        except (KeyError, TypeError, ValueError):
            message = "Failed to deserialize the JSON body into the target type"
            self._send(HTTPStatus.UNPROCESSABLE_ENTITY, message, {})
            return
        self._send(HTTPStatus.OK, rows, {})

    def _send(self, status: int, content: Any, headers: Mapping[str, str]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing: what was asked is in `asked`."""
