"""The OpenAPI document says what is answered."""

import pytest
from pydantic import BaseModel

from nof1_tracker.rendering.programs import (
    chats,
    listed_objects,
    overview_objects,
    revisions,
    standings,
    trades,
    verification_object,
)
from nof1_tracker.web import openapi_shapes as shapes


@pytest.mark.parametrize(
    ("shape", "columns"),
    [
        (shapes.SeasonRow, overview_objects.SEASON_COLUMNS),
        (shapes.ModelRow, overview_objects.MODEL_COLUMNS),
        (shapes.StandingRow, standings.COLUMNS),
        (shapes.EquityRow, listed_objects.EQUITY_COLUMNS),
        (shapes.PositionRow, listed_objects.POSITION_COLUMNS),
        (shapes.TradeRow, trades.COLUMNS),
        (shapes.ChatRow, chats.FULL_COLUMNS),
        (shapes.DecisionRow, listed_objects.DECISION_COLUMNS),
        (shapes.PriceRow, listed_objects.PRICE_COLUMNS),
        (shapes.RevisionRow, revisions.COLUMNS),
        (shapes.CoverageRow, verification_object.COVERAGE_COLUMNS),
        (shapes.EventRow, listed_objects.EVENT_COLUMNS),
    ],
)
def test_a_row_has_the_keys_that_are_documented(
    shape: type[BaseModel], columns: tuple[str, ...]
) -> None:
    assert tuple(shape.model_json_schema()["properties"]) == columns
