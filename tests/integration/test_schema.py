"""One migration history, up and down, with rows in place, on both databases."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nof1_tracker.clock import utc_now
from nof1_tracker.database import Base, LLMModel, ModelChat, create_db_engine
from nof1_tracker.database.archive_models import ArchivePosition, ArchiveRow
from nof1_tracker.database.engine.schema import (
    SCHEMA_HEAD,
    alembic_config,
    current_revision,
    ensure_schema,
    known_revisions,
    upgrade,
)
from nof1_tracker.database.event_models import EventChannel, EventDelivery, EventRow
from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    Position,
    Price,
    ScrapeRun,
    Trade,
)
from nof1_tracker.database.people.game.deed_tables import (
    AnsweredCaseRow,
    GameResultRow,
    NumberOneDayRow,
    SharedCardRow,
    SignInDayRow,
)
from nof1_tracker.database.people.game.game_tables import (
    GameOrderRow,
    GameRoomMemberRow,
    GameRoomRow,
    GameRow,
)
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.errors import SchemaError
from nof1_tracker.records.stored import ChatFilter
from nof1_tracker.services.read import read_chats
from tests.integration.people.players import ROOM, ROWS, fill_tables


def _on(engine: Engine, action: str, *arguments: str) -> None:
    """Runs an Alembic command on the engine's database."""
    with engine.connect().execution_options(writes=True) as connection:
        config: Config = alembic_config()
        config.attributes["connection"] = connection
        with connection.begin():
            getattr(command, action)(config, *arguments)


def test_the_head_in_the_code_is_the_head_of_the_migrations() -> None:
    assert known_revisions()[0] == SCHEMA_HEAD


def test_models_and_migrations_agree(engine: Engine) -> None:
    _on(engine, "check")


