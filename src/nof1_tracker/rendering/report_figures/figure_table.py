"""The figures of a report by their paths, and how people read those of a model."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import (
    Annotated,
    Any,
    Final,
    NamedTuple,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from typing_extensions import is_typeddict

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.report_figures.decision_figures import (
    DisciplineFigures,
    MindFigures,
)
from nof1_tracker.rendering.report_figures.declaration import Figure, IntervalOf, Part
from nof1_tracker.rendering.report_figures.equity_figures import (
    BenchmarkFigures,
    EquityFigures,
    StandingShape,
)
from nof1_tracker.rendering.report_figures.trade_figures import TradeFigures
from nof1_tracker.rendering.report_figures.uncertainty_figures import UncertaintyFigures
from nof1_tracker.rendering.report_figures.units import unwrapped
from nof1_tracker.rendering.sentences import GAP_MARK, MARK, lacks_equity

T = TypeVar("T")
_SECTIONS: Final = {
    "standing": StandingShape,
    "trades": TradeFigures,
    "equity": EquityFigures,
    "against_benchmark": BenchmarkFigures,
    "mind": MindFigures,
    "uncertainty": UncertaintyFigures,
}
_OF_TRADES: Final = (
    "trades",
    "mind.calibration",
    "mind.discipline",
    "mind.flips",
    "mind.time_to_fill",
)
_OF_CURVE: Final = ("equity", "against_benchmark")


@dataclass(frozen=True, slots=True)
class DeclaredFigure:
    """A figure at its place in a report.

    Attributes:
        path: Its place in a model's object in the JSON.
        label: Its name for people, with that of the part that it is in.
        unit: As in the JSON Schema.
        rows: True where it is a cell in a table of parts.
    """

    path: str
    figure: Figure
    label: str
    unit: str
    is_in_row: bool

    @property
    def form(self) -> Callable[[Any], str]:
        """How people read its value; None is a dash."""
        return self.figure.format_of(self.unit)

    @property
    def is_listed(self) -> bool:
        """True where it stands for itself: in no row, and no repetition of another."""
        return not self.is_in_row and not self.figure.repeats


class Shown(NamedTuple):
    """A figure of a model as people read it.

    Attributes:
        mark: What follows it where it rests on incomplete data.
    """

    declared: DeclaredFigure
    value: Any
    text: str
    mark: str


def _remark(hint: Any, kind: type[T]) -> T | None:
    """The remark of that kind at a field."""
    remarks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((each for each in remarks if isinstance(each, kind)), None)


def _declared(shape: Any, path: str, part: Part) -> Iterator[DeclaredFigure]:
    """Every figure below the path, in the order in which it is declared."""
    for name, hint in get_type_hints(shape, include_extras=True).items():
        below, unit = unwrapped(hint)
        figure, place = _remark(hint, Figure), f"{path}.{name}"
        if figure is not None:
            label = part.label.format(figure.label)
            yield DeclaredFigure(place, figure, label, unit, part.is_row)
        elif is_typeddict(below) and _remark(hint, IntervalOf) is None:
            yield from _declared(below, place, _remark(hint, Part) or part)


_OWN: Final = Part(label="{}")
FIGURES: Final = {
    each.path: each
    for section, shape in _SECTIONS.items()
    for each in _declared(shape, section, _OWN)
}
"""Every figure of a model, by its path in the JSON."""
INTERVALS: Final = {
    remark.path: f"uncertainty.{name}"
    for name, hint in get_type_hints(UncertaintyFigures, include_extras=True).items()
    if (remark := _remark(hint, IntervalOf)) is not None
}
"""The path of the interval of each figure that has one."""
GROUPS: Final = {
    name: part.label
    for name, hint in get_type_hints(TradeFigures, include_extras=True).items()
    if (part := _remark(hint, Part)) is not None
}
"""The groups of trades, and their labels."""
EXITS: Final = tuple(
    f"mind.discipline.{name}"
    for name in get_type_hints(DisciplineFigures)
    if name not in {"known", "respected_share"}
)
"""How closed entries ended, relative to their plan."""


@cache
def cells_of(shape: Any) -> dict[str, DeclaredFigure]:
    """The figures of a row of a table, by the name of their field."""
    return {each.path[1:]: each for each in _declared(shape, "", _OWN)}


def value_of(subject: Any, path: str) -> Any:
    """The value at that path; None where a part of it is."""
    for name in path.split("."):
        if subject is None:
            return None
        subject = getattr(subject, name)
    return subject


def shown(model: ModelReport, path: str) -> Shown:
    """A figure of the model as people read it."""
    declared, value = FIGURES[path], value_of(model, path)
    beside = declared.figure.needs
    if beside and not value_of(model, f"{path.rpartition('.')[0]}.{beside}"):
        value = None
    if path.startswith("trades.") and not _has_legs(model):
        value = None
    return Shown(declared, value, declared.form(value), mark_of(model, path))


def _has_legs(model: ModelReport) -> bool:
    """False where no leg of the season is stored, so that a count of 0 says nothing."""
    standing = model.standing
    return bool(model.coverage.stored) or standing is None or standing.has_legs


def shown_below(
    model: ModelReport, *paths: str, without: Collection[str] = ()
) -> list[Shown]:
    """The figures of the model below those paths that stand for themselves.

    Args:
        without: Paths of those, and of parts, that are left out.
    """
    found = [
        shown(model, each.path)
        for path in paths
        for each in FIGURES.values()
        if _is_below(each.path, [path])
        and each.is_listed
        and not _is_below(each.path, without)
    ]
    return [
        each
        for each in found
        if each.value is not None or not each.declared.figure.is_rare
    ]


def _is_below(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(f"{place}.") for place in places)


def mark_of(model: ModelReport, path: str) -> str:
    """What follows a figure that rests on part of the trades, or on equity with gaps."""
    if path.startswith(_OF_TRADES):
        return MARK if model.coverage.is_partial else ""
    depends = path.startswith(_OF_CURVE) and not FIGURES[path].figure.spans_gaps
    return GAP_MARK if depends and lacks_equity(model) else ""
