"""XP as a function of a ledger: it is never counted up and never taken away."""

from collections.abc import Iterable, Sequence

from nof1_tracker.records.progress.xp_entries import XpEntry


def standing_entries(entries: Iterable[XpEntry]) -> Sequence[XpEntry]:
    """The entries that count, oldest first: of each key the earliest.

    Of several at one instant the least stands, so that the order in which they arrive
    does not matter.
    """
    by_key: dict[str, XpEntry] = {}
    for entry in sorted(entries):
        by_key.setdefault(entry.key, entry)
    return tuple(by_key.values())


def total_xp(entries: Iterable[XpEntry]) -> int:
    """XP of all entries, each key once; >= 0."""
    return sum(entry.xp for entry in standing_entries(entries))
