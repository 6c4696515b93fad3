"""Text in conversations is found by an index of its trigrams.

A search is for any part of the text, so words will not do. The newest conversation
of an account is found by an index, too.

Revision: 0005
"""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NEWEST, _CHATS = "ix_model_chats_model_id_timestamp", "model_chats"
_WITHOUT = "chat --search finds the same without its index, slower: %s"
_LOG = logging.getLogger("alembic.runtime.migration")

_EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
_POSTGRESQL = r"""
CREATE INDEX chat_search ON model_chats USING gin (
    (content || E'\x1e' || coalesce(summary, '')) gin_trgm_ops
)
"""

# FTS5 asks a view for the text, so that it is stored once. `detail=none` takes a
# seventh of the space: where in a text a trigram stands is seen in the text itself.
_SQLITE = (
    """
    CREATE VIEW chat_search_texts AS SELECT
        id, content || char(30) || coalesce(summary, '') AS text FROM model_chats
    """,
    """
    CREATE VIRTUAL TABLE chat_search USING fts5(
        text, content='chat_search_texts', content_rowid='id',
        tokenize='trigram', detail='none'
    )
    """,
    "INSERT INTO chat_search(chat_search) VALUES ('rebuild')",
    """
    CREATE TRIGGER chat_search_inserted AFTER INSERT ON model_chats BEGIN
        INSERT INTO chat_search(rowid, text) VALUES (
            new.id, new.content || char(30) || coalesce(new.summary, '')
        );
    END
    """,
    """
    CREATE TRIGGER chat_search_deleted AFTER DELETE ON model_chats BEGIN
        INSERT INTO chat_search(chat_search, rowid, text) VALUES (
            'delete', old.id, old.content || char(30) || coalesce(old.summary, '')
        );
    END
    """,
    """
    CREATE TRIGGER chat_search_updated
    AFTER UPDATE OF id, content, summary ON model_chats BEGIN
        INSERT INTO chat_search(chat_search, rowid, text) VALUES (
            'delete', old.id, old.content || char(30) || coalesce(old.summary, '')
        );
        INSERT INTO chat_search(rowid, text) VALUES (
            new.id, new.content || char(30) || coalesce(new.summary, '')
        );
    END
    """,
)
_SQLITE_DOWN = (
    "DROP TRIGGER IF EXISTS chat_search_updated",
    "DROP TRIGGER IF EXISTS chat_search_deleted",
    "DROP TRIGGER IF EXISTS chat_search_inserted",
    "DROP TABLE IF EXISTS chat_search",
    "DROP VIEW IF EXISTS chat_search_texts",
)


def upgrade() -> None:
    op.create_index(_NEWEST, _CHATS, ["model_id", "timestamp"])
    statements = (
        (_EXTENSION, _POSTGRESQL)
        if op.get_context().dialect.name == "postgresql"
        else _SQLITE
    )
    if op.get_context().as_sql:
        _run(statements)
        return
    # Recording matters more than a quick search: one role may not create the
    # extension, one SQLite has no trigrams (before 3.34).
    try:
        with op.get_bind().begin_nested():
            _run(statements)
    except sa.exc.DBAPIError as error:
        _LOG.warning(_WITHOUT, str(error.orig).strip())


def _run(statements: tuple[str, ...]) -> None:
    for statement in statements:
        # Not as text(): a colon in it is no parameter.
        op.execute(sa.text(statement))


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        # The extension stays: who else uses it is not known.
        _run(("DROP INDEX IF EXISTS chat_search",))
    else:
        _run(_SQLITE_DOWN)
    op.drop_index(_NEWEST, table_name=_CHATS)
