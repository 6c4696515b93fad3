"""One account stays one account, whichever ids it is served under, in any order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from nof1_tracker.database import UnitOfWork
from nof1_tracker.database.models import (
    AccountAlias,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    RejectedPayload,
    Trade,
)
from nof1_tracker.database.version_models import RowVersion
from nof1_tracker.database.write.accounts import BroughtAccount
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import (
    Account,
    Inception,
    ParsedPayload,
    ReportedStatistics,
    Served,
)
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.scraper.wire.payload_rows import MAX_KEPT
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.reprocess.rejected_rows import reprocess
from nof1_tracker.services.storing.store_records import StoredPayload, store_records
from tests.fakes import FakeClock
from tests.parsed_payloads import (
    ALPHA,
    BETA,
    account,
    at,
    chats_of,
    contents,
    conversation,
    leg,
    parsed,
    position,
    prompted,
    snapshot,
    store,
    totals_of,
    trades_of,
)
from tests.unit.scraper import site_rows as site
from tests.worlds import engine_on

CASES = Path(__file__).resolve().parents[1] / "cases"
RENAME = sorted((CASES / "23-rename").glob("*.json"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _body(file: Path) -> ParsedPayload:
    return parse_payload(RawPayload(file.read_bytes(), file.name, NOW, "capture"))


def _accounts(engine: Engine) -> dict[str, str]:
    with Session(engine) as session:
        return {str(m.model_id): m.name for m in session.scalars(select(LLMModel))}


def _aliases(engine: Engine) -> dict[str, tuple[str, datetime | None]]:
    with Session(engine) as session:
        rows = session.execute(
            select(
                AccountAlias.alias, LLMModel.model_id, AccountAlias.observed_at
            ).join(LLMModel)
        )
        return {alias: (str(model), seen) for alias, model, seen in rows}


def _stored(engine: Engine, payload: ParsedPayload) -> StoredPayload:
    with UnitOfWork(engine, writes=True) as unit:
        stored = store_records(unit.repositories, payload)
        unit.commit()
    return stored


def _everything(engine: Engine) -> Mapping[str, Any]:
    return {**contents(engine), "aliases": _aliases(engine)}


# --- renames ------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_rename_is_one_account_in_every_order(
    engine: Engine, order: Sequence[int]
) -> None:
    store(engine, *(_body(RENAME[index]) for index in order))
    assert _accounts(engine) == {"mystery-model": "Grok 4.20", "grok-4": "Grok 4"}
    renamed_at = datetime(2025, 11, 21, 1, 53, 20, tzinfo=UTC)
    assert _aliases(engine) == {"grok-4.20": ("mystery-model", renamed_at)}
    with Session(engine) as session:
        rows = session.execute(
            select(LLMModel.model_id, LeaderboardSnapshot.rank)
            .join(LeaderboardSnapshot.model)
            .order_by(LeaderboardSnapshot.timestamp, LLMModel.model_id.desc())
        ).all()
    names = ["mystery-model", "grok-4", "mystery-model", "grok-4", "mystery-model"]
    assert [tuple(row) for row in rows] == list(
        zip(names, [1, 2, 1, 2, 1], strict=True)
    )


def test_all_orders_of_a_rename_give_the_same_tables(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    found = []
    for number, order in enumerate(permutations(RENAME)):
        file = tmp_path / f"{number}.db"
        file.write_bytes(migrated_sqlite.read_bytes())
        with engine_on(f"sqlite:///{file}") as engine:
            store(engine, *map(_body, order))
            found.append(_everything(engine))
    assert all(each == found[0] for each in found)


def _renamed() -> Account:
    """The account of BETA, in a row that says that it was ALPHA."""
    return account(BETA, served_name="Beta (prev. alpha-1)", former=(ALPHA,))


def _joining(hours: float = 5) -> ParsedPayload:
    return parsed(
        snapshots=[snapshot(BETA, hours, "10500")],
        accounts=[_renamed()],
        observed=hours,
    )


def test_two_accounts_that_were_opened_before_are_joined_with_all_their_rows(
    engine: Engine,
) -> None:
    held = position(ALPHA, 1), position(BETA, 2)
    said = [
        ReportedStatistics(name, at(2), count, {"total_trades": count})
        for name, count in ((ALPHA, 3), (BETA, 4))
    ]
    store(
        engine,
        totals_of(snapshot(ALPHA, 1, "9000", positions=held[:1])),
        totals_of(snapshot(BETA, 2, "9500", positions=held[1:])),
        trades_of(leg(ALPHA, 0.75, entry_oid=5), leg(BETA, 2.5, entry_oid=6)),
        chats_of(conversation(ALPHA, 1), conversation(BETA, 2)),
        replace(
            parsed(Endpoint.ANALYTICS, accounts=[account(ALPHA), account(BETA)]),
            statistics=tuple(said),
        ),
        parsed(Endpoint.INCEPTION, inceptions=[Inception(BETA, at(0), Decimal(10000))]),
    )
    assert len(_accounts(engine)) == 2
    outcome = _stored(engine, _joining())
    assert _accounts(engine) == {ALPHA: "Beta-2"}
    assert _aliases(engine).keys() == {BETA}
    found = contents(engine)
    assert [len(found[name]) for name in ("positions", "model_chats")] == [2, 2]
    assert len(found["leaderboard_snapshots"]) == 3
    assert len(found["reported_statistics"]) == 1
    with Session(engine) as session:
        trades = session.scalars(select(Trade.trade_id).order_by(Trade.trade_id)).all()
        (started_at,) = session.scalars(select(LLMModel.started_at))
    assert trades == [f"{ALPHA}_0.75", f"{ALPHA}_77", f"{BETA}_2.5"]
    assert started_at == at(0)
    (note,) = outcome.parsed.warnings
    assert "are one account" in note


def test_of_two_rows_of_one_key_the_later_version_stands(engine: Engine) -> None:
    """As where the site serves the hours so far again, under the new name."""
    store(
        engine,
        parsed(snapshots=[snapshot(ALPHA, 1, "9000")], observed=1),
        parsed(snapshots=[snapshot(BETA, 1, "9001")], observed=2),
        _joining(),
    )
    with Session(engine) as session:
        rows = session.scalars(
            select(LeaderboardSnapshot).order_by(LeaderboardSnapshot.timestamp)
        ).all()
        equities = [row.total_assets for row in rows]
        versions = session.scalars(select(RowVersion.row_id)).all()
    assert equities == [Decimal(9001), Decimal(10500)]
    assert versions == [rows[0].id] * 2


def test_the_name_that_was_observed_last_stands(engine: Engine) -> None:
    def named(name: str, hours: float) -> ParsedPayload:
        who = account(ALPHA, name=name, served_name=name)
        row = snapshot(ALPHA, hours, "1")
        return parsed(snapshots=[row], accounts=[who], observed=hours)

    bodies = [named("Old", 1), named("New", 2), named("Old", 3)]
    for order in permutations(bodies):
        store(engine, *order)
        assert _accounts(engine) == {ALPHA: "Old"}


def test_an_undated_body_renames_nothing(engine: Engine) -> None:
    undated = replace(_joining(), served=Served())
    store(engine, totals_of(snapshot(ALPHA, 1, "1")), _joining(2))
    other = account(BETA, name="Gamma", served_name="Gamma")
    store(engine, replace(undated, accounts=(other,)))
    assert _accounts(engine) == {ALPHA: "Beta-2"}


# --- runs ---------------------------------------------------------------------------


def _row_of(**fields: Any) -> ParsedPayload:
    """Account totals of one row of season 1.5."""
    hours = fields.pop("hours", 1)
    seen = datetime(2025, 11, 20, tzinfo=UTC) + timedelta(hours=hours)
    row = {
        "id": f"row-{hours}",
        "timestamp": seen.timestamp(),
        "since_inception_hourly_marker": hours,
        "dollar_equity": 10000 + hours,
        "positions": {},
        **fields,
    }
    body = {"accountTotals": [row], "serverTime": int(seen.timestamp() * 1000)}
    raw = RawPayload(json.dumps(body).encode(), "totals.json", NOW, "capture")
    return parse_payload(raw)


RUNS = (
    {"run_id": "r-17", "model_id": "grok-4", "competition_id": 3},
    {"model_id": "grok-4", "competition_id": 3, "hours": 2},
    {"model_name": "GROK-4 - 3: SITUATIONAL AWARENESS", "hours": 3},
)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_run_and_its_model_in_a_competition_are_one_account(
    engine: Engine, order: Sequence[int]
) -> None:
    store(engine, *(_row_of(**RUNS[index]) for index in order))
    assert _accounts(engine) == {"r-17": "Grok 4 - Situational Awareness"}
    assert _aliases(engine).keys() == {"grok-4@3"}


def test_a_stored_run_is_found_without_its_competition(engine: Engine) -> None:
    store(engine, _row_of(**RUNS[0]))
    store(engine, _row_of(run_id="r-17", model_id="grok-4", hours=2))
    assert _accounts(engine) == {"r-17": "Grok 4 - Situational Awareness"}


def test_runs_without_their_competition_stay_apart_in_one_body(engine: Engine) -> None:
    for number in (1, 2):
        run = {"run_id": f"r-{number}", "competition_id": number}
        store(engine, _row_of(model_id="grok-4", **run))
    rows = [
        {
            "id": str(number),
            "run_id": f"r-{number}",
            "model_id": "grok-4",
            "nav_since_inception": 10000,
            "inception_date": 1763600000 + number * 3600,
        }
        for number in (1, 2)
    ]
    body = json.dumps({"sinceInceptionValues": rows}).encode()
    store(engine, parse_payload(RawPayload(body, "since.json", NOW, "capture")))
    with Session(engine) as session:
        started = session.execute(select(LLMModel.model_id, LLMModel.started_at)).all()
    starts = {str(name): time.timestamp() for name, time in started if time}
    assert starts == {"r-1": 1763603600, "r-2": 1763607200}


def test_a_second_run_in_a_competition_is_another_account(engine: Engine) -> None:
    store(engine, _row_of(**RUNS[0]), _row_of(**{**RUNS[0], "run_id": "r-99"}))
    assert _accounts(engine).keys() == {"r-17", "r-99"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_rename_of_a_run_is_one_account(engine: Engine, order: Sequence[int]) -> None:
    rows = (
        {"model_id": "mystery-model", "competition_id": 2},
        {
            "run_id": "r-5",
            "model_id": "grok-4.20",
            "model_name": "grok-4.20 (prev. mystery-model)",
            "competition_id": 2,
            "hours": 2,
        },
        {"model_id": "grok-4.20", "competition_id": 2, "hours": 3},
    )
    store(engine, *(_row_of(**rows[index]) for index in order))
    assert _accounts(engine) == {"r-5": "Grok 4.20 - Monk Mode"}
    assert _aliases(engine).keys() == {"mystery-model@2", "grok-4.20@2"}


# --- ids that change their account ----------------------------------------------------


def _rejected(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(RejectedPayload.reason)))


def _holder(engine: Engine, table: type[Trade] | type[ModelChat]) -> list[str | None]:
    with Session(engine) as session:
        return list(session.scalars(select(LLMModel.model_id).join(table)))


@pytest.mark.parametrize("together", [True, False])
def test_a_leg_stays_with_its_first_account(engine: Engine, together: bool) -> None:
    legs = leg(ALPHA, 3), leg(BETA, 3, trade_id=f"{ALPHA}_3")
    payloads = [trades_of(*legs)] if together else [trades_of(each) for each in legs]
    for payload in payloads:
        outcome = _stored(engine, payload)
    assert outcome.parsed.rejected_rows == 1
    assert _holder(engine, Trade) == [ALPHA]
    assert _rejected(engine) == [
        f"the leg {ALPHA}_3 belongs to {ALPHA}, and was served for {BETA}"
    ]


def test_of_many_legs_of_another_account_a_sample_is_kept(engine: Engine) -> None:
    number = MAX_KEPT + 5
    legs = [leg(ALPHA, 3, trade_id=f"leg-{each}") for each in range(number)]
    _stored(engine, trades_of(*legs))
    moved = [replace(each, account_id=BETA) for each in legs]
    outcome = _stored(engine, trades_of(*moved))
    assert outcome.parsed.rejected_rows == number
    assert len(_rejected(engine)) == MAX_KEPT
    assert len(_holder(engine, Trade)) == number


def test_a_conversation_stays_with_its_first_account(engine: Engine) -> None:
    said = conversation(ALPHA, 3)
    store(engine, chats_of(said))
    stated = prompted(BETA, 3, "1", raw={"conversation_id": said.conversation_id})
    served = chats_of(replace(said, account_id=BETA))
    outcome = _stored(engine, replace(served, snapshots=(stated,)))
    assert outcome.parsed.rejected_rows == 1
    assert _holder(engine, ModelChat) == [ALPHA]
    assert contents(engine)["leaderboard_snapshots"] == []


def test_a_row_that_another_account_holds_stays_rejected(engine: Engine) -> None:
    row = {
        "id": "grok-4_1",
        "model_id": "grok-4",
        "symbol": "BTC",
        "side": "long",
        "quantity": 1,
        "entry_price": 1,
        "exit_price": 2,
        "realized_net_pnl": 1,
        "entry_time": 1761000000,
        "exit_time": 1761003600,
    }
    for model in ("grok-4", "gpt-5"):
        body = json.dumps({"trades": [{**row, "model_id": model}]}).encode()
        store(engine, parse_payload(RawPayload(body, "trades.json", NOW, "capture")))
    done = reprocess(engine, FakeClock())
    assert (done.passed, done.left) == (0, 1)
    assert len(_rejected(engine)) == 1


# --- inceptions -----------------------------------------------------------------------


def _started(hours: float) -> ParsedPayload:
    inceptions = [Inception(ALPHA, at(hours), Decimal(10000))]
    return parsed(Endpoint.INCEPTION, inceptions=inceptions)


def _start(engine: Engine) -> datetime | None:
    with Session(engine) as session:
        return session.scalars(select(LLMModel.started_at)).one()


def test_an_inception_never_moves_back(engine: Engine) -> None:
    store(engine, _started(10))
    (note,) = _stored(engine, _started(5)).parsed.warnings
    assert _start(engine) == at(10)
    assert "earlier inceptions (UTC) were kept out: Alpha-1 2025-10-20 10:00" in note


def test_an_inception_that_moves_on_is_told(engine: Engine) -> None:
    assert _stored(engine, _started(5)).parsed.warnings == ()
    (note,) = _stored(engine, _started(10)).parsed.warnings
    assert _start(engine) == at(10)
    assert "started again (UTC): Alpha-1 2025-10-20 05:00 -> 2025-10-20 10:00" in note
    assert _stored(engine, _started(10)).parsed.warnings == ()


# --- rows served under both ids -----------------------------------------------------


def _leg_row(model_id: str, net: float, hour: int) -> RawPayload:
    """A leg as served for that account at an hour of 2025-10-28."""
    clock = datetime(2025, 10, 28, hour, tzinfo=UTC)
    row = site.trade(model_id=model_id, realized_net_pnl=net)
    body = {"trades": [row], "serverTime": clock.timestamp() * 1000}
    return RawPayload(
        json.dumps(body).encode(), f"{hour}.json", NOW, "capture", Endpoint.TRADES
    )


def _rename_row(hour: int) -> RawPayload:
    clock = datetime(2025, 10, 28, hour, tzinfo=UTC)
    row = site.account_total("later", model_name="later (prev. earlier)", positions={})
    body = {"accountTotals": [row], "serverTime": clock.timestamp() * 1000}
    return RawPayload(
        json.dumps(body).encode(),
        f"{hour}.json",
        NOW,
        "capture",
        Endpoint.ACCOUNT_TOTALS,
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_leg_served_under_both_ids_is_weighed_once_they_are_one(
    engine: Engine, order: Sequence[int]
) -> None:
    bodies = [
        _leg_row("earlier", 12.5, 8),
        _leg_row("later", 95, 9),
        _rename_row(10),
    ]
    Collector(engine, FakeClock()).import_payloads([bodies[i] for i in order], "here")
    assert _rejected(engine) == []
    assert _holder(engine, Trade) == ["earlier"]
    with Session(engine) as session:
        (stored,) = session.scalars(select(Trade).where(Trade.exit_price.is_not(None)))
        assert stored.pnl == 95
        assert session.scalar(select(func.count()).select_from(RowVersion)) == 2


def test_an_account_opened_beside_a_join_keeps_its_own_rows(engine: Engine) -> None:
    store(engine, totals_of(snapshot(ALPHA, 1, "1")), totals_of(snapshot(BETA, 2, "2")))
    newcomer = account("gamma-1")
    payload = parsed(
        snapshots=[snapshot(BETA, 5, "10500"), snapshot("gamma-1", 5, "9000")],
        accounts=[_renamed(), newcomer],
        observed=5,
    )
    store(engine, payload)
    with Session(engine) as session:
        rows = session.execute(
            select(LLMModel.model_id, LeaderboardSnapshot.total_assets)
            .join(LeaderboardSnapshot.model)
            .order_by(LeaderboardSnapshot.total_assets)
        ).all()
    names, equities = zip(*rows, strict=True)
    assert names == (ALPHA, ALPHA, "gamma-1", ALPHA)
    assert equities == (1, 2, 9000, 10500)


def test_accounts_that_are_brought_are_joined_like_those_served(engine: Engine) -> None:
    store(engine, totals_of(snapshot(ALPHA, 1, "1")), totals_of(snapshot(BETA, 2, "2")))
    brought = [
        BroughtAccount(each, None, {each.account_id: None}, None, True)
        for each in (account(BETA), account(ALPHA, aliases=(BETA,)))
    ]
    with UnitOfWork(engine, writes=True) as unit:
        done = unit.repositories.accounts.bring(brought)
        unit.commit()
    assert done.new == 0
    assert done.accounts[ALPHA] == done.accounts[BETA]
