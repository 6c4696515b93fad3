"""What reading commands say where nothing is found."""

from typing import Any

import pytest

from nof1_tracker.records.enums import ChatDecision
from tests.integration.reading.boards import Board, Run, ago


def test_an_empty_list_of_trades_says_which_option_left_none(
    run: Run, board: Board
) -> None:
    board.trade("alpha", "old", closed_at=ago(hours=7))
    board.trade("alpha", "eth", symbol="ETH")
    board.trade("beta", "new", closed_at=ago(hours=1))

    words = ("alpha", "--symbol", "SOL", "--since", "2025-10-28")
    assert run("trades", *words) == (
        "No such trades. Stored: 3, 2025-10-28 00:00 to 2025-10-28 06:00 UTC."
        " Of these, --model leaves 2, --symbol leaves none.\n"
    )
    assert run("trades", "--season", "1.5") == (
        "No such trades. Stored: 3, 2025-10-28 00:00 to 2025-10-28 06:00 UTC."
        " Of these, --season leaves none.\n"
    )


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (("--until", "2025-10-27"), "--until leaves none"),
        (("--decision", "buy"), "--decision leaves none"),
        (("--season", "1", "--search", "nowhere"), "--season leaves 2, --search"),
        (("--since", "2025-10-28", "--symbol", "BTC"), "--symbol leaves none"),
    ],
)
def test_an_empty_list_of_conversations_says_so_too(
    run: Run, board: Board, words: tuple[str, ...], left: str
) -> None:
    for name in ("one", "two"):
        board.chat("alpha", name, decision=ChatDecision.HOLD)

    assert f"Of these, {left}" in run("chat", *words)


def test_conversations_are_narrowed_by_season_and_until(run: Run, board: Board) -> None:
    seasons: dict[str, Any] = {"season_id": board.season_id(1.5)}
    board.chat("alpha", "early", timestamp=ago(hours=5), summary="Early.")
    board.chat("alpha", "late", timestamp=ago(hours=1), summary="Late.", **seasons)

    assert "Early." in (text := run("chat", "--until", "2025-10-28T06:00"))
    assert "Late." not in text
    assert "Early." in (text := run("chat", "--season", "1"))
    assert "Late." not in text


def test_standings_without_an_equity_name_the_seasons_that_have_some(
    run: Run, board: Board
) -> None:
    board.snapshot("alpha", "12000", ago(hours=2))
    board.snapshot("alpha", "12500", ago(hours=1))

    assert "Stored: season 1 from 2025-10-28 05:00 to 2025-10-28 06:00 UTC." in run(
        "leaderboard", "--season", "1.5"
    )
