"""The bulk upsert: few rows and many rows give the same tables."""

from decimal import Decimal
from typing import Any, cast

import pytest
from sqlalchemy import Engine, Table, select

from nof1_tracker.database import LLMModel, UnitOfWork, models
from nof1_tracker.database.write.upsert import STAGE_FROM, Target, Upserted, upsert
from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.stored import Tally
from tests.parsed_payloads import at

SNAPSHOTS = Target(
    table=cast("Table", models.LeaderboardSnapshot.__table__),
    key=("model_id", "timestamp", "source"),
    update=("total_assets", "pnl", "raw_data"),
    returning=("model_id", "timestamp"),
)
CHATS = Target(
    table=cast("Table", models.ModelChat.__table__),
    key=("conversation_id",),
    update=("content", "raw_data"),
)
MANY = STAGE_FROM + 500
ODD_TEXTS = (
    "tab\there",
    "new\nline\r",
    "back\\slash \\N \\.",
    "quote \" and '",
    "=cmd|' /C calc'!A0",
    "naïve ☃ \U0001f680",
    "",
)


@pytest.fixture
def model_id(engine: Engine) -> int:
    with UnitOfWork(engine, writes=True) as unit:
        model = LLMModel(name="A", provider="B", model_id="a")
        unit.session.add(model)
        unit.session.flush()
        unit.commit()
        return model.id


def _rows(model_id: int, count: int, equity: str = "10000") -> list[dict[str, Any]]:
    return [
        {
            "season_id": 2,
            "model_id": model_id,
            "timestamp": at(number),
            "rank": 1,
            "total_assets": Decimal(equity),
            "pnl": Decimal(0),
            "source": EquitySource.ACCOUNT_TOTALS,
            "raw_data": {"number": number, "exact": Decimal("0.1234567890123456789")},
        }
        for number in range(count)
    ]


def _upsert(engine: Engine, rows: list[dict[str, Any]]) -> Upserted:
    with UnitOfWork(engine, writes=True) as unit:
        result = upsert(unit.session, SNAPSHOTS, rows)
        unit.commit()
    return result


@pytest.mark.parametrize("count", [10, MANY])
def test_new_rows_are_inserted_and_equal_ones_left_alone(
    engine: Engine, model_id: int, count: int
) -> None:
    rows = _rows(model_id, count)
    assert _upsert(engine, rows).tally == Tally(inserted=count)
    again = _upsert(engine, rows)
    assert again.tally == Tally(unchanged=count)
    assert again.affected == []


@pytest.mark.parametrize("count", [10, MANY])
def test_differing_rows_are_updated(engine: Engine, model_id: int, count: int) -> None:
    _upsert(engine, _rows(model_id, count))
    mixed = [*_rows(model_id, 3, "9000"), *_rows(model_id, count)[3:]]
    assert _upsert(engine, mixed).tally == Tally(updated=3, unchanged=count - 3)


@pytest.mark.parametrize("count", [10, MANY])
def test_new_rows_are_told_from_updated_ones(
    engine: Engine, model_id: int, count: int
) -> None:
    stored = [*_rows(model_id, count)[::2], *_rows(model_id, 2)]
    _upsert(engine, stored)
    result = _upsert(engine, [*_rows(model_id, 2, "9000"), *_rows(model_id, count)[2:]])
    new = count - len({row["timestamp"] for row in stored})
    assert result.tally == Tally(new, updated=2, unchanged=count - 2 - new)
    assert len(result.affected) == new + 2


def test_what_was_inserted_last_may_be_updated_next(
    engine: Engine, model_id: int
) -> None:
    with UnitOfWork(engine, writes=True) as unit:
        upsert(unit.session, SNAPSHOTS, _rows(model_id, 3))
        rows = _rows(model_id, 4, "9000")
        assert upsert(unit.session, SNAPSHOTS, rows).tally == Tally(1, updated=3)


def test_the_same_number_in_another_table_confuses_nothing(
    engine: Engine, model_id: int
) -> None:
    with UnitOfWork(engine, writes=True) as unit:
        upsert(unit.session, SNAPSHOTS, _rows(model_id, 1))
        stored = unit.session.execute(select(models.LeaderboardSnapshot.id)).scalar()
        assert stored
        unit.session.add(LLMModel(id=stored + 1, name="B", provider="B", model_id="b"))
        unit.session.flush()
        again = _rows(model_id, 2)
        assert upsert(unit.session, SNAPSHOTS, again).tally == Tally(1, unchanged=1)
        unit.session.add(LLMModel(id=stored + 2, name="C", provider="C", model_id="c"))
        unit.session.flush()
        third = _rows(model_id, 3)[2:]
        assert upsert(unit.session, SNAPSHOTS, third).tally == Tally(1)


@pytest.mark.parametrize("count", [10, MANY])
def test_of_two_rows_with_one_key_the_last_counts(
    engine: Engine, model_id: int, count: int
) -> None:
    rows = [*_rows(model_id, count), *_rows(model_id, 1, "9000")]
    assert _upsert(engine, rows).tally == Tally(inserted=count, unchanged=1)
    with engine.connect() as connection:
        table = models.LeaderboardSnapshot
        query = select(table.total_assets).where(table.timestamp == at(0))
        assert connection.execute(query).scalar_one() == 9000


def test_no_rows_are_no_work(engine: Engine) -> None:
    assert _upsert(engine, []).tally == Tally()


@pytest.mark.parametrize("padding", [0, MANY])
def test_any_text_survives(engine: Engine, model_id: int, padding: int) -> None:
    texts = [*ODD_TEXTS, *("filler" for _ in range(padding))]
    rows = [
        {
            "conversation_id": f"c{number:06}",
            "model_id": model_id,
            "timestamp": at(number / 60),
            "content": text,
            "raw_data": {"text": text},
        }
        for number, text in enumerate(texts)
    ]
    with UnitOfWork(engine, writes=True) as unit:
        upsert(unit.session, CHATS, rows)
        unit.commit()
    table = models.ModelChat
    with engine.connect() as connection:
        query = select(table.content, table.raw_data).order_by(table.conversation_id)
        stored = connection.execute(query.limit(len(ODD_TEXTS))).all()
    assert [row.content for row in stored] == list(ODD_TEXTS)
    assert [row.raw_data["text"] for row in stored] == list(ODD_TEXTS)
