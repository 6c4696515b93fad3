"""Which command may bring the prices that a season lacks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from nof1_tracker.records.enums import SeasonStatus
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.play.games.playable_seasons import filling_command

START = datetime(2026, 3, 1, tzinfo=UTC)
SEASON = SeasonSpan(
    id=7,
    number=Decimal(2),
    name="Season 2",
    start=START,
    end=None,
    initial_equity=Decimal(10_000),
    status=SeasonStatus.ACTIVE,
    is_provisional=False,
)


@pytest.mark.parametrize(
    ("days", "source"), [(0, "hyperliquid"), (52, "hyperliquid"), (53, "wayback")]
)
def test_the_exchange_is_asked_while_it_serves_quarter_hours(
    days: int, source: str
) -> None:
    command = filling_command(SEASON, START + timedelta(days=days))
    assert command == f"nof1-tracker backfill {source} --season 2"
