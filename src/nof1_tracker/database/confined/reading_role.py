"""The role of PostgreSQL that queries somebody else wrote are asked by.

It may read the tables of the record, and nothing else that is this program's.
"""

from typing import Any, Final

from psycopg2.extensions import encrypt_password, quote_ident
from sqlalchemy import URL, Connection, Engine, make_url

from nof1_tracker.database.config import normalise_url
from nof1_tracker.database.confined.found_rows import SECONDS, TABLES
from nof1_tracker.database.engine.errors import database_errors
from nof1_tracker.errors import ConfigurationError

MAKE_ROLE: Final = "nof1-tracker db query-role"
SETTING: Final = "NOF1_QUERY_URL"
_ANOTHER: Final = f"Name another role in {SETTING}, and run `{MAKE_ROLE}`."
_CONNECTIONS: Final = 20
"""The role may have so many, of all processes together."""
_EXISTS = "SELECT true FROM pg_roles WHERE rolname = %(role)s"
_STANDING = """
    SELECT 'is a superuser' FROM pg_roles WHERE rolname = %(role)s AND rolsuper
    UNION ALL
    SELECT 'may manage roles, databases or replication' FROM pg_roles
    WHERE rolname = %(role)s
        AND (rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
    UNION ALL
    SELECT 'has the rights of ' || granted.rolname
    FROM pg_auth_members m
    JOIN pg_roles granted ON granted.oid = m.roleid
    JOIN pg_roles own ON own.oid = m.member
    WHERE own.rolname = %(role)s
    UNION ALL
    SELECT 'owns something' FROM pg_roles r
    WHERE rolname = %(role)s AND EXISTS (
        SELECT FROM pg_shdepend
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = r.oid AND deptype = 'o'
    )
"""
"""What a role is that no right taken away makes harmless."""
_RIGHTS = """
    WITH relations AS (
        SELECT c.oid, relname, relkind, nspname, EXISTS (
            SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e'
        ) AS is_of_extension
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
            AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    )
    SELECT 'can see the schema people' FROM pg_namespace
    WHERE nspname = 'people' AND has_schema_privilege(%(role)s, oid, 'USAGE')
    UNION ALL
    SELECT 'may write to ' || oid::regclass FROM relations
    WHERE CASE WHEN relkind = 'S' THEN has_sequence_privilege(%(role)s, oid, 'USAGE, UPDATE')
        ELSE has_table_privilege(%(role)s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
            OR has_any_column_privilege(%(role)s, oid, 'INSERT, UPDATE') END
    UNION ALL
    SELECT 'may read ' || oid::regclass FROM relations
    WHERE relkind <> 'S' AND NOT is_of_extension
        AND has_any_column_privilege(%(role)s, oid, 'SELECT')
        AND NOT (nspname = 'public' AND relname = ANY(%(tables)s))
    UNION ALL
    SELECT 'may run ' || p.oid::regprocedure || ', which acts with the rights of another'
    FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE (prosecdef OR probin ~ 'dblink')
        AND nspname NOT IN ('pg_catalog', 'information_schema')
        AND prorettype <> 'trigger'::regtype
        AND has_function_privilege(%(role)s, p.oid, 'EXECUTE')
        AND has_schema_privilege(%(role)s, n.oid, 'USAGE')
    UNION ALL
    SELECT 'may not read ' || oid::regclass FROM relations
    WHERE nspname = 'public' AND relname = ANY(%(tables)s)
        AND NOT has_table_privilege(%(role)s, oid, 'SELECT')
"""


def check_role(connection: Connection) -> None:
    """Refuses the role of the connection unless all that it can do is read the record.

    Raises:
        ConfigurationError: It can do more, or less.
    """
    role = str(connection.exec_driver_sql("SELECT current_user").scalar())
    _refuse(role, _reasons(connection, role, _STANDING, _RIGHTS))


def make_role(engine: Engine, query_url: str) -> str:
    """Makes the role that the URL names, or puts its password and its rights right.

    Args:
        engine: Of the database, by the owner of its tables.

    Returns:
        The name of the role.

    Raises:
        ConfigurationError: The URL lacks a name or a password, or the role is one that
            can do more than to read the record.
        DatabaseError: The database refuses.
    """
    url = make_url(normalise_url(query_url))
    if not url.username or not url.password:
        raise ConfigurationError(
            f"{SETTING} has no role or no password.",
            "Write it as postgresql://nof1_query:PASSWORD@host:5432/name.",
        )
    with database_errors(), engine.begin() as connection:
        _refuse(url.username, _reasons(connection, url.username, _STANDING))
        _make(connection, url)
        _grant(connection, _quoted(connection, url.username))
        _refuse(url.username, _reasons(connection, url.username, _STANDING, _RIGHTS))
    return url.username


def _make(connection: Connection, url: URL) -> None:
    """Makes the role where this one may; otherwise it must be there."""
    name = str(url.username)
    exists = _is(connection, _EXISTS, name)
    may = _is(
        connection,
        "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user",
    )
    role = _quoted(connection, name)
    if not exists and not may:
        raise ConfigurationError(
            f"The role {name} does not exist, and that of the tables' owner may not"
            " create roles.",
            f"Let a superuser run CREATE ROLE {role} LOGIN PASSWORD '...' in psql, then"
            f" run `{MAKE_ROLE}` again.",
        )
    if not exists:
        _run(connection, f"CREATE ROLE {role} LOGIN")
    if may:
        password = encrypt_password(
            str(url.password),
            name,
            scope=_driver(connection),
            algorithm="scram-sha-256",
        )
        _run(connection, f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
        _run(connection, f"ALTER ROLE {role} CONNECTION LIMIT {_CONNECTIONS}")
        _run(connection, f"ALTER ROLE {role} SET default_transaction_read_only = on")
        _run(connection, f"ALTER ROLE {role} SET statement_timeout = '{SECONDS:g}s'")


def _grant(connection: Connection, role: str) -> None:
    """Lets the role read the tables of the record, and nothing else in their schema."""
    tables = ", ".join(f"public.{table}" for table in TABLES)
    _run(connection, f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
    _run(connection, f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}")
    _run(connection, f"GRANT USAGE ON SCHEMA public TO {role}")
    _run(connection, f"GRANT SELECT ON {tables} TO {role}")


def _reasons(connection: Connection, role: str, *queries: str) -> list[str]:
    """Why the role may not be asked by; nothing where it does not exist yet."""
    if not _is(connection, _EXISTS, role):
        return []
    asked = {"role": role, "tables": list(TABLES)}
    return [
        reason
        for query in queries
        for reason in connection.exec_driver_sql(query, asked).scalars()
    ]


def _refuse(role: str, reasons: list[str]) -> None:
    """Refuses a role for the first reasons, if there are any."""
    if not reasons:
        return
    lacks = [each for each in reasons if each.startswith("may not read")]
    told = "; ".join((lacks or reasons)[:3])
    raise ConfigurationError(
        f"Nothing is asked by the role {role}, because it {told}.",
        f"Run `{MAKE_ROLE}` again." if lacks == reasons else _ANOTHER,
    )


def _is(connection: Connection, query: str, role: str | None = None) -> bool:
    return bool(connection.exec_driver_sql(query, {"role": role}).scalar())


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


def _quoted(connection: Connection, name: str) -> str:
    return str(quote_ident(name, _driver(connection)))


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
