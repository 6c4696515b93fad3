"""Reports in notebooks: objects, and data frames of what is installed."""

import dataclasses
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import polars as pl
import pytest

from nof1_tracker.analyzer import season_report
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.rendering.programs.report.notebook_report import NotebookReport
from tests.integration.reading.boards import Board, ago

pd: Any = import_module("pandas")  # it ships no types
TYPES = {
    "pandas": {"float64", "object", "datetime64[us, UTC]", "boolean"},
    "polars": {
        "Float64",
        "String",
        "Boolean",
        "Date",
        "Datetime(time_unit='us', time_zone='UTC')",
    },
}


@pytest.fixture
def report(board: Board, migrated_url: str) -> NotebookReport:
    """Of two models; beta has no trades."""
    for hours in (3, 2, 1):
        board.snapshot("alpha", str(11_000 - 100 * hours), ago(hours=hours))
    board.snapshot("beta", "9000", ago(hours=1))
    board.trade("alpha", "later", closed_at=ago(hours=1), entry_oid=5)
    board.trade("alpha", "sooner", closed_at=ago(hours=2), pnl=Decimal(-4), fees=None)
    return season_report(database_url=migrated_url)


def test_a_report_is_of_frozen_objects(report: NotebookReport) -> None:
    assert report.season is not None
    assert report.season.number == 1
    assert [each.account.account_id for each in report.models] == ["alpha", "beta"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.benchmark = "me"  # type: ignore[misc]


def test_the_configured_database_is_read_where_none_is_named(
    report: NotebookReport, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    again = season_report(1, models="alpha")
    (model,) = again.models
    assert model.trades == report.models[0].trades


def test_a_frame_has_a_row_per_model_and_a_column_per_path(
    report: NotebookReport,
) -> None:
    frame = report.to_frame()

    assert isinstance(frame, pd.DataFrame)
    assert frame["model_id"].tolist() == ["alpha", "beta"]
    assert frame["trades.net_pnl"].tolist() == [6, 0]
    assert frame["trades.winners.count"].tolist() == [1, 0]
    assert frame["trades.avg_net_pnl"].isna().tolist() == [False, True]
    assert frame["standing.equity"].tolist() == [10_900, 9_000]
    observed = frame["standing.observed_at"]
    assert observed.tolist() == [ago(hours=1), ago(hours=1)]
    assert not any(isinstance(each, dict | list) for each in frame.iloc[0])


def test_a_figure_that_no_model_has_is_a_column_all_the_same(
    report: NotebookReport,
) -> None:
    frame = report.to_frame()

    assert report.benchmark is None
    assert frame["against_benchmark.excess_return"].isna().all()
    assert frame["equity.best_day.day"].isna().all()
    assert frame["uncertainty.win_rate.low"].isna().tolist() == [True, True]


def test_polars_has_the_same_frame(report: NotebookReport) -> None:
    frame, other = report.to_frame("polars"), report.to_frame("pandas")

    assert isinstance(frame, pl.DataFrame)
    assert frame.columns == list(other.columns)
    assert frame["trades.net_pnl"].to_list() == [6, 0]
    assert frame["standing.observed_at"].to_list() == [ago(hours=1)] * 2


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_model_has_frames_of_its_equity_and_its_trades(
    report: NotebookReport, library: Any
) -> None:
    alpha = report.models[0]
    equity, trades = alpha.equity_frame(library), alpha.trades_frame(library)

    assert list(equity.columns) == ["time", "equity"]
    assert equity["time"][0] == datetime(2025, 10, 17, tzinfo=UTC)
    assert equity["equity"][0] == 10_000
    assert list(trades["net_pnl"]) == [-4, 10]
    assert list(trades["side"]) == ["long", "long"]
    assert list(trades["closed_at"]) == [ago(hours=2), ago(hours=1)]
    assert trades["entry_oid"][1] == 5


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_has_its_columns_and_types_whatever_the_data(
    report: NotebookReport, migrated_url: str, library: Any
) -> None:
    nothing = season_report(1.5, database_url=migrated_url).to_frame(library)
    frame = report.to_frame(library)

    assert len(nothing) == 0
    common = [name for name in nothing.columns if name in set(frame.columns)]
    assert len(common) > 100
    assert [str(nothing[name].dtype) for name in common] == [
        str(frame[name].dtype) for name in common
    ]
    assert {str(frame[name].dtype) for name in common} == TYPES[library]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_of_a_model_without_trades_have_their_types(
    report: NotebookReport, library: Any
) -> None:
    alpha, beta = report.models

    for frame in ("equity_frame", "trades_frame"):
        full, empty = (getattr(each, frame)(library) for each in (alpha, beta))
        assert [str(full[name].dtype) for name in full.columns] == [
            str(empty[name].dtype) for name in empty.columns
        ]


@pytest.mark.parametrize(
    "since", [date(2025, 10, 28), "2025-10-28", "2025-10-28T00:00Z"]
)
def test_a_day_or_a_text_is_a_time(
    report: NotebookReport, migrated_url: str, since: date | str
) -> None:
    found = season_report(since=since, database_url=migrated_url)

    assert found.since == datetime(2025, 10, 28, tzinfo=UTC)
    with pytest.raises(ConfigurationError, match="not a valid time"):
        season_report(until="noonish", database_url=migrated_url)


def test_polars_serves_where_pandas_is_not_installed(
    report: NotebookReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert isinstance(report.to_frame(), pl.DataFrame)


def test_without_either_library_the_error_says_what_to_install(
    report: NotebookReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ConfigurationError, match="not installed") as caught:
        report.to_frame()
    assert "nof1-tracker[notebook]" in caught.value.remedy


def test_what_makes_no_sense_is_refused_in_a_line(migrated_url: str) -> None:
    naive = ago(days=3).replace(tzinfo=None)
    with pytest.raises(ConfigurationError, match="no time zone"):
        season_report(since=naive, database_url=migrated_url)
    with pytest.raises(ConfigurationError, match="not a valid season number"):
        season_report("first", database_url=migrated_url)
    with pytest.raises(ConfigurationError, match="no season 9"):
        season_report(9, database_url=migrated_url)


def test_a_report_ends_at_the_close_where_that_is_asked_for(
    board: Board, migrated_url: str
) -> None:
    board.close(1, ago(hours=2))
    board.snapshot("alpha", "12000", ago(hours=3))
    board.snapshot("alpha", "11000", ago(hours=1))

    closed = season_report(at="close", database_url=migrated_url).models[0]
    last = season_report(database_url=migrated_url).models[0]

    assert closed.equity is not None
    assert last.equity is not None
    assert (closed.equity.final_equity, last.equity.final_equity) == (12_000, 11_000)
    with pytest.raises(ConfigurationError, match="cannot be cut at 'noon'"):
        season_report(at="noon", database_url=migrated_url)  # type: ignore[arg-type]
