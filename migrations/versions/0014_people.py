"""People: users, sessions, tokens, and the security log.

On PostgreSQL they are in a schema of their own, which grants nothing to the roles that
read the record.

Revision: 0014
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
# Also where the role may not create schemas, and somebody else has made this one.
_MAKE_SCHEMA = """
DO $$ BEGIN
    IF to_regnamespace('people') IS NULL THEN CREATE SCHEMA people; END IF;
END $$
"""
_SESSION_KINDS = ("browser", "program")
_EVENT_KINDS = (
    *("registered", "signed_in", "sign_in_failed", "slowed_down", "signed_out"),
    *("session_ended", "password_changed", "reset_requested", "password_reset"),
    *("token_made", "token_revoked", "account_deleted"),
)
_TABLES = (
    *("security_events", "sign_in_attempts", "password_reset_tokens", "api_tokens"),
    *("sessions", "users"),
)


def upgrade() -> None:
    if _schema() is not None:
        op.execute(_MAKE_SCHEMA)
    _create_users()
    _create_sessions()
    _create_api_tokens()
    _create_password_reset_tokens()
    _create_sign_in_attempts()
    _create_security_events()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table, schema=_schema())
    if _schema() is not None:
        op.execute("DROP SCHEMA people")


def _schema() -> str | None:
    return "people" if op.get_context().dialect.name == "postgresql" else None


def _create_users() -> None:
    _create(
        "users",
        _column("id", sa.Uuid()),
        _column("username", sa.String(30)),
        _column("username_key", sa.String(90)),
        _column("email", sa.String(254)),
        _column("email_key", sa.String(254)),
        _column("password_hash", sa.String(255)),
        _column("is_admin", sa.Boolean(), server_default=sa.false()),
        _column("is_active", sa.Boolean(), server_default=sa.true()),
        _column("password_changed_at", _TIME),
        sa.Column("last_signed_in_at", _TIME),
        sa.Column("updated_at", _TIME),
        _column("created_at", _TIME, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username_key", name="uq_users_username_key"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
        sa.CheckConstraint("length(username) >= 3", name="ck_users_username_length"),
        sa.CheckConstraint(
            "email LIKE '%_@_%._%' AND email NOT LIKE '% %'",
            name="ck_users_email_format",
        ),
    )
    _index("users", "ix_users_is_active", "is_active")


def _create_sessions() -> None:
    _create(
        "sessions",
        _column("kind", _words("session_kind", _SESSION_KINDS)),
        _column("token_digest", sa.String(64)),
        _column("expires_at", _TIME),
        _column("last_used_at", _TIME),
        sa.Column("user_agent", sa.String(200)),
        *_of_user("sessions"),
        sa.UniqueConstraint("token_digest", name="uq_sessions_token_digest"),
        _later("sessions"),
    )
    _index("sessions", "ix_sessions_expires_at", "expires_at")
    _index("sessions", "ix_sessions_user_id", "user_id")


def _create_api_tokens() -> None:
    _create(
        "api_tokens",
        _column("name", sa.String(100)),
        _column("prefix", sa.String(20)),
        _column("token_digest", sa.String(64)),
        _column("scopes", sa.String(100)),
        _column("expires_at", _TIME),
        sa.Column("last_used_at", _TIME),
        *_of_user("api_tokens"),
        sa.UniqueConstraint("token_digest", name="uq_api_tokens_token_digest"),
        _later("api_tokens"),
    )
    _index("api_tokens", "ix_api_tokens_user_id", "user_id")


def _create_password_reset_tokens() -> None:
    within_a_day = (
        "strftime('%s', expires_at) - strftime('%s', created_at) <= 86400"
        if _schema() is None
        else "expires_at <= created_at + interval '24 hours'"
    )
    _create(
        "password_reset_tokens",
        _column("token_digest", sa.String(64)),
        _column("expires_at", _TIME),
        sa.Column("used_at", _TIME),
        *_of_user("password_reset_tokens"),
        sa.UniqueConstraint(
            "token_digest", name="uq_password_reset_tokens_token_digest"
        ),
        _later("password_reset_tokens"),
        sa.CheckConstraint(within_a_day, name="ck_password_reset_tokens_within_a_day"),
    )
    _index("password_reset_tokens", "ix_password_reset_tokens_user_id", "user_id")


def _create_sign_in_attempts() -> None:
    _create(
        "sign_in_attempts",
        _column("key", sa.String(64)),
        _column("failures", sa.Integer()),
        _column("last_at", _TIME),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_attempts"),
        sa.CheckConstraint("failures >= 0", name="ck_sign_in_attempts_failures"),
    )
    _index("sign_in_attempts", "ix_sign_in_attempts_last_at", "last_at")


def _create_security_events() -> None:
    _create(
        "security_events",
        _column("id", sa.Uuid()),
        _column("occurred_at", _TIME),
        _column("kind", _words("security_event_kind", _EVENT_KINDS)),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("address_key", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_security_events"),
    )
    for name, columns in (
        ("ix_security_events_user_id", ("user_id", "occurred_at")),
        ("ix_security_events_occurred_at", ("occurred_at",)),
    ):
        _index("security_events", name, *columns)


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(name, *parts, schema=_schema())


def _index(table: str, name: str, *columns: str) -> None:
    op.create_index(name, table, columns, schema=_schema())


def _column(
    name: str, kind: sa.types.TypeEngine[Any], server_default: Any = None
) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False, server_default=server_default)


def _words(name: str, words: Sequence[str]) -> sa.Enum:
    return sa.Enum(
        *words, name=name, native_enum=False, create_constraint=True, length=20
    )


def _of_user(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    users = "users.id" if _schema() is None else f"{_schema()}.users.id"
    return (
        _column("id", sa.Uuid()),
        _column("user_id", sa.Uuid()),
        _column("created_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ("user_id",),
            (users,),
            name=f"fk_{table}_user_id_users",
            ondelete="CASCADE",
        ),
    )


def _later(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        "expires_at > created_at", name=f"ck_{table}_expires_later"
    )
