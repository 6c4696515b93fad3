"""Reads the rows of one payload, and collects accounts, rejections and warnings."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import Account, Rejected
from nof1_tracker.scraper.wire.json_text import exact_json, oddity
from nof1_tracker.scraper.wire.rows import AccountRow, Row

R = TypeVar("R", bound=Row)
AccountRowT = TypeVar("AccountRowT", bound=AccountRow)
T = TypeVar("T")

_SHOWN_ERRORS = 4
MAX_REJECTED = 200_000
"""Most rows kept as rejected: more than any payload of the site has ever had."""


@dataclass(slots=True)
class PayloadRows:
    """The rows of a payload, read one by one.

    Attributes:
        rows: The rows as served: mostly objects, but anything is possible.
        observed_at: The source's own time of the payload, else `captured_at`.
        accounts: Every account found, by its id; the last occurrence counts.
        rejected: What could not be parsed, in order of occurrence.
    """

    endpoint: Endpoint
    rows: list[Any]
    captured_at: datetime
    observed_at: datetime
    accounts: dict[str, Account] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    _row: Any = None
    _unknown: dict[str, dict[str, None]] = field(default_factory=dict)
    _warnings: Counter[str] = field(default_factory=Counter)

    def read(self, model: type[R]) -> Iterator[tuple[R, dict[str, Any]]]:
        """Yields each valid row with the row as served; the others are rejected."""
        for row in self.rows:
            self._row = row
            if (valid := self.validated(model, row)) is not None:
                yield valid, row

    def read_accounts(
        self, model: type[AccountRowT]
    ) -> Iterator[tuple[AccountRowT, str, dict[str, Any]]]:
        """Like `read`, with the id of the account to which each row belongs."""
        for valid, row in self.read(model):
            try:
                account = valid.account()
            except ValueError as error:
                self.reject(str(error), row)
                continue
            self.accounts[account.account_id] = account
            yield valid, account.account_id, row

    def validated(
        self, model: type[R], row: Any, what: str = "", original: Any = None
    ) -> R | None:
        """The row as its model; None, and rejected, if it is not valid.

        Args:
            what: Name of a part of a row in reasons and warnings; empty for a row.
                A rejected part is kept with its whole row, because it means nothing
                alone.
            original: What was served, if `row` was made from it.
        """
        if original is None:
            original = self._row if what else row
        prefix = f"{what}: " if what else ""
        if not isinstance(row, dict):
            self.reject(f"{prefix}not an object", original)
            return None
        if odd := oddity(row):
            self.reject(f"{prefix}{odd}", original)
            return None
        try:
            valid = model.model_validate(row)
        except ValidationError as error:
            self.reject(prefix + _reason(error), original)
            return None
        if unknown := model.unknown_fields(row):
            self._unknown.setdefault(what, {}).update(dict.fromkeys(unknown))
        return valid

    def reject_part(self, reason: str) -> None:
        """Rejects a part of the row being read, and keeps the whole row."""
        self.reject(reason, self._row)

    def reject(self, reason: str, original: Any) -> None:
        """Keeps what could not be parsed, with the reason."""
        if len(self.rejected) >= MAX_REJECTED:
            self.warn("a row too many was rejected, and is not kept")
            return
        self.rejected.append(Rejected(self.endpoint, reason, exact_json(original)))

    def warn(self, text: str) -> None:
        """Notes an oddity; equal texts are reported once, with their count."""
        self._warnings[text] += 1

    def warnings(self) -> tuple[str, ...]:
        """One line per kind of oddity; each names the payload."""
        unknown = (
            f"{self.endpoint}: unknown fields {', '.join(sorted(names))}"
            + (f" in {what}" if what else "")
            for what, names in self._unknown.items()
        )
        told = (
            f"{self.endpoint}: {text}" + (f" ({count} times)" if count > 1 else "")
            for text, count in self._warnings.items()
        )
        return (*unknown, *told)


def _reason(error: ValidationError) -> str:
    """The first errors of a row in one line, without the row itself."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [
        f"{'.'.join(map(str, fault['loc'])) or 'row'}: {fault['msg']}"
        for fault in faults[:_SHOWN_ERRORS]
    ]
    more = len(faults) - len(lines)
    return "; ".join(lines) + (f"; and {more} more" if more else "")


def latest(records: Iterable[T], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    """The records without those that a later one with the same key replaces."""
    return tuple({key(record): record for record in records}.values())
