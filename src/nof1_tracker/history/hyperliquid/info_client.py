"""Asks the exchange over HTTP, within its limits; what it answers is not parsed here."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Self

from nof1_tracker.clock import Clock
from nof1_tracker.errors import SourceError
from nof1_tracker.history.hyperliquid.info_queries import InfoQuery
from nof1_tracker.history.hyperliquid.info_rows import last_time
from nof1_tracker.history.polite_client import ClientOptions, PoliteClient
from nof1_tracker.history.weight_budget import WeightBudget
from nof1_tracker.records.archive.exchanges import Exchange

TRANSPORT = "hyperliquid"


class InfoClient:
    """Fetches answers as exchanges, which the archive can record before they are read."""

    def __init__(self, url: str, options: ClientOptions, clock: Clock) -> None:
        """Args:
        url: Address of the exchange, without the path.
        """
        self._url = f"{url}/info"
        self._clock = clock
        self._budget = WeightBudget(clock)
        self._client = PoliteClient(options, clock, self._budget)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def pages(self, query: InfoQuery) -> Iterator[tuple[InfoQuery, Exchange]]:
        """The answers to a query and to those that follow from it, oldest rows first.

        Raises:
            SourceUnreachableError: There is no connection.
            SourceBusyError: The exchange refused too often.
            SourceError: It answered with an error, or with what is not JSON.
        """
        asked: InfoQuery | None = query
        while asked is not None:
            exchange = self.fetch(asked)
            rows = rows_in(exchange)
            self._budget.count_rows(len(rows))
            yield asked, exchange
            asked = asked.after(last_time(rows), len(rows))

    def fetch(self, query: InfoQuery) -> Exchange:
        """The answer to one query; raises as `pages` does."""
        body = json.dumps(query.body).encode()
        answer = self._client.post(self._url, body)
        if answer.status != HTTPStatus.OK:
            raise SourceError(f"{self._url} answered {answer.status}.")
        now = self._clock.now()
        return Exchange(
            url=self._url,
            kind=query.kind.value,
            body=answer.body,
            captured_at=now,
            observed_at=now,
            transport=TRANSPORT,
            status=answer.status,
            headers=tuple(answer.headers.items()),
            method="POST",
            request_body=body,
        )


def rows_in(exchange: Exchange) -> list[Any]:
    """The rows of an answer.

    Raises:
        SourceError: The body is not a JSON list.
    """
    try:
        answer = json.loads(exchange.body)
    except ValueError:
        answer = None
    if not isinstance(answer, list):
        raise SourceError(
            f"{exchange.url} answered {exchange.kind} with what is not a list."
        )
    return answer
