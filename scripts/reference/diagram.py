"""Draws the relations of tables as a Mermaid diagram."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Column, Enum, ForeignKey, Index, Numeric, Table, UniqueConstraint
from sqlalchemy.types import TypeDecorator

_CLOSE_TOGETHER = '%%{init: {"er": {"nodeSpacing": 40}}}%%'


def diagram(tables: Iterable[Table]) -> str:
    """An erDiagram of related tables, and of those they refer to, with only their keys.

    All columns would be too many to read; they are in the tables below the diagram.
    """
    known = list(tables)
    joined = {key.column.table for each in known for key in each.foreign_keys}
    others = sorted(joined.difference(known), key=lambda each: each.name)
    drawn = [each for each in known if each.foreign_keys or each in joined]
    head = [_CLOSE_TOGETHER, "erDiagram", "    direction LR"]
    return "\n".join([*head, *_entities([*others, *drawn]), *_relations(drawn)])


def _entities(tables: list[Table]) -> Iterator[str]:
    for table in tables:
        unique = _unique_columns(table)
        yield f"    {table.name} {{"
        for column in table.columns:
            marks = _marks(column, column.name in unique)
            if marks:
                yield f"        {_kind(column)} {column.name} {', '.join(marks)}"
        yield "    }"


def _unique_columns(table: Table) -> set[str]:
    """Columns that, alone or with others, identify a row."""
    return {
        column.name
        for each in (*table.constraints, *(one for one in table.indexes if one.unique))
        if isinstance(each, UniqueConstraint | Index)
        for column in each.columns
    }


def _marks(column: Column[object], is_unique: bool) -> list[str]:
    marks = [
        ("PK", column.primary_key),
        ("FK", bool(column.foreign_keys)),
        ("UK", is_unique),
    ]
    return [mark for mark, applies in marks if applies]


def _kind(column: Column[object]) -> str:
    kind = column.type
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, Numeric):
        return "numeric"
    return "text" if isinstance(kind, Enum) else kind.__visit_name__.lower()


def _relations(tables: list[Table]) -> Iterator[str]:
    for table in tables:
        for key in sorted(table.foreign_keys, key=_ends):
            few = "|o" if key.parent.nullable else "||"
            other = key.column.table.name
            yield f'    {other} {few}--o{{ {table.name} : "{key.parent.name}"'


def _ends(key: ForeignKey) -> tuple[str, str]:
    return key.parent.name, key.column.table.name
