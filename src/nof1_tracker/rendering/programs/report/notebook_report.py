"""A season's report for notebooks: the same objects, plus data frames."""

from dataclasses import dataclass, fields
from typing import Any, Literal

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.rendering.programs.report.frames import (
    equity_frame,
    models_frame,
    trades_frame,
)

Library = Literal["pandas", "polars"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NotebookModel(ModelReport):
    """A model's report with methods that return data frames."""

    def equity_frame(self, library: Library | None = None) -> Any:
        """A data frame of `curve`: `time`, `equity` (USD; NaN in gaps).

        Raises:
            ConfigurationError: Neither pandas nor polars is installed.
        """
        return equity_frame(self.curve, library)

    def trades_frame(self, library: Library | None = None) -> Any:
        """A data frame of `legs`, in order of closing; raises as equity_frame."""
        return trades_frame(self.legs, library)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NotebookReport(SeasonReport):
    """A season's report with methods that return data frames."""

    models: tuple[NotebookModel, ...]

    def to_frame(self, library: Library | None = None) -> Any:
        """A data frame with one row per model; columns are named by paths in the JSON.

        Args:
            library: None takes pandas where it is installed, else polars.

        Raises:
            ConfigurationError: Neither is installed.
        """
        return models_frame(self.models, library)

    @property
    def competitors(self) -> tuple[NotebookModel, ...]:
        """The models that are not benchmarks."""
        return tuple(each for each in self.models if not each.account.is_benchmark)


def for_notebooks(report: SeasonReport) -> NotebookReport:
    """The same report, with methods that return data frames."""
    models = tuple(NotebookModel(**_fields(each)) for each in report.models)
    return NotebookReport(**{**_fields(report), "models": models})


def _fields(report: SeasonReport | ModelReport) -> dict[str, Any]:
    return {each.name: getattr(report, each.name) for each in fields(report)}
