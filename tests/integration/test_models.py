"""The ORM models on both databases."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from nof1_tracker.database import (
    Base,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Season,
    Trade,
)
from nof1_tracker.records.enums import (
    ChatDecision,
    SeasonStatus,
    TradeSide,
    TradeStatus,
)

NOON = datetime(2025, 10, 28, 12, tzinfo=UTC)


def _season() -> Season:
    return Season(season_number=Decimal(9), name="Season 9", start_date=NOON)


def _model() -> LLMModel:
    return LLMModel(name="Test Model", provider="Nobody", model_id="test-model")


def _snapshot(season: Season, model: LLMModel) -> LeaderboardSnapshot:
    return LeaderboardSnapshot(
        season=season,
        model=model,
        timestamp=NOON,
        rank=1,
        total_assets=Decimal("21510.45"),
        pnl=Decimal("11510.45"),
        pnl_percent=Decimal("115.1045"),
        raw_data={"equity": Decimal("21510.45")},
    )


def _trade(model: LLMModel, **changes: object) -> Trade:
    columns: dict[str, object] = {
        "model": model,
        "trade_id": "test-model_1",
        "symbol": "BTC",
        "side": TradeSide.LONG,
        "entry_price": Decimal("107343.5"),
        "size": Decimal("0.12"),
        "status": TradeStatus.OPEN,
        "opened_at": NOON,
    }
    return Trade(**(columns | changes))


def test_model_creation(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            assert connection.execute(select(table)).all() is not None


def test_season_creation(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(_season())
        session.commit()
        season = session.scalars(select(Season).where(Season.season_number == 9)).one()
        assert season.status is SeasonStatus.ACTIVE
        assert season.initial_capital == Decimal(10000)
        assert season.start_date == NOON
        assert season.created_at.tzinfo is not None


def test_known_seasons_are_there_from_the_start(engine: Engine) -> None:
    with Session(engine) as session:
        numbers = session.scalars(select(Season.season_number)).all()
    assert sorted(numbers) == [Decimal(0), Decimal(1), Decimal("1.5")]


def test_llm_model_creation(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(_model())
        session.commit()
        model = session.scalars(select(LLMModel)).one()
        assert (model.name, model.provider) == ("Test Model", "Nobody")
        assert model.is_active is True
        assert model.is_benchmark is False


def test_leaderboard_snapshot_creation(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(_snapshot(_season(), _model()))
        session.commit()
        session.expire_all()
        snapshot = session.scalars(select(LeaderboardSnapshot)).one()
        assert snapshot.total_assets == Decimal("21510.45")
        assert snapshot.pnl_percent == Decimal("115.1045")
        assert snapshot.timestamp == NOON
        assert snapshot.timestamp.utcoffset() is not None


def test_leaderboard_snapshot_unique_constraint(engine: Engine) -> None:
    with Session(engine) as session:
        season, model = _season(), _model()
        session.add(_snapshot(season, model))
        session.flush()
        session.add(_snapshot(season, model))
        with pytest.raises(IntegrityError):
            session.flush()


def test_trade_creation(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(_trade(_model()))
        session.commit()
        session.expire_all()
        trade = session.scalars(select(Trade)).one()
        assert trade.side is TradeSide.LONG
        assert trade.status is TradeStatus.OPEN
        assert trade.exit_price is None
        assert trade.leverage is None
        assert trade.entry_price == Decimal("107343.5")


@pytest.mark.parametrize("changes", [{"side": "sideways"}, {"status": "lost"}])
def test_a_word_outside_an_enum_is_refused(
    engine: Engine, changes: dict[str, object]
) -> None:
    with Session(engine) as session:
        session.add(_trade(_model(), **changes))
        with pytest.raises((IntegrityError, StatementError)):
            session.flush()


def test_the_database_itself_refuses_a_word_outside_an_enum(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(_trade(_model()))
        session.flush()
        with pytest.raises(IntegrityError, match="trade_side"):
            session.execute(text("UPDATE trades SET side = 'sideways'"))


def test_model_chat_creation(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(
            ModelChat(
                model=_model(),
                conversation_id="test-model_1",
                timestamp=NOON,
                content="I hold.",
                decision=ChatDecision.HOLD,
                confidence=Decimal("87.5"),
            )
        )
        session.commit()
        session.expire_all()
        chat = session.scalars(select(ModelChat)).one()
        assert chat.decision is ChatDecision.HOLD
        assert chat.confidence == Decimal("87.5")


def test_model_relationships(engine: Engine) -> None:
    with Session(engine) as session:
        season, model = _season(), _model()
        snapshot, trade = _snapshot(season, model), _trade(model)
        session.add_all([snapshot, trade])
        session.commit()
        assert model.snapshots == [snapshot]
        assert season.snapshots == [snapshot]
        assert model.trades == [trade]
        assert snapshot.season is season
        assert snapshot.model is model
        assert model.model_chats == []


def test_jsonb_field(engine: Engine) -> None:
    raw = {"exact": Decimal("25.149999999999995"), "text": "naïve", "list": [1, None]}
    with Session(engine) as session:
        snapshot = _snapshot(_season(), _model())
        snapshot.raw_data = raw
        session.add(snapshot)
        session.commit()
        session.expire_all()
        assert session.scalars(select(LeaderboardSnapshot)).one().raw_data == raw


def test_a_naive_time_cannot_enter_the_database(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(_trade(_model(), opened_at=datetime(2025, 10, 28)))  # noqa: DTZ001
        with pytest.raises(StatementError, match="no time zone"):
            session.flush()
