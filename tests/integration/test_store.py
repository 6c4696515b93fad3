"""What storing promises, on both databases."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.hour_models import EquityHour
from nof1_tracker.database.models import (
    ChatDecisionRow,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Position,
    RejectedPayload,
    Season,
    SourceValidator,
    Trade,
)
from nof1_tracker.records.enums import Endpoint, EquitySource, RowKind, TradeStatus
from nof1_tracker.records.parsed import ParsedPayload, Rejected
from nof1_tracker.records.stored import Tally
from tests.parsed_payloads import (
    ALPHA,
    BETA,
    HOLDER,
    account,
    at,
    chats_of,
    contents,
    conversation,
    decision,
    leg,
    parsed,
    position,
    prompted,
    snapshot,
    store,
    totals_of,
    trades_of,
)


def _everything() -> list[ParsedPayload]:
    held = position(ALPHA, 1)
    return [
        totals_of(
            snapshot(ALPHA, 1, "11000", positions=(held,)), snapshot(BETA, 1, "9000")
        ),
        trades_of(leg(ALPHA, 2), leg(BETA, 3, entry_oid=5)),
        chats_of(conversation(ALPHA, 1.5), conversation(BETA, 1.6)),
    ]


@pytest.mark.parametrize("place", range(3))
def test_the_same_payload_twice_changes_nothing(engine: Engine, place: int) -> None:
    payload = _everything()[place]
    first = store(engine, payload)
    assert sum(rows.tally.inserted for rows in first) > 0
    before = contents(engine)
    again = store(engine, payload)
    for rows in again:
        assert (rows.tally.inserted, rows.tally.updated) == (0, 0)
    assert contents(engine) == before


def test_the_order_of_arrival_does_not_matter(engine: Engine) -> None:
    payloads = [
        *_everything(),
        totals_of(snapshot(ALPHA, 2.5, "11500"), snapshot(BETA, 2.5, "12000")),
        parsed(snapshots=[prompted(BETA, 1.2, "9500"), prompted(ALPHA, 2.2, "9400")]),
    ]
    seen = set()
    for order in list(permutations(range(len(payloads))))[::7]:
        with engine.begin() as connection:
            for table in (
                ChatDecisionRow,
                ModelChat,
                Trade,
                Position,
                EquityHour,
                LeaderboardSnapshot,
                LLMModel,
            ):
                connection.execute(table.__table__.delete())  # type: ignore[attr-defined]
        store(engine, *(payloads[i] for i in order))
        seen.add(repr(contents(engine)))
    assert len(seen) == 1


# --- equity -------------------------------------------------------------------


def _snapshots(engine: Engine) -> dict[tuple[str, float], LeaderboardSnapshot]:
    with Session(engine, expire_on_commit=False) as session:
        rows = session.execute(
            select(LeaderboardSnapshot, LLMModel.model_id).join(
                LeaderboardSnapshot.model
            )
        ).all()
    return {
        (str(name), (row.timestamp - at(0)).total_seconds() / 3600): row
        for row, name in rows
    }


@pytest.mark.parametrize("exact_first", [True, False])
def test_sources_never_overwrite_each_other(engine: Engine, exact_first: bool) -> None:
    exact = snapshot(ALPHA, 1, "11000")
    stale = replace(exact, equity=Decimal(9000), source=EquitySource.LEADERBOARD)
    both = [totals_of(exact), totals_of(stale)]
    store(engine, *(both if exact_first else reversed(both)))
    with Session(engine) as session:
        rows = session.scalars(select(LeaderboardSnapshot))
        assert {row.source: row.total_assets for row in rows} == {
            EquitySource.ACCOUNT_TOTALS: 11000,
            EquitySource.LEADERBOARD: 9000,
        }


def test_pnl_counts_from_the_initial_capital(engine: Engine) -> None:
    store(engine, totals_of(snapshot(ALPHA, 1, "11510.45")))
    row = _snapshots(engine)[ALPHA, 1]
    assert row.pnl == Decimal("1510.45")
    assert row.pnl_percent == row.roi == Decimal("15.1045")


@pytest.mark.parametrize(
    ("initial", "source", "stated", "unrealized", "realized"),
    [
        # 9900.50 - 10000 + 28.50; nof1's own field says -128
        ("10000", EquitySource.ACCOUNT_TOTALS, None, "-28.5", "-71.0"),
        ("10000", EquitySource.MODEL_CHAT, None, "0", "-99.5"),
        ("10000", EquitySource.ACCOUNT_TOTALS, None, None, None),
        ("10000", EquitySource.PAGE, "-959.43", "12", "-959.43"),
        ("10000", EquitySource.PAGE, None, "12", None),
        # 9900.50 - 5000 + 28.50
        ("5000", EquitySource.ACCOUNT_TOTALS, None, "-28.5", "4929.0"),
    ],
)
def test_what_is_not_unrealized_of_the_seasons_pnl_is_realized(
    engine: Engine,
    initial: str,
    source: EquitySource,
    stated: str | None,
    unrealized: str | None,
    realized: str | None,
) -> None:
    with Session(engine) as session:
        session.execute(update(Season).values(initial_capital=Decimal(initial)))
        session.commit()
    seen = snapshot(
        ALPHA,
        1,
        "9900.50",
        source=source,
        realized_pnl=None if stated is None else Decimal(stated),
        unrealized_pnl=None if unrealized is None else Decimal(unrealized),
    )
    store(engine, totals_of(seen))
    stored = _snapshots(engine)[ALPHA, 1].realized_pnl
    assert stored == (None if realized is None else Decimal(realized))


def test_an_hour_is_ranked_whatever_the_seconds_within_it(engine: Engine) -> None:
    store(
        engine,
        totals_of(
            snapshot(ALPHA, 1.01, "9000"),
            snapshot(BETA, 1.02, "11000"),
            snapshot("gamma", 1.03, "10000"),
            snapshot(HOLDER, 1.04, "12000"),
        ),
    )
    ranks = {name: row.rank for (name, _), row in _snapshots(engine).items()}
    assert ranks == {BETA: 1, "gamma": 2, ALPHA: 3, HOLDER: None}


def test_an_hour_that_fills_up_later_is_ranked_anew(engine: Engine) -> None:
    store(engine, totals_of(snapshot(ALPHA, 1.1, "9000")))
    assert _snapshots(engine)[ALPHA, 1.1].rank == 1
    store(engine, totals_of(snapshot(BETA, 1.2, "11000")))
    assert _snapshots(engine)[ALPHA, 1.1].rank == 2


def test_equals_share_a_rank(engine: Engine) -> None:
    store(
        engine,
        totals_of(
            snapshot(ALPHA, 1, "10000"),
            snapshot(BETA, 1, "10000"),
            snapshot("c", 1, "9000"),
        ),
    )
    ranks = {name: row.rank for (name, _), row in _snapshots(engine).items()}
    assert ranks == {ALPHA: 1, BETA: 1, "c": 3}


def test_a_prompt_is_ranked_among_the_newest_of_the_others(engine: Engine) -> None:
    store(
        engine,
        totals_of(snapshot(ALPHA, 1, "9000"), snapshot(BETA, 1, "11000")),
        parsed(snapshots=[prompted(ALPHA, 1.5, "10500")]),
    )
    assert _snapshots(engine)[ALPHA, 1.5].rank == 2
    store(engine, parsed(snapshots=[prompted(BETA, 1.4, "10000")]))
    assert _snapshots(engine)[ALPHA, 1.5].rank == 1


# --- trades -------------------------------------------------------------------


def _trades(engine: Engine) -> dict[str, Trade]:
    with Session(engine, expire_on_commit=False) as session:
        return {str(row.trade_id): row for row in session.scalars(select(Trade))}


def _looks(*hours: float, until: float | None = None) -> list[ParsedPayload]:
    """Account totals of ALPHA that show its position until some hour."""
    return [
        totals_of(
            snapshot(
                ALPHA,
                hour,
                "10000",
                positions=(
                    (position(ALPHA, hour),) if until is None or hour <= until else ()
                ),
            )
        )
        for hour in hours
    ]


@pytest.mark.parametrize("legs_first", [True, False])
def test_a_leg_has_the_leverage_of_its_position(
    engine: Engine, legs_first: bool
) -> None:
    payloads = [*_looks(1), trades_of(leg(ALPHA, 2))]
    store(engine, *(reversed(payloads) if legs_first else payloads))
    row = _trades(engine)[f"{ALPHA}_2"]
    assert row.leverage == 10
    assert row.confidence == 65


def test_a_leg_without_a_known_position_has_no_leverage(engine: Engine) -> None:
    store(engine, trades_of(leg(ALPHA, 2)))
    row = _trades(engine)[f"{ALPHA}_2"]
    assert (row.leverage, row.confidence) == (None, None)


def test_net_pnl_is_kept_to_the_last_digit_served(engine: Engine) -> None:
    net = Decimal("-76.613590123456")
    store(engine, trades_of(leg(ALPHA, 2, net_pnl=net)))
    assert _trades(engine)[f"{ALPHA}_2"].pnl == net


def test_an_open_position_is_an_open_trade(engine: Engine) -> None:
    store(engine, *_looks(1, 2))
    row = _trades(engine)[f"{ALPHA}_77"]
    assert row.status is TradeStatus.OPEN
    assert row.size == Decimal("0.5")
    assert (row.exit_price, row.closed_at, row.pnl) == (None, None, None)
    assert row.opened_at == at(0.5)


def test_legs_replace_the_open_trade(engine: Engine) -> None:
    store(engine, *_looks(1, 2), trades_of(leg(ALPHA, 2.2)))
    assert list(_trades(engine)) == [f"{ALPHA}_2.2"]


def test_a_partial_close_leaves_the_rest_open(engine: Engine) -> None:
    store(engine, *_looks(1, 2), trades_of(leg(ALPHA, 2.2, quantity=Decimal("0.2"))))
    rows = _trades(engine)
    assert rows[f"{ALPHA}_77"].status is TradeStatus.OPEN
    assert rows[f"{ALPHA}_77"].size == Decimal("0.3")
    assert rows[f"{ALPHA}_2.2"].status is TradeStatus.CLOSED


def test_a_partial_close_before_the_last_look_is_already_in_its_size(
    engine: Engine,
) -> None:
    rest = position(ALPHA, 2, quantity=Decimal("0.3"))
    store(
        engine,
        *_looks(1),
        trades_of(leg(ALPHA, 1.5, quantity=Decimal("0.2"))),
        totals_of(snapshot(ALPHA, 2, "10000", positions=(rest,))),
    )
    assert _trades(engine)[f"{ALPHA}_77"].size == Decimal("0.3")


def test_a_position_that_vanished_without_legs_was_closed_unobserved(
    engine: Engine,
) -> None:
    store(engine, *_looks(1, 2, 3, until=2))
    row = _trades(engine)[f"{ALPHA}_77"]
    assert row.status is TradeStatus.CLOSED
    assert (row.exit_price, row.closed_at, row.pnl) == (None, None, None)
    assert row.raw_data == {
        "exit": "unobserved",
        "last_observed_at": at(2).isoformat(),
    }


def test_legs_that_arrive_late_replace_an_unobserved_exit(engine: Engine) -> None:
    store(engine, *_looks(1, 2, 3, until=2), trades_of(leg(ALPHA, 2.5)))
    assert list(_trades(engine)) == [f"{ALPHA}_2.5"]


def test_a_look_that_lags_behind_the_close_leaves_no_phantom(engine: Engine) -> None:
    """Prompts are minutes old: they may show a position that has just closed."""
    store(engine, *_looks(1, 2, 3, until=2), trades_of(leg(ALPHA, 2 - 5 / 60)))
    assert list(_trades(engine)) == [f"{ALPHA}_{2 - 5 / 60}"]


def test_an_account_value_without_positions_says_nothing_of_them(
    engine: Engine,
) -> None:
    store(engine, *_looks(1), totals_of(snapshot(ALPHA, 2, "10000", positions=None)))
    assert _trades(engine)[f"{ALPHA}_77"].status is TradeStatus.OPEN


def test_a_position_that_could_not_be_understood_was_not_closed(engine: Engine) -> None:
    partly = snapshot(ALPHA, 2, "10000", positions=(), positions_complete=False)
    store(engine, *_looks(1), totals_of(partly))
    assert _trades(engine)[f"{ALPHA}_77"].status is TradeStatus.OPEN


def test_entry_price_and_time_come_from_the_unrounded_source(engine: Engine) -> None:
    rounded = position(
        ALPHA,
        2,
        source=EquitySource.MODEL_CHAT,
        entry_price=Decimal("0.19"),
        opened_at=None,
    )
    exact = position(ALPHA, 1, entry_price=Decimal("0.186354"))
    store(
        engine,
        totals_of(snapshot(ALPHA, 1, "10000", positions=(exact,))),
        parsed(snapshots=[prompted(ALPHA, 2, "10000", positions=(rounded,))]),
    )
    row = _trades(engine)[f"{ALPHA}_77"]
    assert row.entry_price == Decimal("0.186354")
    assert row.opened_at == at(0.5)


# --- conversations ------------------------------------------------------------


def test_a_conversation_is_stored_with_its_decisions(engine: Engine) -> None:
    said = conversation(ALPHA, 1, decisions=(decision("BTC"), decision("ETH", "close")))
    store(engine, chats_of(said))
    with Session(engine) as session:
        chat = session.scalars(select(ModelChat)).one()
        assert {(d.symbol, d.signal) for d in chat.decisions} == {
            ("BTC", "hold"),
            ("ETH", "close"),
        }


def test_a_conversation_that_changed_is_updated_and_loses_no_decision(
    engine: Engine,
) -> None:
    said = conversation(ALPHA, 1, decisions=(decision("BTC"), decision("ETH")))
    store(engine, chats_of(said))
    changed = replace(
        said,
        summary="Late summary",
        decisions=(decision("BTC", "close_position"),),
        raw={**said.raw, "cot_trace_summary": "Late summary"},
    )
    told = store(engine, chats_of(changed))
    stored = {rows.kind: rows.tally for rows in told}
    assert stored[RowKind.MODEL_CHAT] == Tally(updated=1)
    with Session(engine) as session:
        chat = session.scalars(select(ModelChat)).one()
        assert chat.summary == "Late summary"
        assert {d.symbol for d in chat.decisions} == {"BTC", "ETH"}


# --- accounts -----------------------------------------------------------------


def _named(name: str, hours: float) -> ParsedPayload:
    return parsed(
        snapshots=[snapshot(ALPHA, hours, "10000")],
        accounts=[account(ALPHA, name=name, served_name=name)],
        observed=hours,
    )


def _names(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(LLMModel.name)))


def test_a_rename_changes_the_name_not_the_row(engine: Engine) -> None:
    store(engine, _named("Mystery", 1), _named("Grok 4.20", 2))
    assert _names(engine) == ["Grok 4.20"]


def test_an_older_name_does_not_come_back(engine: Engine) -> None:
    store(engine, _named("Grok 4.20", 2), _named("Mystery", 1))
    assert _names(engine) == ["Grok 4.20"]


def test_two_accounts_of_one_name_are_told_apart(engine: Engine) -> None:
    both = [account(ALPHA, name="Twin"), account(BETA, name="Twin")]
    rows = [snapshot(ALPHA, 1, "1"), snapshot(BETA, 1, "2")]
    store(engine, parsed(snapshots=rows, accounts=both))
    assert sorted(_names(engine)) == ["Twin", f"Twin ({BETA})"]


def test_the_rendered_table_finds_accounts_by_their_names(engine: Engine) -> None:
    """It shows no ids: an account of season 1.5 must not be stored a second time."""
    run = account("0ae0b8632a6d73fa", name="Grok 4 - Monk Mode")
    shown = account("grok-4@2", name="Grok 4 - Monk Mode")
    exact = snapshot(run.account_id, 1, "10000")
    page = snapshot(
        shown.account_id, 2, "10100", source=EquitySource.PAGE, hourly_marker=None
    )
    table = parsed(Endpoint.RENDERED_LEADERBOARD, snapshots=[page], accounts=[shown])
    store(engine, parsed(snapshots=[exact], accounts=[run]), table)
    assert _names(engine) == ["Grok 4 - Monk Mode"]
    assert len(_snapshots(engine)) == 2


# --- what could not be understood ---------------------------------------------


def test_the_same_fault_is_one_rejected_row_with_its_count(engine: Engine) -> None:
    fault = Rejected("trades", "net is null", '{"id": "x"}')
    store(
        engine,
        *(parsed(Endpoint.TRADES, rejected=[fault], observed=h) for h in (1, 2)),
    )
    with Session(engine) as session:
        row = session.scalars(select(RejectedPayload)).one()
        assert (row.occurrences, row.payload) == (2, '{"id": "x"}')
        assert (row.first_seen_at, row.last_seen_at) == (at(1), at(2))


def test_a_body_with_a_rejected_row_is_fetched_again(engine: Engine) -> None:
    """Its ETag is not kept: a later version of the program may understand it."""
    fault = Rejected("trades", "net is null", "{}")
    store(engine, parsed(Endpoint.TRADES, rejected=[fault], etag='"bad"'))
    store(engine, parsed(Endpoint.PRICES, etag='"good"'))
    with Session(engine) as session:
        assert session.scalars(select(SourceValidator.etag)).all() == ['"good"']
