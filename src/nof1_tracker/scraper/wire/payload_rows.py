"""Reads the rows of one payload, and collects accounts, rejections and warnings."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar

from pydantic import ValidationError

from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import Account, Rejected
from nof1_tracker.scraper.wire.json_text import (
    MAX_EXCERPT,
    exact_json,
    oddity,
    without_odd_numbers,
)
from nof1_tracker.scraper.wire.repeated_keys import RepeatedKeys
from nof1_tracker.scraper.wire.rows import AccountRow, Row

R = TypeVar("R", bound=Row)
AccountRowT = TypeVar("AccountRowT", bound=AccountRow)
T = TypeVar("T")

_SHOWN_ERRORS = 4
UNTIMELY = "the time is more than a day after the row was observed"
MAX_KEPT = 1_000
"""What is kept of all that a payload was rejected for; the rest is counted."""


@dataclass(slots=True)
class PayloadRows:
    """The rows of a payload, read one by one.

    Attributes:
        rows: The rows as served: mostly objects, but anything is possible.
        observed_at: The source's own clock for the payload, else `captured_at`.
        latest: The latest time that is believed of what it states: by then it had been
            observed, with a day to spare.
        is_undated: True where the payload states no clock of its own.
        accounts: Every account met, by its key; the last naming counts.
        rejected: What could not be understood, in the order met; at most MAX_KEPT.
        rejected_rows, rejected_parts: How many rows, and parts of rows, that were.
    """

    endpoint: Endpoint
    rows: list[Any]
    captured_at: datetime
    observed_at: datetime
    latest: datetime
    accounts: dict[str, Account] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    rejected_rows: int = 0
    rejected_parts: int = 0
    _row: Any = None
    _served: Any = None
    _unknown: dict[str, dict[str, None]] = field(default_factory=dict)
    _warnings: Counter[str] = field(default_factory=Counter)

    def read(self, model: type[R]) -> Iterator[tuple[R, dict[str, Any]]]:
        """Yields each valid row with the row as served; the others are rejected."""
        for row in self.rows:
            self._row = row
            if (valid := self.validated(model, row)) is None:
                continue
            if self.is_untimely(getattr(valid, model.key_time or "", None)):
                self.reject_untimely(model.key_time, self._served)
                continue
            yield valid, self._served

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
            yield valid, self.note(account), row

    def note(self, account: Account) -> str:
        """Adds the account of a row; returns the `account_id` of the row's records."""
        known = self.accounts.get(account.account_id)
        if known is not None and known.run_id != account.run_id:
            key = f"{account.account_id} of run {account.run_id}"
            account = replace(account, row_key=key)
            known = self.accounts.get(account.key)
        if known is not None and known is not account:
            account = replace(
                account,
                aliases=tuple(dict.fromkeys((*known.aliases, *account.aliases))),
                former=tuple(dict.fromkeys((*known.former, *account.former))),
            )
        self.accounts[account.key] = account
        return account.key

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
        is_part = bool(what)
        if not isinstance(row, dict):
            self._reject(f"{prefix}not an object", original, is_part)
            return None
        row, odd = self._calm(row, prefix, original, is_part)
        if odd is None:
            return None
        if not is_part:
            self._served = row
        # What is inside a declared field is looked at where that is read.
        odd = {
            path: fault
            for path, fault in odd.items()
            if "." not in path or path.split(".")[0] not in model.model_fields
        }
        valid = self._without_bad_fields(model, row, prefix, original, odd, is_part)
        if valid is None:
            return None
        if unknown := model.unknown_fields(row):
            self._unknown.setdefault(what, {}).update(dict.fromkeys(unknown))
        return valid

    def _calm(
        self, row: dict[str, Any], prefix: str, original: Any, is_part: bool
    ) -> tuple[dict[str, Any], dict[str, str] | None]:
        """The row with odd numbers as text, and where they were; None: unusable."""
        fault = oddity(row)
        if fault is None:
            return row, {}
        calm, odd = without_odd_numbers(row) if "nested" not in fault else (row, {})
        if not odd:
            self._reject(f"{prefix}{fault}", original, is_part)
            return row, None
        return calm, odd

    def _without_bad_fields(
        self,
        model: type[R],
        row: dict[str, Any],
        prefix: str,
        original: Any,
        odd: Mapping[str, str],
        is_part: bool,
    ) -> R | None:
        """The row without the optional figures that are not valid, each rejected."""
        faults = dict(odd)
        try:
            valid = model.model_validate(row)
        except ValidationError as error:
            bad = [each["loc"] for each in _faults(error)]
            if any(model.is_necessary(str(loc[0])) for loc in bad if loc) or not all(
                bad
            ):
                self._reject(prefix + _reason(error), original, is_part)
                return None
            for each in _faults(error):
                faults[".".join(map(str, each["loc"]))] = each["msg"]
            try:
                valid = model.model_validate(_without(row, bad))
            except ValidationError as again:
                self._reject(prefix + _reason(again), original, is_part)
                return None
        for path, fault in faults.items():
            self._reject(f"{prefix}{path}: {fault}", original, True)
        return valid

    def reject_part(self, reason: str) -> None:
        """Notes that a part of the row being read could not be understood."""
        self._reject(reason, self._row, is_part=True)

    def reject(self, reason: str, original: Any) -> None:
        """Notes what could not be understood."""
        self._reject(reason, original, is_part=False)

    def is_untimely(self, at: datetime | None) -> bool:
        """True for a time that is more than a day after the payload was observed."""
        return at is not None and at > self.latest

    def reject_untimely(self, name: str, original: Any) -> None:
        """Notes a row whose own time, in the field of that name, is not believed."""
        reason = f"{name}: {UNTIMELY}"
        self._reject(reason, original, is_part=False, is_untimely=True)

    def reject_text(self, reason: str, text: str) -> None:
        """Notes what lies beside the rows and is not JSON."""
        self.rejected_rows += 1
        self.rejected.append(Rejected(self.endpoint, reason, text))

    def reject_repeated(self, repeated: RepeatedKeys) -> None:
        """Notes objects in which a key stands twice: all but its last value is lost."""
        self.rejected_parts += repeated.count
        for key, text in repeated.objects:
            reason = f"the key {key[:50]!r} stands twice in one object; the last counts"
            kept = text[:MAX_EXCERPT]
            self.rejected.append(Rejected(self.endpoint, reason, kept, is_partial=True))

    def _reject(
        self, reason: str, original: Any, is_part: bool, *, is_untimely: bool = False
    ) -> None:
        if is_part:
            self.rejected_parts += 1
        else:
            self.rejected_rows += 1
        if len(self.rejected) < MAX_KEPT:
            text = exact_json(original)
            self.rejected.append(
                Rejected(self.endpoint, reason, text, is_part, is_untimely)
            )

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


