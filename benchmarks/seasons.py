"""A made-up season, far larger than a real one: a million snapshots."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.databases import Store
from nof1_tracker.records.account_columns import EquityColumns

SEASON_ID = 2
"""Id of season 1, which the schema includes."""
START = np.datetime64("2025-10-17T00:00:00", "us")
DAYS = 17.5
ACCOUNTS = 7
"""Number of accounts; the last one buys and holds."""
SYMBOLS = ("BTC", "ETH", "SOL", "BNB", "DOGE", "XRP")
_CHUNK = 50_000

Lines = Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Size:
    """Numbers of rows; each trade is observed twice while it is open."""

    snapshots: int = 1_000_000
    trades: int = 100_000
    chats: int = 20_000

    def __str__(self) -> str:
        return f"{self.snapshots:,} snapshots and {self.trades:,} trades"


def fill(store: Store, size: Size) -> None:
    """Stores the season in an empty database, by COPY or executemany."""
    chance = np.random.default_rng(7)
    equities = _equities(chance, size.snapshots // ACCOUNTS)
    legs = _legs(chance, size.trades // (ACCOUNTS - 1))
    seen = _sightings(chance, equities, legs)
    tables: dict[str, tuple[str, Lines]] = {
        "llm_models": (
            "id, name, provider, model_id, base_model, is_benchmark, started_at",
            _models(),
        ),
        "leaderboard_snapshots": (
            (
                "id, season_id, model_id, timestamp, total_assets, pnl, source,"
                " open_positions, raw_data"
            ),
            _snapshots(equities, seen),
        ),
        "positions": (
            (
                "model_id, timestamp, symbol, side, quantity, entry_price, mark_price,"
                " profit_target, stop_loss, entry_oid, source, raw_data"
            ),
            _positions(seen),
        ),
        "trades": (
            (
                "season_id, model_id, trade_id, symbol, side, entry_price, exit_price, size,"
                " pnl, gross_pnl, fees, leverage, confidence, status, entry_oid, opened_at,"
                " closed_at, raw_data"
            ),
            _trades(legs),
        ),
        "model_chats": (
            (
                "id, conversation_id, season_id, model_id, cycle_id, timestamp, content,"
                " decision, raw_data"
            ),
            _chats(legs, size.chats),
        ),
        "chat_decisions": (
            "model_chat_id, symbol, signal, confidence, profit_target, stop_loss",
            _decisions(legs, size.chats),
        ),
    }
    for table, (columns, lines) in tables.items():
        store.load(table, columns, lines)
    store.settle()


@dataclass(frozen=True)
class _Columns:
    """Rows of one kind over all accounts, oldest first."""

    account: NDArray[np.int64]
    values: dict[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.account)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.values[name]


def equity_columns(snapshots: int) -> list[EquityColumns]:
    """That many snapshots of each account; the one that buys and holds comes last."""
    equities = _equities(np.random.default_rng(7), snapshots)
    return [
        EquityColumns(
            observed_at=equities["at"][equities.account == account],
            equity=equities["equity"][equities.account == account],
        )
        for account in range(1, ACCOUNTS + 1)
    ]


def _models() -> Lines:
    for account in range(1, ACCOUNTS + 1):
        is_benchmark = account == ACCOUNTS
        name = f"model-{account}"
        yield (
            account,
            "Buy & hold BTC" if is_benchmark else f"Model {account}",
            "Made up",
            "buynhold_btc" if is_benchmark else name,
            name,
            is_benchmark,
            _text(np.array([START]))[0],
        )


def _equities(chance: np.random.Generator, each: int) -> _Columns:
    """A random walk per account, with a step about every eleven seconds."""
    step = DAYS * 86_400 / each
    offsets = (np.arange(each) + chance.random((ACCOUNTS, each)) * 0.9) * step
    steps = chance.normal(0, 0.02 * np.sqrt(step / 86_400), (ACCOUNTS, each))
    equity = np.round(10_000 * np.exp(np.cumsum(steps, axis=1)), 2)
    account = np.repeat(np.arange(1, ACCOUNTS + 1), each)
    return _in_order(
        "at", account, {"at": _instants(offsets.ravel()), "equity": equity.ravel()}
    )


def _legs(chance: np.random.Generator, each: int) -> _Columns:
    """Legs of exponential duration (half an hour on average); a quarter lack a plan."""
    count = each * (ACCOUNTS - 1)
    opened = np.sort(chance.random(count)) * (DAYS - 1) * 86_400
    price = chance.uniform(10, 1_000, count).round(4)
    move = chance.normal(0.0002, 0.01, count)
    quantity = (2_000 / price).round(4)
    return _in_order(
        "opened_at",
        np.tile(np.arange(1, ACCOUNTS), each),
        {
            "oid": 1_000_000 + np.arange(count),
            "symbol": chance.integers(0, len(SYMBOLS), count),
            "is_long": chance.random(count) < 0.6,
            "opened_at": _instants(opened),
            "closed_at": _instants(opened + 60 + chance.exponential(1_800, count)),
            "entry": price,
            "exit": (price * (1 + move)).round(4),
            "quantity": quantity,
            "gross": (price * move * quantity).round(6),
            "fee": (price * quantity * 0.0009).round(6),
            "confidence": chance.integers(50, 100, count),
        },
    )


def _sightings(
    chance: np.random.Generator, equities: _Columns, legs: _Columns
) -> _Columns:
    """Two snapshots per leg that show its position."""
    leg = np.repeat(np.arange(len(legs)), 2)
    life = legs["closed_at"][leg] - legs["opened_at"][leg]
    wanted = legs["opened_at"][leg] + life * chance.random(len(leg))
    place = np.empty(len(leg), dtype=np.int64)
    for account in range(1, ACCOUNTS):
        own = np.flatnonzero(equities.account == account)
        mine = legs.account[leg] == account
        found = np.searchsorted(equities["at"][own], wanted[mine])
        place[mine] = own[np.minimum(found, len(own) - 1)]
    pairs = np.unique(np.column_stack((place, leg)), axis=0)
    place, leg = pairs[:, 0], pairs[:, 1]
    values = {name: column[leg] for name, column in legs.values.items()}
    return _Columns(
        legs.account[leg], values | {"place": place, "at": equities["at"][place]}
    )


def _snapshots(equities: _Columns, seen: _Columns) -> Lines:
    held = np.bincount(seen["place"], minlength=len(equities))
    raw = json.dumps({"prompt": "x" * 100})
    for chunk in _chunks(len(equities)):
        columns = (equities.account[chunk], _text(equities["at"][chunk]))
        for row, (account, at, equity, positions) in enumerate(
            zip(*columns, equities["equity"][chunk], held[chunk], strict=True),
            chunk.start + 1,
        ):
            pnl = round(float(equity) - 10_000, 2)
            known = int(positions) or None
            source = "account_totals" if known else "model_chat"
            yield (
                *(row, SEASON_ID, int(account), at, float(equity)),
                *(pnl, source, known, raw),
            )


def _positions(seen: _Columns) -> Lines:
    raw = json.dumps({"position": "x" * 450})
    for chunk in _chunks(len(seen)):
        texts = _text(seen["at"][chunk])
        for row, at in zip(range(chunk.start, chunk.stop), texts, strict=True):
            entry = float(seen["entry"][row])
            sign = 1 if seen["is_long"][row] else -1
            yield (
                int(seen.account[row]),
                at,
                SYMBOLS[seen["symbol"][row]],
                "long" if sign > 0 else "short",
                float(seen["quantity"][row]),
                entry,
                float(seen["exit"][row]),
                *(round(entry * (1 + sign * part), 4) for part in (0.01, -0.008)),
                int(seen["oid"][row]),
                "account_totals",
                raw,
            )


def _trades(legs: _Columns) -> Lines:
    raw = json.dumps({"leg": "x" * 850})
    for chunk in _chunks(len(legs)):
        opened, closed = (_text(legs[n][chunk]) for n in ("opened_at", "closed_at"))
        for row in range(chunk.start, chunk.stop):
            gross, fee = float(legs["gross"][row]), float(legs["fee"][row])
            account = int(legs.account[row])
            yield (
                SEASON_ID,
                account,
                f"model-{account}_{row}",
                SYMBOLS[legs["symbol"][row]],
                "long" if legs["is_long"][row] else "short",
                *(float(legs[name][row]) for name in ("entry", "exit", "quantity")),
                *(round(gross - fee, 6), gross, fee),
                10,
                int(legs["confidence"][row]),
                "closed",
                int(legs["oid"][row]),
                *(opened[row - chunk.start], closed[row - chunk.start]),
                raw,
            )


def _chats(legs: _Columns, count: int) -> Lines:
    """Conversations that each open a leg; there are fewer than legs."""
    told = legs["opened_at"][:count] - np.timedelta64(20, "s")
    raw, content = json.dumps({"prompt": "x" * 12_000}), "y" * 2_000
    cycles: dict[int, int] = {}
    for row, at in enumerate(_text(told)):
        account = int(legs.account[row])
        cycles[account] = cycles.get(account, 0) + 1
        yield (
            *(row + 1, f"chat-{row}", SEASON_ID, account, cycles[account]),
            *(at, content, "buy", raw),
        )


def _decisions(legs: _Columns, count: int) -> Lines:
    for row in range(min(count, len(legs))):
        symbol, entry = int(legs["symbol"][row]), float(legs["entry"][row])
        sign = 1 if legs["is_long"][row] else -1
        signal = "buy_to_enter" if sign > 0 else "sell_to_enter"
        confidence = int(legs["confidence"][row])
        plan = [round(entry * (1 + sign * part), 4) for part in (0.01, -0.008)]
        yield row + 1, SYMBOLS[symbol], signal, confidence, *plan
        for other in (1, 2, 3):
            held = SYMBOLS[(symbol + other) % len(SYMBOLS)]
            yield row + 1, held, "hold", confidence, None, None


def _in_order(
    time: str, account: NDArray[Any], values: dict[str, NDArray[Any]]
) -> _Columns:
    order = np.argsort(values[time], kind="stable")
    return _Columns(account[order], {k: column[order] for k, column in values.items()})


def _instants(seconds: NDArray[Any]) -> NDArray[Any]:
    micros: NDArray[Any] = (seconds * 1e6).astype("timedelta64[us]")
    return START + micros


def _text(times: NDArray[Any]) -> list[str]:
    """The times as both databases accept them: UTC with six decimals."""
    return [text.replace("T", " ") for text in np.datetime_as_string(times).tolist()]


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, _CHUNK):
        yield slice(start, min(start + _CHUNK, count))
