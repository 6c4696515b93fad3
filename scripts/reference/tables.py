"""Generates the page of the schema from the ORM."""

from collections.abc import Iterator
from typing import Any, Final, cast

from scripts.reference.diagram import diagram
from scripts.reference.docstrings import module, said, said_of
from scripts.reference.markdown import (
    block,
    code,
    codes,
    paragraphs,
    prose,
    table,
)
from scripts.reference.markdown import (
    page as whole_page,
)
from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    Dialect,
    Enum,
    Index,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapper

from nof1_tracker.database import Base
from nof1_tracker.database.metadata import with_conditions
from nof1_tracker.database.people.people_metadata import PeopleBase

_DIALECTS: Final[dict[str, Dialect]] = {
    "PostgreSQL": postgresql.dialect(),  # type: ignore[no-untyped-call]
    "SQLite": sqlite.dialect(),
}
_GROUPS: Final = {
    "Recorded data": (
        "seasons llm_models account_aliases leaderboard_snapshots equity_hourly positions"
        " trades model_chats chat_decisions reported_statistics prices fills funding_payments ledger_updates"
        " candles exchange_equities portfolio_values"
    ),
    "What was served differently": "row_versions revisions",
    "Records of the source": (
        "scrape_runs rejected_payloads source_validators source_traits backfill_positions"
    ),
    "The recording": "archives archive_positions",
    "The live feed": "feed_version feed",
    "Alerts": "events event_channels event_deliveries event_memory",
    "People": (
        "users sessions api_tokens password_reset_tokens sign_in_attempts security_events"
    ),
    "Players": (
        "user_profiles character_stats user_progression achievements user_achievements"
        " friendships leaderboard_cache answered_cases sign_in_days number_one_days"
        " shared_cards"
    ),
    "Games": "game_rooms game_room_members games game_orders game_entries game_results",
}
"""Groups of tables, in reading order."""


def mappers() -> dict[str, Mapper[Any]]:
    """The mapper of every table, by the table's name."""
    with_conditions(Base.metadata)
    mappers = (*Base.registry.mappers, *PeopleBase.registry.mappers)
    found = {cast("Table", each.local_table).name: each for each in mappers}
    return dict(sorted(found.items()))


def page() -> str:
    """The page: diagrams, then every table."""
    known = mappers()
    grouped = {title: names.split() for title, names in _GROUPS.items()}
    left = known.keys() - {name for names in grouped.values() for name in names}
    if left:
        raise ValueError(f"put {', '.join(sorted(left))} into a group")
    parts: list[str] = []
    for title, names in grouped.items():
        parts += [f"## {title}", *_drawn([known[name] for name in names])]
        parts += [part for name in names for part in _section(name, known[name])]
    about = said(module("database.models")).split("\n\n", 1)[1]
    types = module("database.engine.column_types").classes
    return whole_page(
        "Schema",
        paragraphs(about),
        *parts,
        "## Numbers and times on SQLite",
        paragraphs(said(types["ExactNumeric"])),
        paragraphs(said(types["UtcDateTime"])),
    )


def _drawn(members: list[Mapper[Any]]) -> Iterator[str]:
    if any(each.local_table.foreign_keys for each in members):
        yield block(
            diagram(cast("Table", each.local_table) for each in members), "mermaid"
        )


def _section(name: str, mapper: Mapper[Any]) -> Iterator[str]:
    drawn = cast("Table", mapper.local_table)
    yield f"### {name}"
    place = (
        f" In the schema {code(drawn.schema)} on PostgreSQL." if drawn.schema else ""
    )
    yield f"{prose(mapper.class_.__doc__ or '')} ORM: {code(mapper.class_.__name__)}.{place}"
    yield table(
        ["column", *_DIALECTS, "null", "meaning"],
        [_row(mapper, column) for column in drawn.columns],
    )
    rules = list(_rules(drawn))
    if rules:
        yield table(["rule", "columns", "name"], rules)


def _row(mapper: Mapper[Any], column: Column[Any]) -> tuple[str, ...]:
    return (
        code(column.name),
        *(code(column.type.compile(dialect)) for dialect in _DIALECTS.values()),
        "yes" if column.nullable else "",
        meaning(mapper, column),
    )


def meaning(mapper: Mapper[Any], column: Column[Any]) -> str:
    """The column's docstring in its class; keys get a standard text."""
    told = prose(said_of(mapper.class_, column.name))
    if isinstance(column.type, Enum):
        told = f"{told} One of {codes(column.type.enums)}.".lstrip()
    for other in sorted(key.column.table.name for key in column.foreign_keys):
        told = f"{told} Row of [{other}](#{other}).".lstrip()
    if not told and column.primary_key:
        return "Number of the row."
    return told


def _rules(drawn: Table) -> Iterator[tuple[str, str, str]]:
    yield "primary key", codes(drawn.primary_key.columns.keys()), ""
    for each in sorted(drawn.constraints, key=_named):
        if isinstance(each, UniqueConstraint):
            yield "unique", codes(each.columns.keys()), code(each.name)
        elif isinstance(each, CheckConstraint) and (own := [*_checked(drawn, each)]):
            yield "vocabulary", codes(own), code(each.name)
        elif isinstance(each, CheckConstraint):
            yield "check", code(each.sqltext), code(each.name)
    for index in sorted(drawn.indexes, key=lambda rule: str(rule.name)):
        yield _kind(index), codes(index.columns.keys()), code(index.name)


def _named(rule: Constraint) -> tuple[str, str]:
    """Sort key; a check that is written for each database has one name and two texts."""
    return str(rule.name), str(getattr(rule, "sqltext", ""))


def _checked(drawn: Table, rule: CheckConstraint) -> Iterator[str]:
    for column in drawn.columns:
        if isinstance(column.type, Enum) and column.type.name == rule.name:
            yield column.name


def _kind(index: Index) -> str:
    where = index.dialect_options["postgresql"]["where"]
    return "index" if where is None else f"index where {code(where)}"
