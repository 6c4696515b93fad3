"""What is read of a season for its report, on both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, insert

from nof1_tracker.database import UnitOfWork, models
from nof1_tracker.database.columns import numpy_columns
from nof1_tracker.database.read.windows import window_of
from nof1_tracker.records.account_columns import UNKNOWN
from nof1_tracker.records.enums import ChatDecision, TradeSide, TradeStatus
from nof1_tracker.records.season_history import AccountHistory, SeasonHistory
from tests.integration.reading.boards import (
    BOARD,
    CHAT,
    NOW,
    TOTALS,
    Board,
    ago,
)

NAN = np.nan


def read(
    engine: Engine,
    *,
    season: float = 1,
    since: datetime | None = None,
    until: datetime = NOW,
) -> SeasonHistory:
    with UnitOfWork(engine, frozen=True) as unit:
        seasons = unit.repositories.seasons
        span = seasons.by_number(Decimal(str(season)))
        assert span is not None
        window = window_of(span, seasons.spans, since, until)
        return unit.repositories.history.history(window)


def only(history: SeasonHistory) -> AccountHistory:
    (account,) = history.accounts
    return account


def as_datetimes(*times: datetime) -> list[datetime]:
    return [time.replace(tzinfo=None) for time in times]


def same(found: Any, wanted: list[float]) -> bool:
    return np.array_equal(found, np.array(wanted), equal_nan=True)


# --- accounts ---------------------------------------------------------------------------


def test_an_account_is_in_it_that_has_a_row_of_the_season(
    engine: Engine, board: Board
) -> None:
    board.snapshot("seen", "10000", ago(hours=1), BOARD)
    board.trade("trading", "t1")
    board.chat("talking", "c1")
    board.model("idle")
    board.snapshot("other", "10000", ago(hours=1), season=1.5)
    board.snapshot("later", "10000", NOW + timedelta(hours=1))

    found = {each.account.account_id for each in read(engine).accounts}
    assert found == {"seen", "trading", "talking"}


def test_an_empty_season_has_no_history(engine: Engine) -> None:
    history = read(engine)
    assert history.accounts == ()
    assert len(history.btc_prices) == 0


# --- equity -----------------------------------------------------------------------------


def test_equity_is_of_trusted_sources_oldest_first_up_to_the_end(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10300.25", ago(minutes=1), CHAT)
    board.snapshot("alpha", "10100.125", ago(hours=2), TOTALS)
    board.snapshot("alpha", "9999", ago(minutes=30), BOARD)
    board.snapshot("alpha", "9000", NOW + timedelta(seconds=1))

    snapshots = only(read(engine)).snapshots
    assert snapshots.observed_at.tolist() == as_datetimes(ago(hours=2), ago(minutes=1))
    assert snapshots.equity.tolist() == [10100.125, 10300.25]


def test_the_equity_at_the_end_closes_the_window(engine: Engine, board: Board) -> None:
    board.snapshot("alpha", "10100", ago(hours=1))
    board.snapshot("alpha", "10200", NOW)
    board.trade("alpha", "t1", closed_at=NOW)

    history = only(read(engine))
    assert history.snapshots.equity.tolist() == [10100, 10200]
    assert len(history.legs) == 0


def test_the_history_of_a_window_keeps_the_equity_from_before_it(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10100", ago(days=3))
    board.snapshot("alpha", "10200", ago(hours=1))

    assert len(only(read(engine, since=ago(days=1))).snapshots) == 2


def test_exposure_is_what_all_open_positions_are_worth(
    engine: Engine, board: Board
) -> None:
    at = ago(hours=1)
    board.snapshot("alpha", "10000", at, open_positions=2)
    board.position("alpha", at, quantity=Decimal(2), mark_price=Decimal(110))
    board.position(
        "alpha",
        at,
        symbol="ETH",
        side=TradeSide.SHORT,
        quantity=Decimal("0.5"),
        mark_price=Decimal(40),
        entry_oid=8,
    )
    board.position("alpha", ago(minutes=30), quantity=Decimal(9))

    snapshots = only(read(engine)).snapshots
    assert snapshots.open_positions is not None
    assert snapshots.open_positions.tolist() == [2]
    assert same(snapshots.gross_exposure, [240.0])
    assert same(snapshots.net_exposure, [200.0])


@pytest.mark.parametrize(
    ("open_positions", "mark", "exposure"),
    [
        (0, None, 0.0),
        (None, None, NAN),
        (None, 110, NAN),
        (1, None, NAN),
        (2, 110, NAN),
        (1, 110, 220.0),
    ],
)
def test_exposure_is_unknown_unless_every_position_and_mark_is_stored(
    engine: Engine,
    board: Board,
    open_positions: int | None,
    mark: int | None,
    exposure: float,
) -> None:
    at = ago(hours=1)
    board.snapshot("alpha", "10000", at, open_positions=open_positions)
    if open_positions != 0:
        board.position("alpha", at, mark_price=mark)
    board.position("beta", at, mark_price=5)

    snapshots = next(
        each.snapshots
        for each in read(engine).accounts
        if each.account.account_id == "alpha"
    )
    assert same(snapshots.gross_exposure, [exposure])
    assert same(snapshots.net_exposure, [exposure])
    expected = UNKNOWN if open_positions is None else open_positions
    assert same(snapshots.open_positions, [expected])


def test_the_unrealized_pnl_is_that_of_all_open_positions(
    engine: Engine, board: Board
) -> None:
    for hours, stated, counted in ((4, [], 0), (3, [70, -30], 2), (2, [70], 2)):
        at = ago(hours=hours)
        board.snapshot("alpha", "10000", at, open_positions=counted)
        for oid, usd in enumerate(stated):
            board.position("alpha", at, entry_oid=oid, unrealized_pnl=usd)
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=1)
    board.position("alpha", ago(hours=1), unrealized_pnl=None)

    found = only(read(engine)).snapshots.unrealized_pnl
    assert same(found, [0.0, 40.0, NAN, NAN])


# --- trades ---------------------------------------------------------------------------


def test_a_leg_comes_with_every_digit_and_what_is_not_known_as_such(
    engine: Engine, board: Board
) -> None:
    board.trade(
        "alpha",
        "t1",
        symbol="xyz:100% 'NVDA'",
        side=TradeSide.SHORT,
        status=TradeStatus.LIQUIDATED,
        pnl=Decimal("-12.345678901234"),
        gross_pnl=None,
        fees=Decimal("0.000001"),
        size=Decimal("0.25"),
        leverage=None,
        entry_oid=None,
    )
    account = only(read(engine))
    legs = account.legs

    assert legs.net_pnl.tolist() == [-12.345678901234]
    assert same(legs.gross_pnl, [NAN])
    assert legs.fees.tolist() == [0.000001]
    assert same(legs.leverage, [NAN])
    assert legs.symbol.tolist() == ["xyz:100% 'NVDA'"]
    assert legs.is_long.tolist() == [False]
    assert legs.liquidated.tolist() == [True]
    assert legs.entry_oid.tolist() == [UNKNOWN]
    assert legs.quantity.tolist() == [0.25]
    assert legs.opened_at.tolist() == as_datetimes(ago(hours=3))
    assert account.plans.is_long.tolist() == [False]
    assert account.plans.entry_oid.tolist() == [UNKNOWN]
    assert account.plans.closed_at.tolist() == as_datetimes(ago(hours=1))


def test_an_open_position_is_a_plan_and_no_leg(engine: Engine, board: Board) -> None:
    board.trade(
        "alpha",
        "open",
        status=TradeStatus.OPEN,
        exit_price=None,
        pnl=None,
        closed_at=None,
        confidence=Decimal("62.5"),
    )
    account = only(read(engine))

    assert len(account.legs) == 0
    assert account.plans.closed_at.tolist() == [None]
    assert same(account.plans.exit_price, [NAN])
    assert same(account.plans.net_pnl, [NAN])
    assert account.plans.confidence.tolist() == [62.5]


def test_what_closed_after_the_end_was_open_then(engine: Engine, board: Board) -> None:
    board.trade("alpha", "part", entry_oid=5, closed_at=ago(hours=2))
    board.trade("alpha", "rest", entry_oid=5, closed_at=ago(minutes=10))
    board.trade("alpha", "next", opened_at=ago(minutes=20), closed_at=ago(minutes=5))

    account = only(read(engine, until=ago(hours=1)))
    assert len(account.legs) == 1
    assert account.plans.closed_at.tolist() == [*as_datetimes(ago(hours=2)), None]
    assert same(account.plans.net_pnl, [10, NAN])


def test_the_end_itself_is_outside(engine: Engine, board: Board) -> None:
    board.trade("alpha", "t1", closed_at=ago(hours=1))
    assert len(only(read(engine, until=ago(hours=1))).legs) == 0
    later = ago(hours=1) + timedelta(microseconds=1)
    assert len(only(read(engine, until=later)).legs) == 1


def test_a_window_has_every_leg_of_the_entries_that_were_open_in_it(
    engine: Engine, board: Board
) -> None:
    board.trade("alpha", "gone", entry_oid=1, closed_at=ago(hours=2.5))
    board.trade("alpha", "part", entry_oid=2, closed_at=ago(hours=2.5))
    board.trade("alpha", "rest", entry_oid=2, closed_at=ago(hours=1))
    board.trade("alpha", "alone", entry_oid=None, closed_at=ago(hours=2.5))
    board.trade("alpha", "also alone", entry_oid=None, closed_at=ago(hours=1))

    account = only(read(engine, since=ago(hours=2)))
    assert len(account.legs) == 5
    assert sorted(account.plans.entry_oid.tolist()) == [UNKNOWN, 2, 2]


def test_stop_and_target_are_those_that_its_position_last_showed(
    engine: Engine, board: Board
) -> None:
    board.trade("alpha", "t1", entry_oid=7)
    board.trade("alpha", "t2", entry_oid=9)
    for hours, stop, target in ((2.5, 90, 120), (2, 95, None), (0.5, 99, 130)):
        board.position("alpha", ago(hours=hours), stop_loss=stop, profit_target=target)
    board.position("beta", ago(hours=1.5), stop_loss=1, profit_target=2)

    plans = only(read(engine, until=ago(hours=0.75))).plans
    assert plans.entry_oid.tolist() == [7, 9]
    assert same(plans.stop_loss, [95, NAN])
    assert same(plans.profit_target, [NAN, NAN])


# --- minds --------------------------------------------------------------------------------


def decide(board: Board, chat: int, symbol: str, signal: str, **changes: Any) -> None:
    board.add(
        models.ChatDecisionRow(
            model_chat_id=chat, symbol=symbol, signal=signal, **changes
        )
    )


def test_answers_are_those_of_the_window_with_their_cycles(
    engine: Engine, board: Board
) -> None:
    board.chat("alpha", "c0", cycle_id=1, timestamp=ago(hours=9))
    board.chat("alpha", "c3", cycle_id=None, timestamp=ago(hours=1), decision=None)
    board.chat(
        "alpha",
        "c2",
        cycle_id=3,
        timestamp=ago(hours=2),
        decision=ChatDecision.NONE,
    )
    answers = only(read(engine, since=ago(hours=5))).answers

    assert [(a.answered_at, a.cycle_id, a.parsed) for a in answers] == [
        (ago(hours=2), 3, False),
        (ago(hours=1), None, True),
    ]


def test_decisions_are_counted_by_signal_and_entries_kept_whole(
    engine: Engine, board: Board
) -> None:
    old = board.chat("alpha", "c0", timestamp=ago(hours=9))
    decide(board, old, "BTC", "hold")
    first = board.chat("alpha", "c1", timestamp=ago(hours=2))
    decide(board, first, "BTC", "hold")
    decide(board, first, "ETH", "hold")
    decide(
        board,
        first,
        "SOL",
        "sell_to_enter",
        confidence=Decimal("70.5"),
        stop_loss=Decimal(210),
    )
    second = board.chat("alpha", "c2", timestamp=ago(hours=1))
    decide(board, second, "BTC", "close_position")

    account = only(read(engine, since=ago(hours=5)))
    assert account.signals == {"hold": 2, "sell_to_enter": 1, "close_position": 1}
    (entry,) = account.decisions
    assert (entry.symbol, entry.side) == ("SOL", TradeSide.SHORT)
    assert entry.decided_at == ago(hours=2)
    assert (entry.confidence, entry.stop_loss) == (70.5, 210)
    assert entry.profit_target is None


# --- what knows no seasons ------------------------------------------------------------------


def report(board: Board, account_id: str, at: datetime, total: int) -> None:
    board.add(
        models.ReportedStatistics(
            model_id=board.model(account_id),
            observed_at=at,
            total_trades=total,
            raw_data={"total_trades": total, "win_rate": Decimal("33.25")},
        )
    )


def test_what_nof1_last_reported_is_that_of_the_season(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1))
    report(board, "alpha", ago(days=30), 1)  # before the season
    report(board, "alpha", ago(days=2), 20)
    report(board, "alpha", ago(days=1), 30)
    report(board, "alpha", datetime(2025, 11, 10, tzinfo=UTC), 99)  # just after it
    report(board, "alpha", datetime(2025, 11, 25, tzinfo=UTC), 5)  # of season 1.5

    found = only(read(engine)).reported
    assert found is not None
    assert (found.total_trades, found.observed_at) == (30, ago(days=1))
    assert found.raw == {"total_trades": 30, "win_rate": Decimal("33.25")}
    years_later = only(read(engine, until=NOW + timedelta(days=700))).reported
    assert years_later is not None
    assert years_later.total_trades == 99


def test_every_count_of_the_season_is_read_oldest_first(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1))
    report(board, "alpha", ago(days=30), 1)  # before the season
    report(board, "alpha", ago(days=1), 30)
    report(board, "alpha", ago(days=2), 20)
    report(board, "beta", ago(days=1), 7)

    counts = next(
        each.counts
        for each in read(engine).accounts
        if each.account.account_id == "alpha"
    )
    assert counts.total.tolist() == [20, 30]
    assert counts.observed_at.tolist() == as_datetimes(ago(days=2), ago(days=1))


def price(board: Board, at: datetime, usd: str, symbol: str = "BTC") -> None:
    board.add(models.Price(symbol=symbol, observed_at=at, price=Decimal(usd)))


def test_prices_of_btc_are_served_ones_and_marks_of_positions(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1))
    price(board, ago(hours=3), "110000.5")
    price(board, ago(hours=3), "4000", "ETH")
    price(board, NOW + timedelta(seconds=1), "9")
    for name in ("alpha", "beta"):
        board.position(name, ago(hours=2), mark_price=Decimal(111000))
    board.position("alpha", ago(hours=2), symbol="ETH", mark_price=Decimal(4100))
    board.position("alpha", ago(hours=1), mark_price=None)

    prices = read(engine).btc_prices
    assert prices.observed_at.tolist() == as_datetimes(ago(hours=3), ago(hours=2))
    assert prices.equity.tolist() == [110000.5, 111000]


def test_prices_are_not_needed_where_an_account_holds(
    engine: Engine, board: Board
) -> None:
    board.model("hold", is_benchmark=True)
    board.snapshot("hold", "10000", ago(hours=1))
    price(board, ago(hours=3), "110000")

    assert len(read(engine).btc_prices) == 0


def test_a_history_is_of_one_instant_whatever_is_stored_meanwhile(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=2))
    with UnitOfWork(engine, frozen=True) as unit:
        seasons = unit.repositories.seasons
        span = seasons.by_number(Decimal(1))
        assert span is not None
        window = window_of(span, seasons.spans, None, NOW)
        queries = unit.repositories.history
        before = queries.history(window)
        board.snapshot("alpha", "11000", ago(hours=1))
        board.trade("alpha", "t1")
        after = queries.history(window)
    assert len(only(before).snapshots) == len(only(after).snapshots) == 1
    assert len(only(after).legs) == 0


def test_many_rows_come_in_many_pieces_and_each_once(
    engine: Engine, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numpy_columns, "_BUFFER", 1_000)
    ids = [board.model("alpha"), board.model("beta")]
    rows = [
        {
            "season_id": board.season_id(1),
            "model_id": ids[number % 2],
            "timestamp": ago(seconds=3_000 - number),
            "total_assets": Decimal(number),
            "pnl": Decimal(0),
            "source": TOTALS,
        }
        for number in range(1_800)
    ]
    with engine.begin() as connection:
        connection.execute(insert(models.LeaderboardSnapshot), rows)

    alpha, beta = (each.snapshots for each in read(engine).accounts)
    assert alpha.equity.tolist() == list(range(0, 1_800, 2))
    assert beta.equity.tolist() == list(range(1, 1_800, 2))
    assert (np.diff(alpha.observed_at) == np.timedelta64(2, "s")).all()
