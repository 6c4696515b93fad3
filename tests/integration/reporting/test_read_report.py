"""The report as a user gets it: which season, whom, which part of it."""

import math
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import Engine

from nof1_tracker.analyzer.equity.equity_metrics import Withheld
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.rendering.terminal.report.equity import drawdown_sentence
from nof1_tracker.services.report import read_report
from tests.integration.reading.boards import NOW, Board, ago


def test_an_empty_database_has_an_empty_report(engine: Engine) -> None:
    report = read_report(engine, NOW)
    assert (report.season, report.models, report.start) == (None, (), None)
    assert report.at == NOW


def test_the_season_is_the_newest_that_has_data(engine: Engine, board: Board) -> None:
    board.snapshot("alpha", "9000", ago(hours=1), season=1.5)
    board.snapshot("alpha", "11000", ago(hours=2))

    newest = read_report(engine, NOW)
    named = read_report(engine, NOW, season=Decimal(1))
    earlier = read_report(engine, NOW, until=ago(hours=1))
    assert newest.season is not None
    assert newest.season.number == Decimal("1.5")
    assert named.season == earlier.season
    assert named.season is not None
    assert named.season.number == 1


def test_an_unknown_season_or_model_is_named_with_what_is_known(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "11000", ago(hours=1))
    with pytest.raises(ConfigurationError, match="no season 7"):
        read_report(engine, NOW, season=Decimal(7))
    with pytest.raises(ConfigurationError, match="'gamma'") as caught:
        read_report(engine, NOW, models=["gamma"])
    assert "alpha" in caught.value.remedy


def test_a_window_that_ends_before_it_starts_is_refused(engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="end before it starts"):
        read_report(engine, NOW, since=ago(hours=1), until=ago(hours=2))
    with pytest.raises(ConfigurationError, match="end before it starts"):
        read_report(engine, NOW, since=NOW + timedelta(hours=1))


def test_some_models_keep_their_ranks_among_all(engine: Engine, board: Board) -> None:
    for name, equity in (("alpha", "12000"), ("beta", "11000"), ("gamma", "9000")):
        board.snapshot(name, equity, ago(hours=1))

    report = read_report(engine, NOW, models=["gamma", "BETA"])
    ranks = {
        each.account.account_id: each.standing and each.standing.rank
        for each in report.models
    }
    assert ranks == {"beta": 2, "gamma": 3}
    assert report.ranking.matrix.names == ("beta", "gamma")


def test_a_report_is_as_of_its_end_whose_levels_close_it(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "11000", ago(hours=2))
    board.snapshot("alpha", "12000", ago(hours=1))
    board.snapshot("alpha", "13000", ago(minutes=59))
    board.trade("alpha", "t1", closed_at=ago(hours=2))
    board.trade("alpha", "t2", closed_at=ago(hours=1))

    (model,) = read_report(engine, NOW, until=ago(hours=1)).models
    assert model.standing is not None
    assert model.standing.equity == 12_000
    assert (model.standing.trades, model.trades.total_trades) == (1, 1)
    assert model.equity is not None
    assert model.equity.final_equity == 12_000


def test_windows_chain_to_the_whole(engine: Engine, board: Board) -> None:
    for hours in range(48, -1, -1):
        equity = 10_000 + 37 * (48 - hours) - 210 * (hours % 5)
        board.snapshot("alpha", str(equity), ago(hours=hours + 0.3))

    edges = [ago(hours=hours) for hours in (40, 25.5, 12, 3)]
    growth = 1.0
    for since, until in pairwise(edges):
        (model,) = read_report(engine, NOW, since=since, until=until).models
        assert model.equity is not None
        assert model.equity.total_return is not None
        growth *= 1 + model.equity.total_return
    (whole,) = read_report(engine, NOW, since=edges[0], until=edges[-1]).models
    assert whole.equity is not None
    assert whole.equity.total_return == pytest.approx(growth - 1)
    # 40 h and 3 h ago the newest equities were those of 40.3 and 3.3 h ago.
    first, last = 10_000 + 37 * 8, 10_000 + 37 * 45 - 210 * 3
    assert growth == pytest.approx(last / first)


def test_no_figure_of_an_account_depends_on_whom_else_is_asked_for(
    engine: Engine, board: Board
) -> None:
    # alpha: 10,000 -> 12,000 -> 9,000 between two full hours -> 11,000
    board.model("alpha", started_at=ago(hours=9.7))
    board.model("beta", started_at=ago(hours=9.2))
    for hours, equity in ((8, "12000"), (7.6, "9000"), (7.1, "11000"), (1.5, "11500")):
        board.snapshot("alpha", equity, ago(hours=hours))
    for hours in range(9, 0, -1):
        board.snapshot("beta", str(10_000 + 10 * hours), ago(hours=hours + 0.1))
    board.snapshot("beta", "10500", ago(minutes=5))

    report = read_report(engine, NOW)
    for each in report.models:
        (alone,) = read_report(engine, NOW, models=[each.account.account_id]).models
        assert alone.equity == each.equity
        assert alone.trades == each.trades
    (alpha,) = read_report(engine, NOW, models=["alpha"]).models
    assert alpha.equity is not None
    assert alpha.equity.drawdown is not None
    assert alpha.equity.drawdown.max_drawdown == pytest.approx(9_000 / 12_000 - 1)
    assert alpha.equity.drawdown.trough_at == ago(hours=7.6)


