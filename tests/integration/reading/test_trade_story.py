"""The story of a trade, from the rows around it."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from nof1_tracker.analyzer.decisions.plan_discipline import Exit
from nof1_tracker.analyzer.decisions.trade_story import StepKind
from nof1_tracker.analyzer.report.build_report import empty_report
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.database import models
from nof1_tracker.services.reading.season_stories import read_season_stories
from nof1_tracker.services.reading.whole_rows import read_trade_story
from nof1_tracker.services.report import read_report
from tests.integration.reading.boards import NOW, Board, Run, ago

OPENED, CLOSED = ago(minutes=60), ago(minutes=20)
ORDER = 214292457928


def said(board: Board, at: datetime, signal: str, **changes: Any) -> None:
    """A decision of alpha for ETH, in a conversation of its own."""
    name = f"alpha_{at:%H%M%S}"
    chat_id = board.chat("alpha", name, timestamp=at)
    fields: dict[str, Any] = {
        "stop_loss": Decimal(95),
        "profit_target": Decimal(120),
        "risk_usd": Decimal(50),
        "justification": f"Because {signal}.",
    }
    board.add(
        models.ChatDecisionRow(
            model_chat_id=chat_id, symbol="ETH", signal=signal, **(fields | changes)
        )
    )


def price(board: Board, at: datetime, usd: str) -> None:
    board.add(models.Price(symbol="ETH", observed_at=at, price=Decimal(usd)))


@pytest.fixture
def life(board: Board) -> Board:
    """Bought at 100 with stop 95 and target 120; the stop was raised to 99; a half was
    sold at 110, the other at 99."""
    said(board, ago(minutes=70), "close_position")  # of the trade before
    said(board, OPENED.replace(microsecond=500), "buy_to_enter")
    for minutes in (55, 50, 45):
        said(board, ago(minutes=minutes), "hold")
    said(board, ago(minutes=40), "hold", stop_loss=Decimal(99))
    said(board, ago(minutes=30), "close_position", stop_loss=Decimal(99))
    said(board, ago(minutes=10), "buy_to_enter")  # of the trade after
    half = {"symbol": "ETH", "entry_oid": ORDER, "opened_at": OPENED}
    board.trade(
        "alpha",
        "alpha_1-first0half",
        exit_price=Decimal(110),
        closed_at=ago(minutes=30, seconds=10),
        **half,
    )
    board.trade(
        "alpha",
        "alpha_1-other0half",
        exit_price=Decimal(99),
        pnl=Decimal(-1),
        closed_at=CLOSED,
        **half,
    )
    board.trade("alpha", "alpha_2", symbol="ETH", entry_oid=8, opened_at=OPENED)
    price(board, ago(minutes=52), "97")
    price(board, ago(minutes=33), "111")
    price(board, ago(minutes=5), "500")
    return board


def test_a_story_has_its_steps_in_order(engine: Engine, life: Board) -> None:
    story = read_trade_story(engine, "alpha_1-other0half")

    assert [(step.kind, step.times) for step in story.steps] == [
        (StepKind.DECIDED, 1),
        (StepKind.OPENED, 1),
        (StepKind.HELD, 3),
        (StepKind.REPLANNED, 1),
        (StepKind.EXITED, 1),
        (StepKind.CLOSED, 1),
        (StepKind.CLOSED, 1),
    ]
    held = story.steps[2]
    assert (held.at, held.until) == (ago(minutes=55), ago(minutes=45))
    assert [leg.trade_id for leg in story.legs] == [
        "alpha_1-first0half",
        "alpha_1-other0half",
    ]


def test_stop_and_target_stand_against_what_happened(
    engine: Engine, life: Board
) -> None:
    story = read_trade_story(engine, "alpha_1-other0half")

    first, other = (step for step in story.steps if step.kind is StepKind.CLOSED)
    assert (first.exit, other.exit) == (Exit.WITHIN_PLAN, Exit.STOPPED)
    assert story.plan is not None
    assert story.plan.stop_loss == Decimal(99)
    assert story.plan.profit_target == Decimal(120)
    assert story.worst is not None
    assert story.best is not None
    assert story.worst.price == Decimal(97)
    assert story.best.price == Decimal(111)
    assert story.net_pnl == 9  # 10 - 1
    assert story.risk_multiple == Decimal("0.18")  # 9 / 50


def test_a_story_is_told_with_the_models_words(run: Run, life: Board) -> None:
    text = " ".join(run("trades", "show", "other0half").split())

    for words in (
        "Alpha, long ETH alpha_1-other0half",
        "-1.00, +9.00 over all 2 parts of its entry, +0.18 times the risk of 50.00",
        "decided to open",
        "Because buy_to_enter.",
        "opened 2 at 100.00, order 214292457928",
        "held 3 times, 10 min",
        "changed its plan",
        "closed 1 at 99.000, at its stop, net $ -1.00",
    ):
        assert words in text
    assert "500" not in text
    assert "not stored" not in text


def test_a_story_for_programs_has_the_same(run: Run, life: Board) -> None:
    story = json.loads(run("trades", "show", "other0half", "--json"))

    assert story["trade"]["trade_id"] == "alpha_1-other0half"
    assert [step["kind"] for step in story["steps"]][:3] == [
        "decided",
        "opened",
        "held",
    ]
    assert story["steps"][0]["decision"]["justification"] == "Because buy_to_enter."
    assert story["steps"][-1]["exit"] == "stopped"
    assert story["lowest"]["price"] == 97
    assert story["risk_multiple"] == 0.18
    assert story["fills"] == []


def test_what_is_not_stored_is_said(run: Run, board: Board) -> None:
    board.trade("alpha", "alpha_9", entry_oid=None)

    text = run("trades", "show", "alpha_9")

    assert "The conversation that opened it is not stored." in text
    assert "No stored conversation closed it" in text
    assert json.loads(run("trades", "show", "alpha_9", "--json"))["plan"] is None


def test_an_open_position_has_a_story_up_to_when_it_was_seen(
    engine: Engine, board: Board
) -> None:
    board.position(
        "alpha",
        ago(minutes=30),
        symbol="ETH",
        stop_loss=Decimal(90),
        mark_price=Decimal(104),
        risk_usd=Decimal(20),
    )
    board.trade(
        "alpha",
        "alpha_7",
        symbol="ETH",
        entry_oid=7,
        exit_price=None,
        pnl=None,
        closed_at=None,
        opened_at=OPENED,
    )

    story = read_trade_story(engine, "alpha_7")

    assert [step.kind for step in story.steps] == [StepKind.OPENED]
    assert story.plan is not None
    assert story.plan.stop_loss == Decimal(90)
    assert story.plan.profit_target is None
    assert story.best is not None
    assert story.best.price == Decimal(104)
    assert story.risk_usd == Decimal(20)
    assert (story.net_pnl, story.risk_multiple) == (None, None)


def test_a_trade_that_is_not_stored_is_an_error(run: Run, life: Board) -> None:
    assert "No trade has the id 'nobody'." in run("trades", "show", "nobody", code=2)
    said_so = run("trades", "show", "alpha_1", code=2)
    assert "alpha_1-other0half, alpha_1-first0half" in said_so


def test_the_list_shows_the_end_of_each_id(run: Run, life: Board) -> None:
    assert "her0half" in run("trades")
    assert run("trades", "list") == run("trades")


def test_a_story_cannot_steer_the_terminal(run: Run, board: Board) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\u202e[bold]x[/bold]"
    board.trade("alpha", "alpha_7", symbol="ETH", opened_at=OPENED)
    said(board, OPENED, "buy_to_enter", justification=hostile)

    text = run("trades", "show", "alpha_7")

    assert not set(text) & set("\x1b\x07\u202e")
    assert "[bold]x[/bold]" in text


def test_a_report_has_a_story_of_each_entry(engine: Engine, life: Board) -> None:
    for minutes, stop in ((58, 95), (50, 95), (35, 99), (25, 99)):
        life.position(
            "alpha",
            ago(minutes=minutes),
            symbol="ETH",
            entry_oid=ORDER,
            stop_loss=Decimal(stop),
            profit_target=Decimal(120),
        )
    life.trade("beta", "beta_1", opened_at=OPENED, closed_at=CLOSED)
    life.trade("beta", "beta_2", opened_at=CLOSED, exit_price=None, closed_at=None)

    report = read_report(engine, NOW, models=["alpha"])
    stories = {
        each.trade.trade_id: each for each in read_season_stories(engine, report)
    }

    assert set(stories) == {"alpha_1-first0half", "alpha_2"}
    whole = read_trade_story(engine, "alpha_1-first0half")
    told = stories["alpha_1-first0half"]
    assert told.legs == whole.legs
    assert [step.kind for step in told.steps] == [
        StepKind.DECIDED,
        StepKind.OPENED,
        StepKind.EXITED,
        StepKind.CLOSED,
        StepKind.CLOSED,
    ]
    exits = [step.exit for step in told.steps if step.leg]
    assert exits == [step.exit for step in whole.steps if step.leg]
    assert exits == [Exit.WITHIN_PLAN, Exit.STOPPED]
    assert told.risk_multiple == whole.risk_multiple


def test_the_stories_of_a_report_end_with_it(engine: Engine, life: Board) -> None:
    report = read_report(engine, NOW, until=ago(minutes=25))
    stories = {
        each.trade.trade_id: each for each in read_season_stories(engine, report)
    }

    (leg,) = stories["alpha_1-first0half"].legs
    assert leg.closed_at == ago(minutes=30, seconds=10)
    assert all(
        step.at < ago(minutes=25) for story in stories.values() for step in story.steps
    )


def test_a_database_without_a_season_has_no_stories(engine: Engine) -> None:
    report = empty_report(NOW, ReportRules())

    assert read_season_stories(engine, report) == ()


def test_of_very_many_trades_the_newest_have_stories(
    engine: Engine, life: Board
) -> None:
    report = read_report(engine, NOW)

    (newest,) = read_season_stories(engine, report, most=1)

    assert newest.trade.trade_id == "alpha_1-other0half"