def test_down_and_up_again(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(LLMModel), [{"name": "A", "provider": "B", "model_id": "c"}]
        )
    _on(engine, "downgrade", "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert "people" not in inspect(engine).get_schema_names()
    _on(engine, "upgrade", "head")
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM seasons")).scalar() == 3


def test_events_go_and_the_rest_stays_where_their_tables_are_taken_back(
    engine: Engine,
) -> None:
    now = datetime(2025, 10, 28, tzinfo=UTC)
    channel = {"name": "webhook", "seen_at": now, "failures": 0}
    event = {
        "key": "a:1",
        "kind": "gap",
        "occurred_at": now,
        "detected_at": now,
        "title": "",
        "text": "",
        "numbers": {},
        "is_news": True,
    }
    model = {"name": "A", "provider": "B", "model_id": "c"}
    with engine.begin() as connection:
        connection.execute(insert(LLMModel), [model])
        connection.execute(insert(EventChannel), [channel])
        connection.execute(insert(EventRow), [event])
        delivery = {"event_id": 1, "channel": "webhook", "status": "pending"}
        connection.execute(insert(EventDelivery), [delivery])
    _on(engine, "downgrade", "0001")
    assert "events" not in inspect(engine).get_table_names()
    _on(engine, "upgrade", "head")
    with engine.connect() as connection:
        assert connection.execute(select(LLMModel.name)).scalars().all() == ["A"]
        assert connection.execute(select(EventRow.key)).all() == []


def test_what_only_the_newest_schema_holds_is_reduced_to_the_most_trusted(
    engine: Engine,
) -> None:
    at = datetime(2025, 10, 28, tzinfo=UTC)
    snapshot = {"season_id": 1, "model_id": 1, "timestamp": at, "pnl": 0}
    position = {"model_id": 1, "timestamp": at, "symbol": "BTC", "side": "long"}
    position |= {"quantity": 1, "entry_oid": 7}
    event = {"kind": "leg_restated", "occurred_at": at, "detected_at": at}
    event |= {"title": "", "text": "", "numbers": {}, "is_news": True}
    channel = {"name": "webhook", "seen_at": at, "failures": 0}
    with engine.begin() as connection:
        connection.execute(
            insert(LLMModel), [{"name": "A", "provider": "B", "model_id": "c"}]
        )
        for equity, source in ((3, "leaderboard"), (2, "model_chat"), (4, "page")):
            values = {**snapshot, "total_assets": equity, "source": source}
            connection.execute(insert(LeaderboardSnapshot), [values])
        for price, source in ((5, "model_chat"), (6, "account_totals")):
            values = {**position, "entry_price": price, "source": source}
            connection.execute(insert(Position), [values])
        connection.execute(insert(EventChannel), [channel])
        for kind, key in (("gap", "a:1"), ("leg_restated", "a:2")):
            connection.execute(insert(EventRow), [{**event, "kind": kind, "key": key}])
        for event_id in (1, 2):
            delivery = {"event_id": event_id, "channel": "webhook", "status": "sent"}
            connection.execute(insert(EventDelivery), [delivery])
    _on(engine, "downgrade", "0005")
    with engine.connect() as connection:
        kept = [
            connection.execute(text(query)).scalars().all()
            for query in (
                "SELECT total_assets FROM leaderboard_snapshots",
                "SELECT entry_price FROM positions",
                "SELECT kind FROM events",
                "SELECT event_id FROM event_deliveries",
            )
        ]
    assert kept == [[2], [6], ["gap"], [1]]
    _on(engine, "upgrade", "head")
    _on(engine, "check")
    with engine.begin() as connection:
        connection.execute(insert(EventRow), [{**event, "key": "a:3"}])


def test_runs_stay_and_positions_go_where_the_archives_are_taken_back(
    engine: Engine,
) -> None:
    now = datetime(2025, 10, 28, tzinfo=UTC)
    run = {"started_at": now, "transport": "http", "origin": "here"}
    run |= {"status": "complete", "unrecorded": 2}
    archive = {"id": "a" * 32, "site": "https://nof1.ai", "simulated": False}
    position = {"segment": "one", "archive_id": "a" * 32, "record": 7}
    with engine.begin() as connection:
        connection.execute(insert(ScrapeRun), [run])
        connection.execute(insert(ArchiveRow), [{**archive, "first_used_at": now}])
        connection.execute(insert(ArchivePosition), [{**position, "stored_at": now}])
    _on(engine, "downgrade", "0007")
    assert not {"archives", "archive_positions"} & set(
        inspect(engine).get_table_names()
    )
    _on(engine, "upgrade", "head")
    with engine.connect() as connection:
        runs = connection.execute(select(ScrapeRun.origin, ScrapeRun.unrecorded)).all()
        assert runs == [("here", 0)]
        assert connection.execute(select(ArchivePosition.segment)).all() == []
    _on(engine, "check")


@pytest.mark.parametrize(
    ("new", "before"), [("endpoint_held", "0008"), ("unrecorded", "0010")]
)
def test_events_of_a_new_kind_are_all_that_the_schema_before_it_loses(
    engine: Engine, new: str, before: str
) -> None:
    at = datetime(2025, 10, 28, tzinfo=UTC)
    event = {"occurred_at": at, "detected_at": at, "title": "", "text": ""}
    event |= {"numbers": {}, "is_news": True}
    with engine.begin() as connection:
        channel = {"name": "webhook", "seen_at": at, "failures": 0}
        connection.execute(insert(EventChannel), [channel])
        for key, kind in enumerate(("gap", new, "leg_restated"), 1):
            row = {**event, "kind": kind, "key": f"a:{key}"}
            connection.execute(insert(EventRow), [row])
            delivery = {"event_id": key, "channel": "webhook", "status": "sent"}
            connection.execute(insert(EventDelivery), [delivery])
    _on(engine, "downgrade", before)
    with engine.connect() as connection:
        kinds = connection.scalars(text("SELECT kind FROM events ORDER BY id")).all()
        sent = text("SELECT event_id FROM event_deliveries ORDER BY event_id")
        assert connection.scalars(sent).all() == [1, 3]
    assert kinds == ["gap", "leg_restated"]
    _on(engine, "upgrade", "head")
    _on(engine, "check")
    with engine.begin() as connection:
        row = {**event, "kind": new, "key": "a:4"}
        connection.execute(insert(EventRow), [row])


def test_prices_and_trades_of_later_sources_go_with_their_columns(
    engine: Engine,
) -> None:
    at = datetime(2025, 10, 28, tzinfo=UTC)
    trade = {"model_id": 1, "symbol": "BTC", "side": "long", "entry_price": 1}
    trade |= {"size": 1, "opened_at": at}
    with engine.begin() as connection:
        connection.execute(
            insert(LLMModel), [{"name": "A", "provider": "B", "model_id": "c"}]
        )
        for price, source in ((5, "crypto_prices"), (6, "model_chat")):
            values = {"symbol": "BTC", "observed_at": at, "price": price}
            connection.execute(insert(Price), [{**values, "source": source}])
        for name, source in (("x", "site"), ("y", "hyperliquid")):
            values = {**trade, "trade_id": name, "source": source}
            connection.execute(insert(Trade), [values])
    _on(engine, "downgrade", "0009")
    queries = "SELECT price FROM prices", "SELECT trade_id FROM trades"
    with engine.connect() as connection:
        kept = [connection.execute(text(each)).scalars().all() for each in queries]
    assert kept == [[5], ["x"]]
    _on(engine, "upgrade", "head")
    _on(engine, "check")
    with Session(engine) as session:
        assert session.scalars(select(Price.source)).one() == "crypto_prices"
        assert session.scalars(select(Trade.source)).one() == "site"


def test_players_and_games_go_and_people_stay_where_their_tables_are_taken_back(
    engine: Engine,
) -> None:
    fill_tables(engine)
    _on(engine, "downgrade", "0014")
    schema = None if engine.dialect.name == "sqlite" else "people"
    assert inspect(engine).has_table("users", schema)
    assert not inspect(engine).has_table("games", schema)
    _on(engine, "upgrade", "head")
    _on(engine, "check")
    with PeopleUnit(engine) as unit:
        assert [each.username for each in unit.users.all()] == ["Anna", "Bert"]
        assert unit.session.scalars(select(GameRow)).all() == []


def test_games_with_their_orders_stay_where_rooms_are_taken_back(
    engine: Engine,
) -> None:
    fill_tables(engine)
    _on(engine, "downgrade", "0016")
    _on(engine, "upgrade", "head")
    _on(engine, "check")
    later = (
        *(GameRoomRow, GameRoomMemberRow, GameResultRow),
        *(AnsweredCaseRow, SignInDayRow, NumberOneDayRow),
    )
    with PeopleUnit(engine) as unit:
        for table in ROWS:
            count = select(func.count()).select_from(table)
            is_later = table in (*later, SharedCardRow)
            assert unit.session.scalar(count) == (0 if is_later else 1), table
        game = unit.session.scalars(select(GameRow)).one()
        order = unit.session.scalars(select(GameOrderRow)).one()
    assert (game.room_id, game.plan) == (None, {})
    placed = (order.by_token, order.cancelled_at, order.cancelled_by_token)
    assert placed == (False, None, False)


def test_rooms_and_blind_games_stay_where_members_of_rooms_are_taken_back(
    engine: Engine,
) -> None:
    fill_tables(engine)
    for revision in ("0019", "head"):
        _on(engine, "upgrade" if revision == "head" else "downgrade", revision)
    _on(engine, "check")
    with PeopleUnit(engine) as unit:
        game = unit.session.scalars(select(GameRow)).one()
        room = unit.session.scalars(select(GameRoomRow)).one()
        assert unit.session.scalars(select(GameRoomMemberRow)).all() == []
    assert (game.is_ranked, game.is_blind, game.is_paused) == (True, True, False)
    assert (game.room_id, room.is_blind, room.ended_at) == (ROOM, True, None)


def test_the_kinds_of_events_are_still_checked(engine: Engine) -> None:
    unknown = text("""
        INSERT INTO events (key, kind, occurred_at, detected_at, title, text, numbers,
            is_news)
        VALUES ('a:1', 'unheard', '2025-10-28', '2025-10-28', '', '', '{}', true)
        """)
    with (
        pytest.raises(IntegrityError, match="event_kind"),
        engine.begin() as connection,
    ):
        connection.execute(unknown)


def test_the_text_index_takes_in_what_is_stored_and_goes_again(engine: Engine) -> None:
    model = {"name": "A", "provider": "B", "model_id": "c"}
    # The models have columns that the older schema lacks.
    chat = text("""
        INSERT INTO model_chats (model_id, timestamp, content)
        VALUES (1, '2025-10-28 00:00:00.000000', 'to be found')
        """)
    _on(engine, "downgrade", "0004")
    with engine.begin() as connection:
        connection.execute(insert(LLMModel), [model])
        connection.execute(chat)
    _on(engine, "upgrade", "head")
    found = read_chats(engine, utc_now(), ChatFilter(search="BE FOUND"))
    assert [row.content for row in found.rows] == [None]
    _on(engine, "check")
    _on(engine, "downgrade", "0004")
    with engine.begin() as connection:
        connection.execute(chat)
        count = connection.execute(select(func.count()).select_from(ModelChat))
        assert count.scalar() == 2
        if engine.dialect.name == "sqlite":
            names = connection.exec_driver_sql("SELECT name FROM sqlite_schema")
        else:
            names = connection.exec_driver_sql("SELECT indexname FROM pg_indexes")
        assert not [name for (name,) in names if name.startswith("chat_search")]


@pytest.mark.postgresql
def test_a_role_that_may_not_create_the_extension_gets_all_but_the_index(
    migrated_postgresql_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    engine = create_db_engine(migrated_postgresql_url)
    _on(engine, "downgrade", "0004")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP EXTENSION pg_trgm")
        role = f"plain_{uuid4().hex[:8]}"
        connection.exec_driver_sql(f"CREATE ROLE {role}")
        connection.exec_driver_sql(f"GRANT {role} TO current_user")
        connection.exec_driver_sql(f"GRANT ALL ON SCHEMA public TO {role}")
        connection.exec_driver_sql(f"ALTER TABLE model_chats OWNER TO {role}")
        connection.exec_driver_sql(f"ALTER TABLE alembic_version OWNER TO {role}")
        connection.exec_driver_sql(f"SET ROLE {role}")
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.exec_driver_sql("RESET ROLE")
        indexes = inspect(connection).get_indexes("model_chats")
        names = {index["name"] for index in indexes}
        assert "ix_model_chats_model_id_timestamp" in names
        assert "chat_search" not in names
        connection.exec_driver_sql(f"REASSIGN OWNED BY {role} TO current_user")
        connection.exec_driver_sql(f"DROP OWNED BY {role}")
        connection.exec_driver_sql(f"DROP ROLE {role}")
    assert current_revision(engine) == "0005"
    assert "without its index" in caplog.text
    engine.dispose()


def test_upgrading_again_keeps_the_rows(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(LLMModel), [{"name": "A", "provider": "B", "model_id": "c"}]
        )
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(select(LLMModel.name)).scalars().all() == ["A"]


def test_known_seasons_have_the_dates_of_the_site(engine: Engine) -> None:
    with engine.connect() as connection:
        table = Base.metadata.tables["seasons"]
        query = select(table.c.start_date, table.c.end_date).where(
            table.c.season_number == 1
        )
        start, end = connection.execute(query).one()
    assert start == datetime(2025, 10, 17, tzinfo=UTC)
    assert end == datetime(2025, 11, 3, 22, tzinfo=UTC)  # 17:00 EST


def test_sqlite_is_made_and_upgraded_at_first_use(sqlite_url: str) -> None:
    engine = create_db_engine(sqlite_url)
    ensure_schema(engine)
    assert current_revision(engine) == SCHEMA_HEAD
    engine.dispose()


@pytest.mark.postgresql
def test_postgresql_without_a_schema_is_told_to_upgrade(postgresql_url: str) -> None:
    engine = create_db_engine(postgresql_url)
    with pytest.raises(SchemaError, match="no schema yet") as caught:
        ensure_schema(engine)
    assert "alembic upgrade head" in caught.value.remedy
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_newer_schema_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer") as caught:
        ensure_schema(engine)
    assert "Upgrade nof1-tracker" in caught.value.remedy
    assert current_revision(engine) == "9999"