def test_what_rests_on_too_little_is_withheld(engine: Engine, board: Board) -> None:
    for hours in range(101, 0, -1):
        restless = str(10_000 + 100 * (hours % 2))
        board.snapshot("whole", restless, ago(hours=hours))
        if not 40 < hours < 60:
            board.snapshot("gappy", restless, ago(hours=hours))
        if hours < 50:
            board.snapshot("short", restless, ago(hours=hours))
        board.snapshot("line", str(20_000 - 10 * hours), ago(hours=hours))

    since = ago(hours=101)
    models = read_report(engine, NOW, since=since, until=ago(hours=1)).models
    equity = {each.account.account_id: each.equity for each in models}
    assert equity["short"] is None
    found = {name: each and each.withheld for name, each in equity.items()}
    assert found == {
        "whole": None,
        "gappy": Withheld.FEW_RETURNS,
        "line": Withheld.FLAT,
        "short": None,
    }
    whole = equity["whole"]
    assert whole is not None
    assert whole.annualised_return is whole.calmar_ratio is None
    # 10,100 -> 10,000 -> ... -> 10,100: fifty falls of 1/101, fifty rises of 1/100.
    mean = (0.01 - 1 / 101) / 2
    squares = 50 * ((0.01 - mean) ** 2 + (1 / 101 + mean) ** 2)
    expected = mean / math.sqrt(squares / 99) * math.sqrt(8760)
    assert whole.sharpe_ratio == pytest.approx(expected)
    assert whole.return_over_drawdown == 0


def test_now_itself_is_inside(engine: Engine, board: Board) -> None:
    board.snapshot("alpha", "11000", NOW)
    board.trade("alpha", "t1", closed_at=NOW)

    for until in (None, NOW + timedelta(days=5)):
        (model,) = read_report(engine, NOW, until=until).models
        assert model.standing is not None
        assert model.standing.equity == 11_000
        assert model.trades.total_trades == 1


def test_standing_and_trades_agree_on_wins(engine: Engine, board: Board) -> None:
    board.snapshot("alpha", "11000", ago(hours=1))
    board.trade("alpha", "won", pnl=Decimal("0.000000000001"))
    board.trade("alpha", "even", pnl=Decimal(0))
    board.trade("alpha", "lost", pnl=Decimal(-1))
    board.trade("alpha", "unknown", pnl=None)

    (model,) = read_report(engine, NOW).models
    assert model.standing is not None
    assert model.standing.win_rate == Decimal(1) / 3
    assert model.standing.trades == 4
    assert (model.trades.wins, model.trades.total_trades) == (1, 3)


def test_a_rule_changes_the_figures_that_rest_on_it(
    engine: Engine, board: Board
) -> None:
    with board.at_once():
        for hours in range(48):
            board.snapshot("alpha", str(10_000 + 10 * (hours % 5)), ago(hours=hours))
    fine = read_report(engine, NOW)
    coarse = read_report(engine, NOW, rules=ReportRules(step=timedelta(hours=6)))

    assert fine.models[0].equity is not None
    assert coarse.models[0].equity is not None
    assert fine.models[0].equity.periods > 5 * coarse.models[0].equity.periods
    assert coarse.rules.step == timedelta(hours=6)


def test_rows_outside_every_season_have_a_report_from_what_was_first_seen(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "20000", ago(hours=3), season=0)
    board.snapshot("alpha", "21000", ago(hours=1), season=0)

    report = read_report(engine, NOW, season=Decimal(0))
    (model,) = report.models
    assert report.start == ago(hours=3)
    assert model.equity is not None
    assert model.equity.total_return == pytest.approx(0.05)


def test_over_an_outage_a_fall_is_at_least_what_was_seen_and_one_return(
    engine: Engine, board: Board
) -> None:
    """A steady gain of 10 $ an hour; in six hours that nobody saw, 30 % were lost."""
    after = 0.7 * (10_000 + 10 * 119)
    for hours in range(240, 0, -1):
        if hours > 120:
            board.snapshot("alpha", str(10_000 + 10 * (240 - hours)), ago(hours=hours))
        elif hours < 115:
            level = after + 10 * (114 - hours)
            board.snapshot("alpha", str(round(level, 2)), ago(hours=hours))

    since, until = ago(hours=240), ago(hours=1)
    (model,) = read_report(engine, NOW, since=since, until=until).models
    equity, interval = model.equity, model.uncertainty.total_return
    assert equity is not None
    assert equity.drawdown is not None
    assert equity.gaps == 1
    assert equity.drawdown.max_drawdown == pytest.approx(-0.3)
    assert drawdown_sentence(equity) == (
        "at least -30.0 %: it may be deeper in the gaps."
    )
    gained = (after + 10 * 113) / 10_000 - 1
    assert equity.total_return == pytest.approx(gained)
    assert interval is not None
    assert interval.low < gained < interval.high


def test_return_less_benchmark_is_the_excess(engine: Engine, board: Board) -> None:
    """10,100 -> 10,900 against 10,050 -> 10,450, which were seen half an hour earlier."""
    board.model("held", is_benchmark=True)
    for hours in range(9, 0, -1):
        board.snapshot("alpha", str(11_000 - 100 * hours), ago(hours=hours))
        board.snapshot("held", str(10_500 - 50 * hours), ago(hours=hours + 0.5))

    since, until = ago(hours=9), ago(hours=1)
    models = read_report(engine, NOW, since=since, until=until).models
    (beside,) = [each.against_benchmark for each in models if each.against_benchmark]
    assert beside.total_return == pytest.approx(10_900 / 10_100 - 1)
    assert beside.benchmark_return == pytest.approx(10_450 / 10_050 - 1)
    assert beside.excess_return == pytest.approx(10_900 / 10_100 - 10_450 / 10_050)
