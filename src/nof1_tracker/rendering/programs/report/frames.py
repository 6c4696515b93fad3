"""Reports as data frames, with pandas or polars, whichever is installed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from types import ModuleType
from typing import Any, get_origin, get_type_hints

import numpy as np
from typing_extensions import is_typeddict

from nof1_tracker.analyzer.equity.equity_curve import EquityCurve
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.account_columns import (
    UNKNOWN,
    FloatArray,
    TimeArray,
    TradeColumns,
)
from nof1_tracker.rendering.programs.report.report_object import model_object
from nof1_tracker.rendering.programs.report.report_shape import ModelShape
from nof1_tracker.rendering.programs.report.units import unwrapped

LIBRARIES = ("pandas", "polars")


def models_frame(models: Sequence[ModelReport], library: str | None) -> Any:
    """One row per model; each column is named by the path of a figure in the JSON.

    Lists (figures by symbol, bins of the calibration) are left out.
    """
    rows = [dict(_flat(model_object(each), ModelShape)) for each in models]
    names = dict.fromkeys(name for row in rows for name in row)
    return _frame({name: [row.get(name) for row in rows] for name in names}, library)


def equity_frame(curve: EquityCurve | None, library: str | None) -> Any:
    """The curve on its grid: `time` and `equity` (USD; NaN in gaps)."""
    times: TimeArray = np.empty(0, "M8[us]") if curve is None else curve.times
    equity: FloatArray = np.empty(0) if curve is None else curve.equity
    return _frame({"time": _times(times), "equity": equity}, library)


def trades_frame(legs: TradeColumns, library: str | None) -> Any:
    """One row per completed leg, in order of closing."""
    legs = legs.where(np.argsort(legs.closed_at, kind="stable"))
    oids = [None if oid == UNKNOWN else oid for oid in legs.entry_oid.tolist()]
    return _frame(
        {
            "symbol": legs.symbol.tolist(),
            "side": np.where(legs.is_long, "long", "short").tolist(),
            "opened_at": _times(legs.opened_at),
            "closed_at": _times(legs.closed_at),
            "entry_price": legs.entry_price,
            "exit_price": legs.exit_price,
            "quantity": legs.quantity,
            "leverage": legs.leverage,
            "gross_pnl": legs.gross_pnl,
            "fees": legs.fees,
            "net_pnl": legs.net_pnl,
            "holding_seconds": legs.holding_seconds,
            "liquidated": legs.liquidated,
            "implausible": (
                np.zeros(len(legs), np.bool_)
                if legs.implausible is None
                else legs.implausible
            ),
            "entry_oid": oids,
        },
        library,
    )


def _frame(columns: Mapping[str, Any], library: str | None) -> Any:
    return _library(library).DataFrame(columns)


def _library(name: str | None) -> ModuleType:
    """The named library, else the first of LIBRARIES that is installed.

    Raises:
        ConfigurationError: The library is not installed, or none of them is.
    """
    if name is not None and name not in LIBRARIES:
        raise ConfigurationError(
            f"There are no frames of {name!r}.", f"Use {' or '.join(LIBRARIES)}."
        )
    for each in LIBRARIES if name is None else (name,):
        try:
            return import_module(each)
        except ImportError:
            continue
    raise ConfigurationError(
        f"A data frame needs {name or ' or '.join(LIBRARIES)}, which is not installed.",
        "pip install 'nof1-tracker[notebook]'",
    )


def _flat(value: Any, hint: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each figure of the type with its path, including figures that are unknown."""
    kind, unit = unwrapped(hint)
    if is_typeddict(kind):
        for name, below in get_type_hints(kind, include_extras=True).items():
            each = None if value is None else value.get(name)
            yield from _flat(each, below, f"{path}.{name}" if path else name)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _flat(each, None, f"{path}.{name}")
    elif get_origin(kind) not in {list, dict}:
        yield path, _typed(value, unit)


def _typed(value: Any, unit: str) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if unit == "UTC" and value is not None:
        kind = datetime if "T" in value else date
        return kind.fromisoformat(value)
    return value


def _times(times: TimeArray) -> list[datetime | None]:
    return [time and time.replace(tzinfo=UTC) for time in times.tolist()]
