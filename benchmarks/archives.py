"""Makes an archive as `scrape --archive` does, of a simulated season's ModelChat."""

import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from nof1_tracker.demo.arena.arena import Arena, Turn
from nof1_tracker.demo.site.payloads import CONVERSATIONS, Payloads

_DAYS = 17
"""Days of season 1, with more conversations than any benchmark needs."""
_INSTRUCTIONS = "You are an autonomous trader. Keep to the rules of the arena.\n" * 54
"""Precedes each prompt: the site's conversations have 15 kB, simulated ones 11.5."""


def make_archive(folder: Path, pages: int) -> None:
    """Writes files of 100 distinct conversations each (1.5 MB), one per page."""
    makers = os.cpu_count() or 1
    shares = [range(first, pages, makers) for first in range(makers)]
    with ProcessPoolExecutor(makers) as pool:
        list(pool.map(partial(_make_pages, folder), shares))


def _make_pages(folder: Path, pages: Iterable[int]) -> None:
    arena = Arena(days=_DAYS)
    payloads = Payloads(arena)
    turns = arena.conversations_between(arena.start, arena.end)
    turns.sort(key=lambda turn: turn.timestamp)
    for page in pages:
        _save(folder, payloads, turns[page * CONVERSATIONS :][:CONVERSATIONS])


def _save(folder: Path, payloads: Payloads, turns: Sequence[Turn]) -> None:
    at = datetime.fromtimestamp(max(turn.inserted_at for turn in turns), UTC)
    run = folder / f"{at:%Y-%m-%dT%H%M%SZ}"
    run.mkdir(parents=True)
    file = run / "conversations.json"
    file.write_bytes(_body(payloads.serve("conversations", at)))


def _body(payload: dict[str, Any] | None) -> bytes:
    assert payload is not None
    for row in payload["conversations"]:
        row["user_prompt"] = _INSTRUCTIONS + row["user_prompt"]
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
