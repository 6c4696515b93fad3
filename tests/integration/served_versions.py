"""Random bodies in which the same rows are served in several versions.

Newer, older, poorer, fuller, with values of another type, twice in one body, at one
instant, and without a time; equities from two sources for the same instant; accounts
that are served under a former and a later id, which one of their rows joins.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.records.enums import Endpoint, EquitySource
from nof1_tracker.records.payloads import RawPayload
from tests.integration.standing_oracle import Observation
from tests.unit.scraper import site_rows as site

NOW = datetime(2025, 10, 28, 9, 0, tzinfo=UTC)
PROMPT_AT = datetime(2025, 10, 28, 6, 49, 34, 755756, tzinfo=UTC)
"""The time in the prompt of every conversation."""
ROWS = 25
"""Legs, accounts and conversations of a world."""
RENAMED = frozenset(range(6))
"""Accounts that are served under two ids: `m0` and, later named so, `n0`."""
_TIMES = [NOW - timedelta(minutes=m) for m in (50, 40, 30, 20, 10)]
_ABSENT = object()
_BAD = ["N/A", "10x", [], True]
"""Not numbers."""

Key = tuple[str, ...]
Served = dict[str, dict[Key, list[Observation]]]
"""What was observed of each row, by table and key."""


@dataclass
class World:
    """Bodies, and what they say.

    Attributes:
        observed: By table: legs, snapshots, decisions. An account's key is its former
            id.
        joined: Accounts of which a row says that both ids are theirs.
    """

    payloads: list[RawPayload] = field(default_factory=list)
    observed: Served = field(default_factory=lambda: defaultdict(dict))
    joined: set[int] = field(default_factory=set)

    def note(self, table: str, key: Key, observation: Observation) -> None:
        self.observed[table].setdefault(key, []).append(observation)


def random_world(seed: int, bodies: int = 9) -> World:
    """A world of so many bodies, each with most of the rows, and what it takes to join."""
    chance, world = Random(seed), World()  # noqa: S311
    makers = (_trades, _totals, _conversations)
    for number in range(bodies):
        makers[number % len(makers)](chance, world)
    while not world.joined >= RENAMED:
        _totals(chance, world)
    return world


def former_id(account: str) -> str:
    """The id under which the account was opened: `m0` of `n0`."""
    return f"m{account[1:]}"


def _served_as(chance: Random, number: int) -> str:
    return f"{chance.choice('mn') if number in RENAMED else 'm'}{number}"


def _some(chance: Random) -> Iterable[int]:
    """Most rows; some of them twice in one body."""
    for number in range(ROWS):
        if chance.random() < 0.75:
            yield number
            if chance.random() < 0.1:
                yield number


def _time(chance: Random) -> datetime | None:
    return chance.choice([*_TIMES, None])


class _Row:
    """A row in the making: what is served, and what of it can be read."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.served: dict[str, Any] = {}
        self.said: dict[str, Any] = {}

    def have(self, wire: str, column: str, values: list[Any]) -> None:
        """A field that every version has."""
        value = self._chance.choice(values)
        self.served[wire] = value
        self.said[column] = _read(value)

    def may_have(
        self, wire: str, column: str, values: list[Any], *, null_says: bool = False
    ) -> None:
        """A field that is served, absent, null, or of another type."""
        is_number = not isinstance(values[0], str)  # any JSON is taken as a text
        others = [_ABSENT, None, *(["bad"] if is_number else [])]
        value = self._chance.choice([*values, *values, *others])
        if value is _ABSENT:
            self.served[wire] = _ABSENT
        elif value == "bad":
            self.served[wire] = self._chance.choice(_BAD)
        else:
            self.served[wire] = value
            if value is not None or null_says:
                self.said[column] = _read(value)


def _read(value: Any) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else value


def _without_absent(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not _ABSENT}


def _payload(
    world: World, endpoint: Endpoint, document: dict[str, Any], at: datetime | None
) -> None:
    has_clock = endpoint is not Endpoint.CONVERSATIONS
    if has_clock and at is not None:
        document["serverTime"] = int(at.timestamp() * 1000)
    world.payloads.append(
        RawPayload(
            body=json.dumps(document).encode(),
            origin=f"capture/{len(world.payloads)}.json",
            captured_at=NOW,
            transport="capture",
            endpoint=endpoint,
            observed_at=None if has_clock else at,
        )
    )


