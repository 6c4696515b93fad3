r"""Phrases in conversations are found where their words meet, on PostgreSQL.

`pg_trgm` knows the trigrams of each word, and none that cross from one word to the next: a
phrase of common words may be in every conversation, as far as its index knows. The function
`chat_search_words` makes of a text one number for each word: a hash of the five characters
before it and of its first letter. The numbers of a phrase are among those of any text that
contains it. SQLite's trigrams cross the spaces as they are.

Revision: 0019
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Its cost keeps it out of any plan that would compute it for stored rows again.
_FUNCTION = """
CREATE FUNCTION chat_search_words(searched text) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
DECLARE
    word text;
    before text := '';
    found integer[] := '{}';
BEGIN
    FOREACH word IN ARRAY string_to_array(lower(searched), ' ') LOOP
        IF length(before) = 5 AND word <> '' THEN
            found := found || hashtext(before || left(word, 1));
        END IF;
        before := right(before || word || ' ', 5);
    END LOOP;
    RETURN found;
END
$$
"""
_INDEX = r"""
CREATE INDEX chat_search_words ON model_chats USING gin (
    chat_search_words(content || E'\x1e' || coalesce(summary, ''))
)
"""
# Statistics of it would cost ANALYZE more than they tell: the query needs none.
_NO_STATISTICS = "ALTER INDEX chat_search_words ALTER COLUMN 1 SET STATISTICS 0"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for statement in (_FUNCTION, _INDEX, _NO_STATISTICS):
            op.execute(statement)


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP INDEX IF EXISTS chat_search_words")
        op.execute("DROP FUNCTION IF EXISTS chat_search_words(text)")
