"""Open positions as rows for programs."""

from typing import Any

from nof1_tracker.records.reading.open_positions import AccountPosition, PositionList
from nof1_tracker.records.stored import OpenPosition
from nof1_tracker.rendering.programs.output import exact, iso, ratio

COLUMNS = (
    "model_id",
    "name",
    "symbol",
    "side",
    "quantity",
    "entry_price",
    "mark_price",
    "unrealized_pnl",
    "leverage",
    "confidence",
    "liquidation_price",
    "liquidation_distance",
    "stop_loss",
    "stop_distance",
    "profit_target",
    "target_distance",
    "opened_at",
    "opened_not_earlier_than",
    "opened_not_later_than",
    "observed_at",
    "source",
)


def position_rows(report: PositionList) -> list[dict[str, Any]]:
    """One row per position, keys as in COLUMNS.

    Distances are signed fractions of the mark price. Where nobody saw it opened,
    `opened_at` is null, and the two bounds say what is known.
    """
    return [_row(row) for row in report.rows]


def _row(row: AccountPosition) -> dict[str, Any]:
    position = row.position
    return {
        "model_id": row.account_id,
        "name": row.name,
        "symbol": position.symbol,
        "side": position.side.value,
        "quantity": exact(position.quantity),
        "entry_price": exact(position.entry_price),
        "mark_price": exact(position.mark_price),
        "unrealized_pnl": exact(position.unrealized_pnl),
        "leverage": exact(position.leverage),
        "confidence": exact(position.confidence),
        "liquidation_price": exact(position.liquidation_price),
        "liquidation_distance": ratio(position.distance(position.liquidation_price)),
        "stop_loss": exact(position.stop_loss),
        "stop_distance": ratio(position.distance(position.stop_loss)),
        "profit_target": exact(position.profit_target),
        "target_distance": ratio(position.distance(position.profit_target)),
        **_opening(position),
        "observed_at": iso(position.observed_at),
        "source": position.source.value,
    }


def _opening(position: OpenPosition) -> dict[str, str | None]:
    is_known, earliest = position.opened_at_known, position.opened_not_earlier_than
    return {
        "opened_at": iso(position.opened_at) if is_known else None,
        "opened_not_earlier_than": None if is_known else iso(earliest),
        "opened_not_later_than": None if is_known else iso(position.opened_at),
    }