def _trades(chance: Random, world: World) -> None:
    at, rows = _time(chance), []
    for number in _some(chance):
        row = _Row(chance)
        row.have("realized_net_pnl", "pnl", [95, -300, 12.5])
        row.have("exit_price", "exit_price", [112000.5, 112001])
        row.may_have("realized_gross_pnl", "gross_pnl", [100, 101.5])
        row.may_have("total_commission_dollars", "fees", [5, 5.25])
        row.may_have("entry_oid", "entry_oid", [213881537577, 77])
        row.served["exit_tid"] = chance.choice([1, 2])
        served = _without_absent(
            site.trade(number, model_id=_served_as(chance, number), **row.served)
        )
        rows.append(served)
        note = Observation(at, row.said, json.dumps(served))
        world.note("trades", (served["id"],), note)
    _payload(world, Endpoint.TRADES, {"trades": rows}, at)


def _totals(chance: Random, world: World) -> None:
    at, rows = _time(chance), []
    for number in _some(chance):
        row, account = _Row(chance), _served_as(chance, number)
        if account != former_id(account):
            row.served["model_name"] = f"{account} (prev. {former_id(account)})"
            world.joined.add(number)
        row.have("dollar_equity", "total_assets", [9900.5, 10001, 12000.25])
        row.may_have("total_unrealized_pnl", "unrealized_pnl", [-28.5, 30])
        row.may_have("sharpe_ratio", "sharpe_ratio", [0.5, 0.25])
        served = _without_absent(
            site.account_total(
                account, timestamp=PROMPT_AT.timestamp(), positions={}, **row.served
            )
        )
        rows.append(served)
        of_row = {name: value for name, value in served.items() if name != "positions"}
        names = ("total_assets", "unrealized_pnl", "sharpe_ratio")
        figures = [row.said.get(name) for name in names]
        note = Observation(at, row.said, canonical_json([of_row, *figures, 0]))
        key = (former_id(account), EquitySource.ACCOUNT_TOTALS.value)
        world.note("leaderboard_snapshots", key, note)
    _payload(world, Endpoint.ACCOUNT_TOTALS, {"accountTotals": rows}, at)


def _conversations(chance: Random, world: World) -> None:
    at, rows = _time(chance), []
    for number in _some(chance):
        equity = chance.choice(["9000.25", "9100.5"])
        decisions = {coin: _decision(chance, coin) for coin in _coins(chance)}
        served = site.conversation(
            number,
            model_id=_served_as(chance, number),
            user_prompt=site.prompt("", equity),
            llm_response={coin: row.served for coin, row in decisions.items()},
        )
        rows.append(served)
        for coin, row in decisions.items():
            note = Observation(at, row.said, json.dumps(row.served))
            world.note("chat_decisions", (served["id"], coin), note)
        said = {
            "total_assets": Decimal(equity),
            "unrealized_pnl": Decimal(0),
            "sharpe_ratio": Decimal("0.471"),
        }
        in_prompt = {
            "conversation_id": served["id"],
            "available_cash": Decimal("8640.25"),
            "total_return_percent": Decimal("1.5"),
        }
        figures = [*said.values(), 0]
        note = Observation(at, said, canonical_json([in_prompt, *figures]))
        key = (f"m{number}", EquitySource.MODEL_CHAT.value)
        world.note("leaderboard_snapshots", key, note)
    _payload(world, Endpoint.CONVERSATIONS, {"conversations": rows}, at)


def _coins(chance: Random) -> list[str]:
    return chance.choice([["BTC"], ["ETH"], ["BTC", "ETH"]])


def _decision(chance: Random, coin: str) -> _Row:
    row = _Row(chance)
    row.have("signal", "signal", ["hold", "close_position"])
    row.may_have("quantity", "quantity", [-3, 2.5], null_says=True)
    row.may_have("leverage", "leverage", [10, 20], null_says=True)
    row.may_have("stop_loss", "stop_loss", [4100.5, 4000], null_says=True)
    row.may_have("risk_usd", "risk_usd", [200, 250.5], null_says=True)
    row.may_have("justification", "justification", ["why", "because", ""])
    row.served = _without_absent({"coin": coin, **row.served})
    return row
