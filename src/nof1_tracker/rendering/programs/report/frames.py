"""Reports as data frames, with pandas or polars, whichever is installed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

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
from nof1_tracker.rendering.report_figures.units import DAY, unwrapped

LIBRARIES = ("pandas", "polars")


class Kind(StrEnum):
    """What a column holds, whatever its data: its type in a frame depends on nothing
    else."""

    NUMBER = "number"
    """Floats; NaN where unknown."""
    ID = "id"
    """Whole numbers that may be unknown."""
    TEXT = "text"
    FLAG = "flag"
    """True or false, or unknown."""
    TIME = "time"
    """To the microsecond, UTC."""
    DAY = "day"


_PANDAS = {
    Kind.NUMBER: "float64",
    Kind.ID: "Int64",
    Kind.TEXT: "object",
    Kind.FLAG: "boolean",
    Kind.TIME: "datetime64[us, UTC]",
    Kind.DAY: "object",
}
"""The dtype of each kind of column."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column and its values; None where one is unknown."""

    kind: Kind
    values: Sequence[Any] | FloatArray


def models_frame(models: Sequence[ModelReport], library: str | None) -> Any:
    """One row per model; each column is named by the path of a figure in the JSON.

    Lists (figures by symbol, bins of the calibration) are left out. A report without
    models has the columns of all figures.
    """
    found = [list(_flat(model_object(each), ModelShape)) for each in models]
    declared = {path: kind for path, kind, _ in _flat(None, ModelShape)}
    kinds = {path: kind for row in found for path, kind, _ in row} or declared
    rows = [{path: value for path, _, value in row} for row in found]
    columns = {
        path: _Column(kind, [row.get(path) for row in rows])
        for path, kind in kinds.items()
    }
    return _frame(columns, library)


def equity_frame(curve: EquityCurve | None, library: str | None) -> Any:
    """The curve on its grid: `time` and `equity` (USD; NaN in gaps)."""
    times: TimeArray = np.empty(0, "M8[us]") if curve is None else curve.times
    equity: FloatArray = np.empty(0) if curve is None else curve.equity
    columns = {"time": _times(times), "equity": _Column(Kind.NUMBER, equity)}
    return _frame(columns, library)


def trades_frame(legs: TradeColumns, library: str | None) -> Any:
    """One row per completed leg, in order of closing."""
    legs = legs.where(np.argsort(legs.closed_at, kind="stable"))
    oids = [None if oid == UNKNOWN else oid for oid in legs.entry_oid.tolist()]
    sides = np.where(legs.is_long, "long", "short").tolist()
    odd = (
        np.zeros(len(legs), np.bool_) if legs.implausible is None else legs.implausible
    )
    numbers = (
        *("entry_price", "exit_price", "quantity", "leverage"),
        *("gross_pnl", "fees", "net_pnl", "holding_seconds"),
    )
    columns = {
        "symbol": _Column(Kind.TEXT, legs.symbol.tolist()),
        "side": _Column(Kind.TEXT, sides),
        "opened_at": _times(legs.opened_at),
        "closed_at": _times(legs.closed_at),
        **{name: _Column(Kind.NUMBER, getattr(legs, name)) for name in numbers},
        "liquidated": _Column(Kind.FLAG, legs.liquidated.tolist()),
        "implausible": _Column(Kind.FLAG, odd.tolist()),
        "entry_oid": _Column(Kind.ID, oids),
    }
    return _frame(columns, library)


def _frame(columns: Mapping[str, _Column], library: str | None) -> Any:
    module = _library(library)
    if module.__name__ == "pandas":
        series = {
            name: module.Series(_values(column), dtype=_PANDAS[column.kind])
            for name, column in columns.items()
        }
        return module.DataFrame(series)
    kinds = {
        Kind.NUMBER: module.Float64,
        Kind.ID: module.Int64,
        Kind.TEXT: module.String,
        Kind.FLAG: module.Boolean,
        Kind.TIME: module.Datetime("us", "UTC"),
        Kind.DAY: module.Date,
    }
    return module.DataFrame(
        [
            module.Series(name, _values(column), dtype=kinds[column.kind])
            for name, column in columns.items()
        ]
    )


def _values(column: _Column) -> Any:
    """The values as a library takes them: numbers as an array, unknown as NaN."""
    if column.kind is not Kind.NUMBER:
        return column.values
    return np.array(
        [math.nan if each is None else float(each) for each in column.values]
    )


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


def _flat(value: Any, hint: Any, path: str = "") -> Iterator[tuple[str, Kind, Any]]:
    """Each figure of the type with its path, including figures that are unknown."""
    kind, _unit = unwrapped(hint)
    if is_typeddict(kind):
        for name, below in get_type_hints(kind, include_extras=True).items():
            each = None if value is None else value.get(name)
            yield from _flat(each, below, f"{path}.{name}" if path else name)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _flat(each, float, f"{path}.{name}")
    elif get_origin(kind) not in {list, dict}:
        held = _kind(hint)
        yield path, held, _typed(value, held)


def _kind(hint: Any) -> Kind:
    """What a figure of that type is held as."""
    inner, unit = unwrapped(hint)
    if unit == "UTC":
        return Kind.DAY if DAY in get_args(hint) else Kind.TIME
    if inner is bool:
        return Kind.FLAG
    return Kind.NUMBER if inner in (int, float, Decimal) else Kind.TEXT


def _typed(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind is Kind.TIME:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if kind is Kind.DAY else value


def _times(times: TimeArray) -> _Column:
    known = [time and time.replace(tzinfo=UTC) for time in times.tolist()]
    return _Column(Kind.TIME, known)
