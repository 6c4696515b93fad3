"""What nof1 publishes of the real season comes out of the database the same."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL
from typer.testing import CliRunner

from nof1_tracker.database.connection import reset_engine
from nof1_tracker.main import app
from tests.databases import as_text, scratch_database
from tests.published import CAPTURE, COMPLETE, PARTIAL, figure, published_pairs

pytestmark = pytest.mark.captures

UNTIL = "2025-10-28T06:52:00Z"
"""After the first of the two captures that hold trades, before the second."""
Reports = dict[str, Any]


def run(url: str, *words: str) -> str:
    """What a command prints on that database."""
    reset_engine()
    # Without it, the archive would lie beside the person's own.
    env = {"NOF1_DATABASE_URL": url, "NOF1_ARCHIVE": "off"}
    result = CliRunner().invoke(app, list(words), env=env, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """An empty database for all tests here."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            file = tmp_path_factory.mktemp("real") / "nof1.db"
            shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
            yield f"sqlite:///{file}"
        else:
            server: URL = request.getfixturevalue("postgresql_server")
            template: str = request.getfixturevalue("migrated_postgresql")
            made = stack.enter_context(scratch_database(server, template))
            yield as_text(made)
        reset_engine()


@pytest.fixture(scope="module")
def reports(url: str, captures: Path) -> Reports:
    """`report --format json` of that capture alone, and of all of them up to it."""
    run(url, "import", str(captures / CAPTURE))
    alone = run(url, "report", "--format", "json")
    run(url, "import", str(captures))
    up_to_it = run(url, "report", "--format", "json", "--until", UNTIL)
    return {"alone": json.loads(alone), "up_to_it": json.loads(up_to_it)}


@pytest.fixture(scope="module")
def published(captures: Path) -> Reports:
    """nof1's own tables by model."""
    served = json.loads((captures / CAPTURE / "analytics.json").read_text())
    return {row["model_id"]: row for row in served["analytics"]}


def model_of(report: Any, model_id: str) -> Any:
    return next(each for each in report["models"] if each["model_id"] == model_id)


@pytest.mark.parametrize("of", ["alone", "up_to_it"])
@pytest.mark.parametrize("model_id", COMPLETE)
def test_every_published_figure_that_rests_on_trades_is_reproduced(
    reports: Reports, published: Reports, of: str, model_id: str
) -> None:
    model = model_of(reports[of], model_id)

    pairs = list(published_pairs(published[model_id], model["trades"]))
    for name, theirs, ours in pairs:
        assert (ours or 0) == pytest.approx(theirs, rel=1e-9, abs=0), name
        assert (ours is None) <= (theirs == 0), name
    assert len(pairs) == 46
    assert model["coverage"]["stored"] == model["coverage"]["reported"]


@pytest.mark.parametrize("model_id", COMPLETE)
def test_the_deviation_of_fees_is_right_where_the_published_one_is_not(
    reports: Reports, published: Reports, model_id: str
) -> None:
    ours = model_of(reports["alone"], model_id)["trades"]["std_fees"]
    theirs = published[model_id]["fee_pnl_moves_breakdown_table"]["std_taker_fee"]
    assert 0.02 < abs(ours / theirs - 1) < 0.22


@pytest.mark.parametrize("of", ["alone", "up_to_it"])
def test_a_partial_history_says_so_and_stands_beside_what_nof1_reports(
    reports: Reports, published: Reports, of: str
) -> None:
    model = model_of(reports[of], PARTIAL)

    coverage = model["coverage"]
    assert (coverage["stored"], coverage["reported"]) == (100, 174)
    assert model["trades"]["total_trades"] == 100
    theirs = model["reported_by_nof1"]["figures"]
    assert figure(theirs, "total_trades") == 174
    shown = published[PARTIAL]["fee_pnl_moves_breakdown_table"]
    assert figure(theirs, "net_pnl") == shown["overall_pnl_with_fees"]


@pytest.mark.parametrize("model_id", [*COMPLETE, PARTIAL])
def test_what_nof1_reports_is_shown_as_it_is(
    reports: Reports, published: Reports, model_id: str
) -> None:
    theirs = model_of(reports["alone"], model_id)["reported_by_nof1"]["figures"]

    compared = 0
    for name, published_value, ours in published_pairs(published[model_id], theirs):
        if name == "total_fees_as_pct_of_pnl":
            continue  # no figure of ours
        assert ours == pytest.approx(published_value, rel=1e-12, abs=0), name
        compared += 1
    assert compared == 45
