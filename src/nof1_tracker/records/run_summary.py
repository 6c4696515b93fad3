"""The summary of a scrape or an import, by kind of rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nof1_tracker.errors import CheckpointError, TrackerError
from nof1_tracker.records.enums import Endpoint, RowKind, RunStatus
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.stored import Tally

_FAILURES_TOLD = 20
_COUNTS = ("fetched", "inserted", "updated", "unchanged", "rejected")


def first_of(failures: Sequence[str]) -> list[str]:
    """The first of many failures, followed by the number of the others."""
    more = len(failures) - _FAILURES_TOLD
    shown = list(failures[:_FAILURES_TOLD])
    return [*shown, f"and {more} more"] if more > 0 else shown


@dataclass(frozen=True)
class StoredRows:
    """The outcome of storing the rows of one kind.

    Attributes:
        fetched: Rows of that kind in the payload; 0 for derived rows.
    """

    kind: RowKind
    source: str
    fetched: int
    tally: Tally


@dataclass(frozen=True)
class SummaryLine:
    """The outcome for the rows of one kind from one source.

    Attributes:
        fetched: Rows of the payload, good and bad; 0 for derived rows.
        seconds: Time for parsing and storing, on the payload's main line.
    """

    kind: RowKind
    source: str
    fetched: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    seconds: float = 0.0

    def __add__(self, other: "SummaryLine") -> "SummaryLine":
        sums = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        return replace(self, **sums, seconds=round(self.seconds + other.seconds, 3))


@dataclass
class RunSummary:
    """The summary of a scrape or an import.

    Attributes:
        origin: The site's base URL, or the paths imported.
        failures: Requests that got no usable body, in words.
        not_modified: Endpoints without any change (304).
        delivered: Endpoints of which usable rows were stored, or without any change.
        errors: Why an endpoint's rows were not fetched, or not stored.
        rejected_rows: How many rows of an endpoint could not be understood.
        rejected_parts: How many parts of rows (figures, positions, decisions) could
            not; the rows are stored without them.
        recorded: Answers that were recorded first, confirmations (304) too.
        unrecorded: Bodies that were stored but not recorded.
        why_unrecorded: Why the first of them could not be recorded; "" without any.
        has_bug: True if this program failed at a body, which is now rejected.
    """

    transport: str
    origin: str
    failures: list[str] = field(default_factory=list)
    not_modified: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    delivered: set[Endpoint] = field(default_factory=set)
    errors: dict[Endpoint | None, TrackerError] = field(default_factory=dict)
    rejected_rows: Counter[Endpoint] = field(default_factory=Counter)
    rejected_parts: int = 0
    recorded: int = 0
    unrecorded: int = 0
    why_unrecorded: str = ""
    has_bug: bool = False
    _lines: dict[tuple[str, str], SummaryLine] = field(default_factory=dict)

    @property
    def lines(self) -> list[SummaryLine]:
        """One line per kind and source, in order of first arrival."""
        return list(self._lines.values())

    def add_not_modified(self, endpoint: Endpoint) -> None:
        """Records that the source answered 304 for an endpoint."""
        self.not_modified.append(endpoint.value)
        self.delivered.add(endpoint)

    def add_failure(
        self, endpoint: Endpoint | None, name: str, error: TrackerError
    ) -> None:
        """Records a request without a usable body, or a body that was not stored."""
        self.failures.append(f"{name}: {error.message}")
        self.errors[endpoint] = error

    def add_unrecorded(self, error: TrackerError) -> None:
        """Records a body that is stored without being recorded, and why the first is."""
        if not self.unrecorded:
            self.warnings.append(f"stored without being recorded: {error}")
            self.why_unrecorded = error.message
        self.unrecorded += 1

    def end_at_checkpoint(self, error: CheckpointError) -> None:
        """Records that a checkpoint refused what is missing still, told once."""
        self.failures.append(f"the rest: {error}")
        for endpoint in Endpoint:
            if endpoint not in self.delivered:
                self.errors.setdefault(endpoint, error)

    @property
    def journal_lines(self) -> list[SummaryLine]:
        """The lines, plus an empty one for each endpoint that did not change.

        With it the journal distinguishes an unchanged kind from one not asked for.
        """
        silent = [SummaryLine(Endpoint(e).row_kind, e) for e in self.not_modified]
        return self.lines + silent

    def add_payload(
        self, parsed: ParsedPayload, stored: Sequence[StoredRows], seconds: float
    ) -> None:
        """Adds the outcome for one payload to the summary."""
        main, source = parsed.row_kind, parsed.source
        own = next((rows.source for rows in stored if rows.kind is main), source)
        for rows in stored:
            is_main = (rows.kind, rows.source) == (main, own)
            self._add(
                SummaryLine(
                    kind=rows.kind,
                    source=rows.source,
                    fetched=0 if is_main else rows.fetched,
                    inserted=rows.tally.inserted,
                    updated=rows.tally.updated,
                    unchanged=rows.tally.unchanged,
                )
            )
        if parsed.fetched or parsed.rejected_rows:
            bad = parsed.rejected_rows
            self._add(
                SummaryLine(
                    kind=main,
                    source=own,
                    fetched=parsed.fetched,
                    rejected=bad,
                    seconds=round(seconds, 3),
                )
            )
        self.rejected_parts += parsed.rejected_parts
        self.warnings.extend(w for w in parsed.warnings if w not in self.warnings)
        self._note_delivery(parsed)

    def _note_delivery(self, parsed: ParsedPayload) -> None:
        if parsed.endpoint is None:
            return
        bad = parsed.rejected_rows
        self.rejected_rows[parsed.endpoint] += bad
        if parsed.fetched > bad or not bad:
            self.delivered.add(parsed.endpoint)

    def _add(self, line: SummaryLine) -> None:
        key = line.kind, line.source
        before = self._lines.get(key)
        self._lines[key] = line if before is None else before + line

    @property
    def stored(self) -> int:
        """Fetched rows that are now in the database, whether new or already there."""
        return sum(line.inserted + line.updated + line.unchanged for line in self.lines)

    @property
    def rejected(self) -> int:
        """Number of rows and bodies that could not be parsed."""
        return sum(line.rejected for line in self.lines)

    @property
    def status(self) -> RunStatus:
        """complete, partial, or failed where nothing at all was stored."""
        if not (self.failures or self.rejected or self.rejected_parts):
            return RunStatus.COMPLETE
        if self.stored or self.not_modified:
            return RunStatus.PARTIAL
        return RunStatus.FAILED
