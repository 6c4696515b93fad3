"""What a dataset can tell to be missing from it, noted while its rows pass by."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from nof1_tracker.analyzer.decisions.decision_metrics import missed_cycles
from nof1_tracker.records.export_rows import DatasetTable, Values

_DATED = ("snapshots", "trades", "conversations", "statistics", "prices")


class Coverage:
    """Counts rows as they pass by.

    Attributes:
        last_observed: The newest time of a row; None without any.
    """

    def __init__(self) -> None:
        self.last_observed: datetime | None = None
        self._legs: dict[str, int] = defaultdict(int)
        self._counted: dict[str, int] = {}
        self._cycles: dict[str, set[int]] = defaultdict(set)

    def note(self, table: DatasetTable, rows: Iterable[Values]) -> Iterator[Values]:
        """Passes the rows on."""
        place = {name: at for at, name in enumerate(table.names)}
        for row in rows:
            if table.name in _DATED:
                self._note_time(row[place["observed_at"]])
            if table.name == "trades" and row[place["exit_price"]] is not None:
                self._legs[row[place["model_id"]]] += 1
            elif table.name == "statistics":
                if (counted := row[place["total_trades"]]) is not None:
                    self._counted[row[place["model_id"]]] = counted
            elif table.name == "conversations" and row[place["cycle_id"]] is not None:
                self._cycles[row[place["model_id"]]].add(row[place["cycle_id"]])
            yield row

    def _note_time(self, time: datetime | None) -> None:
        if time is not None:
            self.last_observed = max(time, self.last_observed or time)

    def gaps(self) -> list[str]:
        """A sentence for each kind of row of which some are known to be missing."""
        return [*self._of_legs(), *self._of_conversations()]

    def _of_legs(self) -> Iterator[str]:
        missing = {
            account: (counted - self._legs[account], counted)
            for account, counted in sorted(self._counted.items())
            if counted > self._legs[account]
        }
        if missing:
            told = ", ".join(
                f"{account} {gone} of {counted}"
                for account, (gone, counted) in missing.items()
            )
            yield f"Completed legs that the site counted but did not serve: {told}."

    def _of_conversations(self) -> Iterator[str]:
        missing = {
            account: missed_cycles(cycles).missed
            for account, cycles in sorted(self._cycles.items())
        }
        told = ", ".join(f"{name} {gone:,}" for name, gone in missing.items() if gone)
        if told:
            yield f"Conversations between the first and the last in it: {told}."
