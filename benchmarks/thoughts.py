"""Makes a season's conversations with searchable text, as models write it."""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from benchmarks.databases import Store
from benchmarks.seasons import ACCOUNTS, SEASON_ID

RARE = "head and shoulders"
COMMON = "stop loss"
ABSENT = "nothing of the kind"
WORD = "shoulders"
"""A word that few contain."""
PHRASE = "confidence of 7"
"""A phrase that few contain, of trigrams that nearly all contain."""
_RARE_EVERY = 9_600
_SENTENCES = 24
"""Sentences per conversation: 2.4 kB, as on the site."""
_START = datetime(2025, 10, 17)  # noqa: DTZ001  as SQLite and COPY accept it
_STEP = timedelta(seconds=31)
_SUBJECTS = (
    *("The position in {s}", "{s} at ${n}", "My long in {s}", "The short in {s}"),
    *("Momentum of {s}", "The funding rate of {s}", "RSI(14) at {d}", "Volume of {s}"),
)
_VERBS = (
    *("is still above", "has fallen back to", "is testing", "holds", "is well below"),
    *("keeps to", "has broken through", "moves sideways around", "points towards"),
)
_OBJECTS = (
    *("its 20-period EMA of {n}", "the stop loss at {n}", "my profit target of {n}"),
    *("the 4-hour support near {n}", "a risk of ${d} at {d}x leverage", "oversold"),
    *("the invalidation condition", "neutral MACD of -{d}.{d}", "confidence of 0.{d}"),
)


def fill(store: Store, count: int) -> None:
    """Stores that many conversations in an empty database."""
    chance = random.Random(7)  # noqa: S311  the same thoughts each time
    store.load("llm_models", "id, name, provider, model_id, is_benchmark", _models())
    store.load(
        "model_chats",
        (
            "id, conversation_id, season_id, model_id, cycle_id, timestamp, content,"
            " summary, decision, raw_data"
        ),
        _chats(chance, count),
    )
    store.settle()


def _models() -> Iterable[Sequence[Any]]:
    for account in range(1, ACCOUNTS + 1):
        yield account, f"Model {account}", "Made up", f"model-{account}", False


def _chats(chance: random.Random, count: int) -> Iterator[Sequence[Any]]:
    raw = json.dumps({"prompt": "x" * 12_000})
    for row in range(count):
        cycle, account = divmod(row, ACCOUNTS)
        at = (_START + row * _STEP).isoformat(" ", "microseconds")
        sentences = [_sentence(chance) for _ in range(_SENTENCES)]
        if row % _RARE_EVERY == _RARE_EVERY // 2:
            sentences.append(f"I see {RARE}.")
        if row % _RARE_EVERY == _RARE_EVERY // 4:
            sentences.append(f"That is a {PHRASE}.")
        yield (
            *(row + 1, f"chat-{row}", SEASON_ID, account + 1, cycle + 1, at),
            *(" ".join(sentences), sentences[0], "hold", raw),
        )


def _sentence(chance: random.Random) -> str:
    parts = (chance.choice(each) for each in (_SUBJECTS, _VERBS, _OBJECTS))
    sentence = f"{' '.join(parts)}, and so I {_intent(chance)}."
    symbol = chance.choice(("BTC", "ETH", "SOL", "BNB", "DOGE", "XRP"))
    return sentence.format(
        s=symbol,
        n=f"{chance.uniform(1, 110_000):,.2f}",
        d=chance.randint(1, 99),
    )


def _intent(chance: random.Random) -> str:
    return chance.choice(
        ("hold", "wait for a clear signal", "keep my exit plan as it is", "do nothing")
    )
