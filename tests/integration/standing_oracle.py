"""What should stand in the tables, computed from what was served alone.

Written from the rule in docs/explanation/stored-facts.md, not from the code: each row's
observations are sorted, and each field is looked up in them from the best one on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.database.write.versions.versioned_table import digest_of
from nof1_tracker.scraper.wire.json_text import decode

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Observation:
    """A row as it was served once.

    Attributes:
        at: When; None where nothing says so.
        said: Its fields that could be read, by column; an explicit null is None.
        served: The row on the wire, as JSON text.
    """

    at: datetime | None
    said: Mapping[str, Any]
    served: str

    def rank(self, group: Iterable[str]) -> tuple[bool, int, datetime, str]:
        """The greater, the better."""
        complete = sum(name in self.said for name in group)
        row = decode(self.served.encode()).value
        digest = digest_of(canonical_json(row))
        return self.at is not None, complete, self.at or _LONG_AGO, digest


def standing(
    observations: Sequence[Observation], group: Sequence[str], optional: Sequence[str]
) -> dict[str, Any]:
    """The columns of the row that was observed so."""
    best_first = sorted(observations, key=lambda each: each.rank(group), reverse=True)
    row = {
        name: next((o.said[name] for o in best_first if name in o.said), None)
        for name in group
    }
    for name in optional:
        values = (each.said.get(name) for each in best_first)
        best = best_first[0].said.get(name)
        row[name] = next((v for v in values if v not in (None, "")), best)
    return row
