"""Open positions, and how far they are from stop, target and liquidation."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nof1_tracker.records.reading.open_positions import AccountPosition, PositionList
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import OpenPosition
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke
from nof1_tracker.rendering.position_figures import COLUMNS, position_cells
from nof1_tracker.rendering.text import UNKNOWN, moment, price


@dataclass(frozen=True, slots=True)
class Way:
    """Where the mark is between stop and target: 0 to 100, from the lowest level up.

    Attributes:
        words: The same for those who do not see it.
    """

    stop: float | None
    target: float | None
    entry: float
    mark: float
    words: str


@dataclass(frozen=True, slots=True)
class PositionLine:
    """An open position.

    Attributes:
        size: Quantity and entry.
        way: None where the mark is not known, or no level beside it.
        cells: PnL, stop, target, liquidation, time held, confidence.
    """

    account_id: str
    name: str
    stroke: Stroke
    symbol: str
    side: str
    leverage: str
    size: str
    way: Way | None
    cells: tuple[Cell, ...]
    observed: str


@dataclass(frozen=True, slots=True)
class PositionsView:
    """What is open, or why nothing is shown."""

    lines: tuple[PositionLine, ...]
    nothing: str


def positions_view(
    found: PositionList, stroke_of: Mapping[str, Stroke]
) -> PositionsView:
    """What is open, as a page shows it."""
    lines = tuple(
        _line(row, stroke_of.get(row.account_id, BENCHMARK)) for row in found.rows
    )
    nothing = (
        "No position is open."
        if found.observed
        else "No positions were observed up to this moment."
    )
    return PositionsView(lines, nothing)


def _line(row: AccountPosition, stroke: Stroke) -> PositionLine:
    position = row.position
    figures = dict(zip(COLUMNS, position_cells(position), strict=True))
    levels = (position.stop_loss, position.profit_target, position.liquidation_price)
    return PositionLine(
        account_id=row.account_id,
        name=cells.shorten(row.name),
        stroke=stroke,
        symbol=clean(position.symbol),
        side=position.side.value,
        leverage=figures["Lev."],
        size=f"{figures['Quantity']} @ {figures['Entry']}",
        way=_way(position),
        cells=(
            cells.money(position.unrealized_pnl, signed=True),
            *(_level(position, level) for level in levels),
            Cell(figures["Held"], _seconds(position)),
            _confidence(position.confidence),
        ),
        observed=f"{moment(position.observed_at)} UTC, {position.source.words}",
    )


def _level(position: OpenPosition, level: Decimal | None) -> Cell:
    """How far it is, and the level below."""
    if not level:
        return Cell(UNKNOWN)
    distance = position.distance(level)
    shown = cells.fraction(distance, signed=True)
    return Cell(shown.text, shown.value, "", price(level))


def _seconds(position: OpenPosition) -> float | None:
    return None if position.held is None else position.held.total_seconds()


def _confidence(percent: Decimal | None) -> Cell:
    if percent is None:
        return Cell(UNKNOWN)
    return Cell(f"{percent:.0f} %", float(percent))


def _way(position: OpenPosition) -> Way | None:
    mark, entry = position.mark_price, position.entry_price
    known = {"stop": position.stop_loss, "target": position.profit_target}
    levels = {name: level for name, level in known.items() if level}
    if not mark or not levels:
        return None
    low = min(*levels.values(), mark, entry)
    spread = max(*levels.values(), mark, entry) - low
    if not spread:
        return None

    def place(level: Decimal | None) -> float | None:
        return None if not level else round(float((level - low) / spread * 100), 1)

    return Way(
        stop=place(levels.get("stop")),
        target=place(levels.get("target")),
        entry=float((entry - low) / spread * 100),
        mark=float((mark - low) / spread * 100),
        words=", ".join(
            f"{name} {cells.fraction(position.distance(level), signed=True).text}"
            for name, level in levels.items()
        ),
    )