def _faults(error: ValidationError) -> list[Any]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _without(row: dict[str, Any], paths: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """A copy of the row without what stands at the paths.

    A path may go on with the type that was expected there (positions.dict): then the
    whole field goes.
    """
    copy = dict(row)
    for path in paths:
        holder = copy
        for key, following in pairwise(path):
            if not isinstance(holder.get(key), dict) or following not in holder[key]:
                holder.pop(key, None)
                break
            holder[key] = holder = dict(holder[key])
        else:
            holder.pop(path[-1], None)
    return copy


def _reason(error: ValidationError) -> str:
    """The first faults of a row in one line, without the row itself."""
    faults = _faults(error)
    lines = [
        f"{'.'.join(map(str, fault['loc'])) or 'row'}: {fault['msg']}"
        for fault in faults[:_SHOWN_ERRORS]
    ]
    more = len(faults) - len(lines)
    return "; ".join(lines) + (f"; and {more} more" if more else "")


def distinct(
    rows: PayloadRows, records: Iterable[T], key: Callable[[T], Hashable]
) -> tuple[T, ...]:
    """The records without those that repeat one before them.

    Records with one key that say different things are versions of it: all of them
    are kept, and told.
    """
    by_key: dict[Hashable, list[T]] = {}
    for record in records:
        same = by_key.setdefault(key(record), [])
        if record in same:
            continue
        if same:
            rows.warn("one id stands for two rows that differ; both are kept")
        same.append(record)
    return tuple(record for same in by_key.values() for record in same)
