"""The equity of each account by hour, which recording keeps beside the snapshots.

Revision: 0018
"""

from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_USD = sa.Numeric(20, 8)
_TRUST = "CASE source WHEN 'account_totals' THEN 0 ELSE 1 END"
_HOURS = {
    "postgresql": (
        "date_trunc('hour', timestamp - interval '1 microsecond', 'UTC')"
        " + interval '1 hour'"
    ),
    "sqlite": (
        "CASE WHEN substr(timestamp, 15) = '00:00.000000' THEN timestamp"
        " ELSE strftime('%Y-%m-%d %H:00:00.000000', timestamp, '+1 hour') END"
    ),
}
_FILL = """
    INSERT INTO equity_hourly (season_id, model_id, hour, observations,
        first_at, first_equity, last_at, last_equity, last_source,
        lowest_at, lowest_equity, highest_at, highest_equity, known,
        first_known_at, first_known_equity, first_known_positions,
        last_known_at, last_known_equity, last_known_positions)
    SELECT season_id, model_id, hour, count(*),
        max(CASE WHEN nth = 1 THEN timestamp END),
        max(CASE WHEN nth = 1 THEN total_assets END),
        max(CASE WHEN nth_last = 1 THEN timestamp END),
        max(CASE WHEN nth_last = 1 THEN total_assets END),
        max(CASE WHEN nth_last = 1 THEN source END),
        max(CASE WHEN nth_low = 1 THEN timestamp END),
        max(CASE WHEN nth_low = 1 THEN total_assets END),
        max(CASE WHEN nth_high = 1 THEN timestamp END),
        max(CASE WHEN nth_high = 1 THEN total_assets END),
        count(open_positions),
        max(CASE WHEN nth_known = 1 AND open_positions IS NOT NULL
            THEN timestamp END),
        max(CASE WHEN nth_known = 1 AND open_positions IS NOT NULL
            THEN total_assets END),
        max(CASE WHEN nth_known = 1 THEN open_positions END),
        max(CASE WHEN nth_last_known = 1 AND open_positions IS NOT NULL
            THEN timestamp END),
        max(CASE WHEN nth_last_known = 1 AND open_positions IS NOT NULL
            THEN total_assets END),
        max(CASE WHEN nth_last_known = 1 THEN open_positions END)
    FROM (
        SELECT best.*,
            row_number() OVER (of_hour ORDER BY timestamp) AS nth,
            row_number() OVER (of_hour ORDER BY timestamp DESC) AS nth_last,
            row_number() OVER (of_hour ORDER BY total_assets, timestamp) AS nth_low,
            row_number() OVER (of_hour ORDER BY total_assets DESC, timestamp) AS nth_high,
            row_number() OVER (of_hour ORDER BY open_positions IS NULL, timestamp)
                AS nth_known,
            row_number() OVER (of_hour ORDER BY open_positions IS NULL, timestamp DESC)
                AS nth_last_known
        FROM (
            SELECT season_id, model_id, timestamp, source, total_assets, open_positions,
                {hour} AS hour,
                row_number() OVER (
                    PARTITION BY season_id, model_id, timestamp ORDER BY {trust}
                ) AS place
            FROM leaderboard_snapshots
            WHERE source IN ('account_totals', 'model_chat') {of_day}
        ) best WHERE place = 1
        WINDOW of_hour AS (PARTITION BY season_id, model_id, hour)
    ) marked
    GROUP BY season_id, model_id, hour
    """


def upgrade() -> None:
    op.create_table(
        "equity_hourly",
        sa.Column(
            "season_id",
            sa.Integer(),
            sa.ForeignKey("seasons.id", name="fk_equity_hourly_season_id_seasons"),
            nullable=False,
        ),
        sa.Column(
            "model_id",
            sa.Integer(),
            sa.ForeignKey("llm_models.id", name="fk_equity_hourly_model_id_llm_models"),
            nullable=False,
        ),
        sa.Column("hour", _TIME, nullable=False),
        sa.Column("observations", sa.Integer(), nullable=False),
        sa.Column("first_at", _TIME, nullable=False),
        sa.Column("first_equity", _USD, nullable=False),
        sa.Column("last_at", _TIME, nullable=False),
        sa.Column("last_equity", _USD, nullable=False),
        sa.Column("last_source", sa.String(20), nullable=False),
        sa.Column("lowest_at", _TIME, nullable=False),
        sa.Column("lowest_equity", _USD, nullable=False),
        sa.Column("highest_at", _TIME, nullable=False),
        sa.Column("highest_equity", _USD, nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("first_known_at", _TIME),
        sa.Column("first_known_equity", _USD),
        sa.Column("first_known_positions", sa.Integer()),
        sa.Column("last_known_at", _TIME),
        sa.Column("last_known_equity", _USD),
        sa.Column("last_known_positions", sa.Integer()),
        sa.PrimaryKeyConstraint(
            *("season_id", "model_id", "hour"), name="pk_equity_hourly"
        ),
        sqlite_with_rowid=False,
    )
    hour = _HOURS[op.get_context().dialect.name]
    for condition in _days():
        op.execute(_FILL.format(hour=hour, trust=_TRUST, of_day=condition))


def _days() -> Iterator[str]:
    """Conditions that select the snapshots of one day each, in their order on disk."""
    if op.get_context().as_sql:
        yield ""
        return
    found = op.get_bind().execute(
        sa.text("SELECT min(timestamp), max(timestamp) FROM leaderboard_snapshots")
    )
    first, last = (str(each)[:10] for each in found.one())
    if first == "None":
        return
    zone = "+00" if op.get_context().dialect.name == "postgresql" else ".000000"
    # The hour that a day begins with belongs to the day before; a day of margin serves
    # where the session's time zone is another.
    day = date.fromisoformat(first) - timedelta(days=2)
    while day <= date.fromisoformat(last) + timedelta(days=1):
        after, until = (
            f"'{each} 00:00:00{zone}'" for each in (day, day + timedelta(days=1))
        )
        yield f"AND timestamp > {after} AND timestamp <= {until}"
        day += timedelta(days=1)


def downgrade() -> None:
    op.drop_table("equity_hourly")
