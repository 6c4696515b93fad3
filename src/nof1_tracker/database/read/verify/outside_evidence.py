"""Why a stored row may be otherwise than an archive alone makes it. Pure.

A database may know more than its archive: it is older, or stored bodies that were not
recorded. A row then rightly stands as one of those bodies has it. But each body that the
archive does hold must be among the row's versions, read as today's code reads it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nof1_tracker.database.read.verify.checked_tables import CheckedRows
from nof1_tracker.database.write.versions.row_versions import MOST_VERSIONS
from nof1_tracker.database.write.versions.version_order import (
    FIGURES_ONLY,
    Version,
    standing,
)


def is_explained(
    rows: CheckedRows,
    values: Mapping[str, Any],
    stored: Sequence[Version],
    made: Sequence[Version],
) -> bool:
    """Whether bodies that the archive lacks explain the values of a stored row.

    Args:
        values: Of the stored row, by column.
        stored: What it was served as, as the database knows; the greatest first.
        made: The same as the archive has it.
    """
    if rows.versions is None:
        return False
    if rows.first_stands:
        return _is_earlier(stored[0], made[0])
    if not (has_others(stored, made) and holds_all(stored, made)):
        return False
    stands = standing(stored, rows.versions.group, rows.versions.optional)
    return all(values[name] == stands[name] for name in rows.served if name in stands)


def has_others(stored: Sequence[Version], made: Sequence[Version]) -> bool:
    """Whether a row was served as the archive does not have it."""
    return any(not any(_is_same_body(each, one) for one in made) for each in stored)


def holds_all(stored: Sequence[Version], made: Sequence[Version]) -> bool:
    """Whether the database has all that the archive has a row served as."""
    return all(_is_known(one, stored) for one in made)


def _is_earlier(one: Version, other: Version) -> bool:
    if one.first_at is None or other.first_at is None:
        return False
    return one.first_at < other.first_at


def _is_known(made: Version, stored: Sequence[Version]) -> bool:
    """Whether the database has the version, and reads it as today's code does."""
    if any(each.values == made.values for each in stored):
        return True
    if len(stored) >= MOST_VERSIONS:  # the least of them are not kept
        return True
    same = [each for each in stored if _is_same_body(each, made)]
    return bool(same) and all(each.parser == FIGURES_ONLY for each in same)


def _is_same_body(one: Version, other: Version) -> bool:
    if one.digest and one.digest == other.digest:
        return True
    return one.raw is not None and one.raw == other.raw
