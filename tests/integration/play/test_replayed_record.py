"""The models' own orders, replayed through the engine, against the record."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.services.play.replay_record import replay_record
from tests.integration.verify.verified import imported
from tests.worlds import arena_of, write_captures

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.captures
def test_the_models_own_orders_reproduce_their_legs(
    engine: Engine, captures: Path
) -> None:
    imported(engine, captures)
    found = replay_record(engine, NOW, season=Decimal(1)).total
    # Fees by rate and role: all but four legs, each of which paid both rates.
    assert (found.legs, found.left_out) == (253, 0)
    assert (found.fees_agree, found.blended) == (249, 4)
    # Net PnL to the cent; at the stated prices, which are those of last fills, fewer.
    assert (found.net_agrees, found.net_agrees_as_stated) == (213, 145)
    # The others are within the rounding of fees and averages at the exchange.
    assert found.largest_difference < Decimal("0.38")
    assert found.largest_fraction < Decimal("0.00003")
    assert (found.liquidations, found.liquidations_agree) == (53, 53)
    assert found.farthest_liquidation < Decimal("0.0032")


def test_the_simulated_models_own_orders_reproduce_their_legs(
    engine: Engine, tmp_path: Path
) -> None:
    arena = arena_of(days=0.2)
    write_captures(arena, tmp_path, arena.end)
    imported(engine, tmp_path)
    found = replay_record(engine, NOW, season=Decimal(1)).total
    assert found.legs > 0
    assert found.legs == found.fees_agree == found.net_agrees
    assert (found.blended, found.left_out) == (0, 0)
