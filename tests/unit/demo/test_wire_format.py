"""The arena's payloads have the fields and types of the real captures."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nof1_tracker.demo.site.payloads import Payloads
from tests.worlds import arena_of

CAPTURES = Path(__file__).parents[4] / "shared" / "captures"
ENDPOINTS = {
    "account-totals": "2025-10-23T072200Z",
    "trades": "2025-10-28T065103Z",
    "conversations": "2025-10-28T065103Z",
    "leaderboard": "2025-10-28T065103Z",
    "analytics": "2025-10-28T065103Z",
    "since-inception-values": "2025-10-28T065103Z",
    "crypto-prices": "2025-10-28T065103Z",
}
COINS = ("BTC", "ETH", "SOL", "BNB", "DOGE", "XRP")
BY_COIN = "<coin>"


def kind(value: Any) -> str:
    """JSON has one kind of number, and so have the ints and floats of the site."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else type(value).__name__


def shape(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    yield path, kind(value)
    if isinstance(value, dict):
        for key, each in value.items():
            yield from shape(each, f"{path}.{BY_COIN if key in COINS else key}")
    elif isinstance(value, list):
        for each in value:
            yield from shape(each, f"{path}[]")


@pytest.mark.captures
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_field_has_the_path_and_type_of_the_real_one(endpoint: str) -> None:
    capture = CAPTURES / ENDPOINTS[endpoint] / f"{endpoint}.json"
    if not capture.exists():
        pytest.skip(f"the real captures are not at {CAPTURES}")
    arena = arena_of(days=3)
    real = set(shape(json.loads(capture.read_bytes())))
    simulated = set(shape(Payloads(arena).serve(endpoint, arena.end)))
    failed = "failed_json_response_raw_text"
    optional = {
        (f".conversations[].llm_response.{failed}", "str"),
        (f".conversations[].cot_trace.{failed}", "str"),
    }
    assert simulated ^ real <= optional


@pytest.mark.captures
def test_a_prompt_has_the_lines_of_the_real_account_section() -> None:
    capture = CAPTURES / ENDPOINTS["conversations"] / "conversations.json"
    if not capture.exists():
        pytest.skip(f"the real captures are not at {CAPTURES}")
    arena = arena_of(days=3)
    served = Payloads(arena).serve("conversations", arena.end)
    assert served is not None
    real = json.loads(capture.read_bytes())["conversations"][0]["user_prompt"]
    simulated = served["conversations"][0]["user_prompt"]
    labels = (
        "Current Total Return (percent): ",
        "\n\nAvailable Cash: ",
        "\n\n**Current Account Value:** ",
        "\n\nCurrent live positions & performance: \n{'symbol': ",
        "\n\nSharpe Ratio: ",
        "It has been ",
        " minutes since you started trading. The current time is ",
        " and you've been invoked ",
    )
    for label in labels:
        assert simulated.count(label) == real.count(label) == 1
