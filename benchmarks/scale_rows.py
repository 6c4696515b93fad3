"""Rows of a year of 100 accounts a minute, made by the server itself.

Snapshots are what they would be: one per account and minute. Positions are observed and
conversations held once an hour, with short texts: at their real number and length they
would fill the disk, and what is measured here does not read them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, text

ACCOUNTS = 100
DECISIONS = 6
"""Decisions of a conversation, one for each symbol."""
TRADES_A_DAY = 10
"""Of each account."""
START = datetime(2025, 10, 17, tzinfo=UTC)

_ACCOUNTS = """
    INSERT INTO llm_models
        (id, name, provider, model_id, base_model, is_benchmark, is_active, started_at)
    SELECT m, 'Model ' || m, 'Made up', 'model-' || m, 'model-' || m, m = :accounts, true,
        :start
    FROM generate_series(1, :accounts) m
    """
_ONE_SEASON = """
    DELETE FROM seasons WHERE season_number = 1.5
    """
_NO_CLOSE = """
    UPDATE seasons SET end_date = NULL, start_date = :start, status = 'active'
    WHERE season_number = 1
    """
_SNAPSHOTS = """
    INSERT INTO leaderboard_snapshots (season_id, model_id, timestamp, rank, total_assets,
        pnl, pnl_percent, roi, unrealized_pnl, realized_pnl, source, open_positions,
        raw_data, stated, raw_digest, first_observed_at, last_observed_at, parser)
    SELECT season, m, at, 1 + m % 99, equity, equity - 10000, (equity - 10000) / 100,
        (equity - 10000) / 100, 12.5, equity - 10012.5, 'model_chat',
        CASE WHEN minute = 0 THEN 2 END, jsonb_build_object('equity', equity), 3,
        substr(md5(m || ' ' || at), 1, 32), at, at, 5
    FROM (
        SELECT m, minute, :day + minute * interval '1 minute'
                + (m * 0.3 + random()) * interval '1 second' AS at,
            round((10000 + 900 * sin(:number / 9.0 + m) + 250 * sin(minute / 173.0 + m * 1.7)
                + 40 * random())::numeric, 2) AS equity
        FROM generate_series(0, 1439) minute, generate_series(1, :accounts) m
    ) made, (SELECT id AS season FROM seasons WHERE season_number = 1) s
    """.replace("minute = 0 THEN", "minute % 60 = 0 THEN")
_POSITIONS = """
    INSERT INTO positions (model_id, timestamp, symbol, side, quantity, entry_price,
        mark_price, unrealized_pnl, stop_loss, profit_target, entry_oid, source, raw_data,
        stated, raw_digest, first_observed_at, last_observed_at, parser)
    SELECT model_id, timestamp, symbol, 'long', 0.01, 90000, 90100, 6.25, 89000, 93000,
        model_id * 1000000 + :number * :trades + nth, 'model_chat', '{}', 31,
        substr(md5(symbol || timestamp), 1, 32), timestamp, timestamp, 5
    FROM leaderboard_snapshots, (VALUES ('BTC', 0), ('ETH', 1)) AS held (symbol, nth)
    WHERE open_positions = 2 AND timestamp >= :day
        AND timestamp < :day + interval '1 day'
    """
_TRADES = """
    INSERT INTO trades (season_id, model_id, trade_id, symbol, side, entry_price,
        exit_price, size, pnl, gross_pnl, fees, leverage, confidence, status, entry_oid,
        opened_at, closed_at, raw_data, stated)
    SELECT season, m, m || '_' || :number || '_' || n, 'BTC', 'long', 90000,
        90000 + 500 * (random() - 0.5), 0.01, net, net + 0.9, 0.9, 10, 70, 'closed',
        m * 1000000 + :number * :trades + n, opened,
        opened + (10 + 600 * random()) * interval '1 second', '{}', 31
    FROM (
        SELECT m, n, :day + (n + random()) * interval '1 day' / :trades AS opened,
            round((8 * (random() - 0.48))::numeric, 4) AS net
        FROM generate_series(0, :trades - 1) n, generate_series(1, :accounts - 1) m
    ) made, (SELECT id AS season FROM seasons WHERE season_number = 1) s
    """
_CHATS = """
    INSERT INTO model_chats (conversation_id, season_id, model_id, cycle_id, timestamp,
        content, decision, raw_data, stated)
    SELECT 'c' || m || '_' || :number || '_' || hour, season, m, :number * 24 + hour + 1,
        :day + hour * interval '1 hour' + m * interval '0.3 second',
        'Holding BTC, confidence ' || m || ' after hour ' || hour || md5(m::text || :day),
        'hold', jsonb_build_object('prompt', repeat(md5(m || ' ' || hour), 12)), 3
    FROM generate_series(0, 23) hour, generate_series(1, :accounts - 1) m,
        (SELECT id AS season FROM seasons WHERE season_number = 1) s
    """
_DECISIONS = """
    INSERT INTO chat_decisions (model_chat_id, symbol, signal, confidence, stop_loss,
        profit_target, stated)
    SELECT id, traded.symbol, CASE WHEN nth = 0 AND id % 4 = 0 THEN 'buy_to_enter' ELSE 'hold' END,
        70, 89000, 93000, 3
    FROM model_chats, (VALUES ('BTC', 0), ('ETH', 1), ('SOL', 2), ('BNB', 3), ('DOGE', 4),
        ('XRP', 5)) AS traded (symbol, nth)
    WHERE timestamp >= :day AND timestamp < :day + interval '1 day'
    """
_A_DAY = (_SNAPSHOTS, _POSITIONS, _TRADES, _CHATS, _DECISIONS)


@dataclass(frozen=True, slots=True)
class Span:
    """So many days of every account."""

    days: int

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return START + timedelta(days=self.days)

    def __str__(self) -> str:
        snapshots = self.days * 1440 * ACCOUNTS
        decisions = self.days * 24 * (ACCOUNTS - 1) * DECISIONS
        return f"{snapshots / 1e6:.1f} million snapshots, {decisions / 1e6:.1f} million decisions"


def make_rows(engine: Engine, span: Span, tell: Callable[[str], None]) -> None:
    """Fills an empty database with the schema, day by day, as recording would."""
    values = {"accounts": ACCOUNTS, "start": START}
    with engine.begin() as connection:
        for statement in (_ONE_SEASON, _NO_CLOSE, _ACCOUNTS):
            connection.execute(text(statement), values)
    for number, day in enumerate(_days(span)):
        parameters = {
            "accounts": ACCOUNTS,
            "trades": TRADES_A_DAY,
            "number": number,
            "day": datetime(day.year, day.month, day.day, tzinfo=UTC),
        }
        with engine.begin() as connection:
            for statement in _A_DAY:
                connection.execute(text(statement), parameters)
        if number % 10 == 9:
            tell(f"  {number + 1} of {span.days} days")


def _days(span: Span) -> Iterator[date]:
    for number in range(span.days):
        yield (START + timedelta(days=number)).date()
