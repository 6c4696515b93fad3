"""Which version of a served row stands, and what changed on the way there. Pure.

A row that the source serves more than once may be served differently. Its versions are
ordered by how complete they are, then by when they were observed, then by their digest:
a total order, so that the order of arrival never matters. One without a known time comes
after all that have one: it fills gaps only. The greatest stands; what it leaves unsaid
comes from the next greatest that says it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from nof1_tracker.records.enums import RevisionCause

_NEVER = datetime.min.replace(tzinfo=UTC)
UNSAID = (None, "")
FIGURES_ONLY = -1
"""The `parser` of what came without the row as served: the figures of a dataset."""


@dataclass(frozen=True, slots=True)
class Version:
    """A row as it was served, once or again and again.

    Attributes:
        values: What it says, by column; None where it does not say.
        stated: One bit for each field of its group, set where the field is valid;
            an explicit null is valid where null is allowed.
        digest: Digest of the row as served, last seen.
        first_at, last_at: When it was observed first and last, by the source's
            clock; None where no time is known.
        raw: The row as served, last seen.
        parser: Version of the parser that read it, or FIGURES_ONLY.
    """

    values: Mapping[str, Any]
    stated: int
    digest: str
    first_at: datetime | None
    last_at: datetime | None
    raw: Any = None
    parser: int = 0

    @property
    def completeness(self) -> int:
        """How many fields of the group are valid."""
        return self.stated.bit_count()

    @property
    def order(self) -> tuple[bool, int, datetime, str]:
        """The place among the versions of the row; the greatest stands."""
        at = self.last_at
        return at is not None, self.completeness, at or _NEVER, self.digest


@dataclass(frozen=True, slots=True)
class Revision:
    """A change of one stored value.

    Attributes:
        old, new: The values; `old` is never None: filling a gap revises nothing.
        before_at, after_at: When the version that gave way and the one that stands
            since were observed; None where no time is known.
    """

    field: str
    old: Any
    new: Any
    before_at: datetime | None
    after_at: datetime | None
    cause: RevisionCause


def merged(versions: Iterable[Version]) -> list[Version]:
    """The distinct versions, the greatest first; equal ones become one.

    The digest and the row as served are those of the version observed last, of those
    that have the row as served.
    """
    found: dict[tuple[Any, ...], Version] = {}
    for each in _completed(list(versions)):
        key = (each.stated, frozenset(each.values.items()))
        other = found.get(key)
        found[key] = each if other is None else _joined(other, each)
    return sorted(found.values(), key=lambda each: each.order, reverse=True)


def _completed(versions: Sequence[Version]) -> list[Version]:
    """The versions, with what their rows as served say where only figures were known."""
    whole = {
        each.digest: each
        for each in versions
        if each.digest and each.parser != FIGURES_ONLY  # "" is of no known row
    }
    return [
        (
            replace(whole[each.digest], first_at=each.first_at, last_at=each.last_at)
            if each.parser == FIGURES_ONLY and each.digest in whole
            else each
        )
        for each in versions
    ]


def _joined(one: Version, other: Version) -> Version:
    later = max(one, other, key=lambda each: each.order)
    whole = max(one, other, key=lambda each: (each.parser != FIGURES_ONLY, each.order))
    firsts = [each.first_at for each in (one, other) if each.first_at is not None]
    return replace(
        whole,
        last_at=later.last_at,
        first_at=min(firsts, default=None),
        parser=max(one.parser, other.parser),
    )


def standing(
    versions: Sequence[Version], group: Sequence[str], optional: Sequence[str]
) -> dict[str, Any]:
    """The values that stand, by column.

    Args:
        versions: The distinct ones, the greatest first; at least one.
        group: The fields that belong together, in the order of the bits of `stated`.
        optional: The fields of which each stands by itself.
    """
    values = dict(versions[0].values)
    for bit, name in enumerate(group):
        said = (each for each in versions if each.stated >> bit & 1)
        values[name] = next((each.values[name] for each in said), values[name])
    for name in optional:
        said = (each for each in versions if each.values[name] not in UNSAID)
        values[name] = next((each.values[name] for each in said), values[name])
    return values


def revisions(
    versions: Sequence[Version], group: Sequence[str], optional: Sequence[str]
) -> list[Revision]:
    """How the values came to stand, as if all had been observed in order.

    A version counts from its first observation, and once more from its last.
    """
    found: list[Revision] = []
    known: dict[int, Version] = {}
    before: Version | None = None
    values: dict[str, Any] = {}
    for index, seen in _observations(versions):
        known[index] = seen
        ordered = sorted(known.values(), key=lambda each: each.order, reverse=True)
        now = standing(ordered, group, optional)
        if before is not None:
            found += _changes(
                before, ordered[0], seen, values, now, (*group, *optional)
            )
        before, values = ordered[0], now
    return found


def _observations(versions: Sequence[Version]) -> Iterator[tuple[int, Version]]:
    """Each version at its first and at its last observation, in order of time."""
    seen = [
        (at, each.order, index, replace(each, last_at=at))
        for index, each in enumerate(versions)
        for at in dict.fromkeys((each.first_at, each.last_at))
    ]
    seen.sort(key=lambda item: (item[0] or _NEVER, item[1]))
    for _, _, index, version in seen:
        yield index, version


def _changes(
    before: Version,
    after: Version,
    seen: Version,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    names: Iterable[str],
) -> Iterator[Revision]:
    fuller = after.completeness > before.completeness
    cause = RevisionCause.FULLER if fuller else RevisionCause.NEWER
    for name in names:
        if old[name] not in UNSAID and old[name] != new[name]:
            yield Revision(
                name, old[name], new[name], before.last_at, seen.last_at, cause
            )
