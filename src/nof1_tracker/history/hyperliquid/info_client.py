"""Asks the exchange over HTTP, within its limits; what it answers is not parsed here."""

import json
import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Self

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
)

from nof1_tracker.clock import Clock
from nof1_tracker.errors import SourceBusyError, SourceError, SourceUnreachableError
from nof1_tracker.history.hyperliquid.info_queries import InfoQuery
from nof1_tracker.history.hyperliquid.info_rows import last_time
from nof1_tracker.history.weight_budget import WeightBudget
from nof1_tracker.records.archive.exchanges import Exchange

log = logging.getLogger(__name__)

TRANSPORT = "hyperliquid"
_ATTEMPTS = 6
_FIRST_PAUSE = 10.0
"""Seconds after a refusal that asks for no pause; doubled each time. The limit counts
whole minutes."""
_LONGEST_PAUSE = 600.0
"""Seconds; a refusal that asks for more ends the request."""


class InfoClient:
    """Fetches answers as exchanges, which the archive can record before they are read."""

    def __init__(
        self, url: str, clock: Clock, *, user_agent: str, timeout: float = 30.0
    ) -> None:
        """Args:
        url: Address of the exchange, without the path.
        timeout: Seconds for one request.
        """
        self._url = f"{url}/info"
        self._clock = clock
        self._budget = WeightBudget(clock)
        headers = {"User-Agent": user_agent, "Content-Type": "application/json"}
        self._client = httpx.Client(headers=headers, timeout=timeout)

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
        retrying = Retrying(
            sleep=self._clock.sleep,
            stop=stop_after_attempt(_ATTEMPTS),
            wait=_pause,
            retry=retry_if_exception(_is_worth_waiting),
            before_sleep=_log_pause,
            reraise=True,
        )
        return retrying(self._ask, json.dumps(query.body).encode(), query.kind.value)

    def _ask(self, body: bytes, kind: str) -> Exchange:
        self._budget.spend_request()
        try:
            response = self._client.post(self._url, content=body)
        except httpx.TimeoutException as error:
            raise SourceBusyError(f"{self._url} did not answer in time.") from error
        except httpx.ConnectError as error:
            raise SourceUnreachableError(
                f"No connection to {self._url}: {error}.",
                "Check the network and NOF1_HYPERLIQUID_URL.",
            ) from error
        except httpx.HTTPError as error:
            raise SourceBusyError(f"{self._url} broke off the connection.") from error
        _refuse(response)
        now = self._clock.now()
        return Exchange(
            url=self._url,
            kind=kind,
            body=response.content,
            captured_at=now,
            observed_at=now,
            transport=TRANSPORT,
            status=response.status_code,
            headers=tuple(response.headers.items()),
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


def _refuse(response: httpx.Response) -> None:
    """Raises what the status calls for; returns where the answer can be used."""
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    told = f"{response.url} answered {status}."
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500:
        asked = response.headers.get("retry-after", "")
        seconds = float(asked) if asked.isdigit() else None
        raise SourceBusyError(told, "Try again later.", retry_after=seconds)
    raise SourceError(told)


def _is_worth_waiting(error: BaseException) -> bool:
    if not isinstance(error, SourceBusyError):
        return False
    return error.retry_after is None or error.retry_after <= _LONGEST_PAUSE


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, SourceBusyError) else None
    grown = _FIRST_PAUSE * 2 ** (state.attempt_number - 1)
    return min(asked if asked is not None else grown, _LONGEST_PAUSE)


def _log_pause(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("%s Trying again in %.0f s.", error, state.upcoming_sleep)
