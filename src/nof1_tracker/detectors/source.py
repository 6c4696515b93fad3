"""The competition and its source: who joined, what is stale, missing or strange."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from nof1_tracker.detectors.rules import Rules
from nof1_tracker.records.changes import (
    Archiving,
    Changes,
    Hold,
    KnownAccount,
    Memory,
    NewRejection,
)
from nof1_tracker.records.events import EventKind, event_key
from nof1_tracker.records.findings import (
    AccountJoined,
    BodiesRecordedAgain,
    BodiesUnrecorded,
    ConversationsMissed,
    EndpointAnswers,
    EndpointHeld,
    Finding,
    PayloadRejected,
    RecordingResumed,
    SchemaChanged,
    SeasonStarted,
    SourceRecovered,
    SourceStale,
)

LEAST_HOLD: Final = timedelta(minutes=5)
"""Shorter pauses are over before anybody has read that they began."""
_VARYING = re.compile(r"\d+")


# --- competition ----------------------------------------------------------------


def detect_newcomers(
    changes: Changes, memory: Memory, now: datetime
) -> Iterator[Finding]:
    """A season that was not the current one before, and accounts never seen before."""
    season = changes.season
    if season is not None and memory.season_id not in (None, season.id):
        yield Finding(
            kind=EventKind.NEW_SEASON,
            key=event_key("season", season.number),
            occurred_at=now,
            facts=SeasonStarted(season),
            numbers={"season": season.number},
        )
    for model_id in changes.new_accounts:
        account = changes.accounts[model_id]
        yield Finding(
            kind=EventKind.NEW_MODEL,
            key=event_key("account", model_id),
            occurred_at=now,
            account_id=account.account_id,
            facts=AccountJoined(account),
        )


# --- freshness ------------------------------------------------------------------


def freshness(changes: Changes, memory: Memory) -> dict[str, datetime]:
    """When each source was last fresh, by what a person calls it."""
    times = {
        "equity": changes.snapshot_at,
        "ModelChat": changes.chat_at,
        "trades": memory.trades_at,
    }
    return {name: time for name, time in times.items() if time is not None}


def detect_staleness(
    changes: Changes, memory: Memory, rules: Rules, now: datetime
) -> tuple[list[Finding], Mapping[str, datetime]]:
    """Sources that became stale or recovered, and those that are stale now.

    After the close of a season, no news is nothing to report.
    """
    limit = rules.stale_after
    if limit is None:
        return [], {}
    closed_at = changes.season.closed_at if changes.season else None
    if closed_at is not None and now > closed_at:
        return [], dict(memory.stale)
    stale, found = dict(memory.stale), []
    for source, fresh_at in freshness(changes, memory).items():
        is_stale = now - fresh_at > limit
        if is_stale and source not in stale:
            stale[source] = fresh_at
            found.append(_stale(source, fresh_at, now))
        elif not is_stale and source in stale:
            found.append(_fresh_again(source, stale.pop(source), now))
    return found, stale


def explained(finding: Finding, reason: str) -> Finding:
    """The finding, with why the last cycle failed if it is about a stale source."""
    facts = finding.facts
    if not isinstance(facts, SourceStale):
        return finding
    return replace(finding, facts=replace(facts, reason=reason))


def detect_pause(memory: Memory, rules: Rules, now: datetime) -> Iterator[Finding]:
    """Recording that resumed after a time in which no monitor ran."""
    pause = now - memory.last_look_at
    if rules.stale_after is None or pause <= rules.stale_after:
        return
    yield Finding(
        kind=EventKind.RECOVERED,
        key=event_key("pause", memory.last_look_at.isoformat()),
        occurred_at=now,
        facts=RecordingResumed(memory.last_look_at, pause),
        numbers={"pause_seconds": _seconds(pause)},
    )


def _stale(source: str, fresh_at: datetime, now: datetime) -> Finding:
    age = now - fresh_at
    return Finding(
        kind=EventKind.STALE_SOURCE,
        key=event_key("stale", source, fresh_at.isoformat()),
        occurred_at=now,
        facts=SourceStale(source, fresh_at, age),
        numbers={"age_seconds": _seconds(age)},
    )


def _fresh_again(source: str, stale_since: datetime, now: datetime) -> Finding:
    return Finding(
        kind=EventKind.RECOVERED,
        key=event_key("fresh", source, stale_since.isoformat()),
        occurred_at=now,
        facts=SourceRecovered(source, stale_since),
        numbers={"pause_seconds": _seconds(now - stale_since)},
    )


def _seconds(duration: timedelta) -> Decimal:
    return Decimal(duration // timedelta(seconds=1))


# --- pauses that the site asks for ----------------------------------------------


def detect_holds(
    holds: Collection[Hold] | None, memory: Memory, now: datetime
) -> tuple[list[Finding], Mapping[str, datetime]]:
    """Endpoints that are left alone, or answer again, and those held now.

    An endpoint that asks for another pause when its first is over is held still.

    Args:
        holds: Those of the last cycle; None if it asked nothing.
    """
    if holds is None:
        return [], memory.held
    held, found = dict(memory.held), []
    for hold in holds:
        if hold.endpoint not in held and hold.until - hold.since >= LEAST_HOLD:
            held[hold.endpoint] = hold.since
            found.append(_held(hold, now))
    over = sorted(set(held) - {hold.endpoint for hold in holds})
    found += [_answers(endpoint, held.pop(endpoint), now) for endpoint in over]
    return found, held


def _held(hold: Hold, now: datetime) -> Finding:
    return Finding(
        kind=EventKind.ENDPOINT_HELD,
        key=event_key("held", hold.endpoint, hold.since.isoformat()),
        occurred_at=now,
        facts=EndpointHeld(hold),
        numbers={"wish_seconds": _seconds(hold.wish)},
    )


def _answers(endpoint: str, since: datetime, now: datetime) -> Finding:
    return Finding(
        kind=EventKind.RECOVERED,
        key=event_key("answers", endpoint, since.isoformat()),
        occurred_at=now,
        facts=EndpointAnswers(endpoint, since, now - since),
        numbers={"pause_seconds": _seconds(now - since)},
    )


# --- bodies that cannot be recorded ---------------------------------------------


def detect_unrecorded(
    archiving: Archiving | None, memory: Memory, now: datetime
) -> tuple[list[Finding], datetime | None]:
    """Bodies that are not recorded, or are again, and since when some are not.

    Args:
        archiving: Of the last cycle; None if it had nothing to record.
    """
    since = memory.unrecorded_since
    if archiving is None or (since is None) == (archiving.unrecorded == 0):
        return [], since
    if since is None:
        return [_unrecorded(archiving, now)], now
    return [_recorded_again(since, now)], None


def _unrecorded(archiving: Archiving, now: datetime) -> Finding:
    return Finding(
        kind=EventKind.UNRECORDED,
        key=event_key("unrecorded", now.isoformat()),
        occurred_at=now,
        facts=BodiesUnrecorded(archiving.unrecorded, archiving.reason),
        numbers={"bodies": Decimal(archiving.unrecorded)},
    )


def _recorded_again(since: datetime, now: datetime) -> Finding:
    return Finding(
        kind=EventKind.RECOVERED,
        key=event_key("recorded", since.isoformat()),
        occurred_at=now,
        facts=BodiesRecordedAgain(since, now - since),
        numbers={"pause_seconds": _seconds(now - since)},
    )


# --- gaps and drift -------------------------------------------------------------


def detect_gaps(changes: Changes, now: datetime) -> Iterator[Finding]:
    """One for all that was found missing at one look: an outage hits all."""
    gaps = changes.gaps
    if not gaps:
        return
    missed = ConversationsMissed(
        since=min(gap.since for gap in gaps),
        until=max(gap.until for gap in gaps),
        by_account=_missed_by_account(changes),
    )
    accounts = [account for account, _ in missed.by_account]
    yield Finding(
        kind=EventKind.GAP,
        key=event_key(
            "gap", *sorted((g.model_id, g.after_cycle, g.before_cycle) for g in gaps)
        ),
        occurred_at=now,
        account_id=accounts[0].account_id if len(accounts) == 1 else None,
        facts=missed,
        numbers={"missing": Decimal(missed.missing)},
    )


def _missed_by_account(changes: Changes) -> tuple[tuple[KnownAccount, int], ...]:
    missing = Counter[int]()
    for gap in changes.gaps:
        missing[gap.model_id] += gap.missing
    most_first = sorted(missing, key=lambda each: (-missing[each], each))
    return tuple((changes.accounts[each], missing[each]) for each in most_first)


def detect_schema_drift(changes: Changes) -> Iterator[Finding]:
    """Fields, types and words that are new, and fields that are gone."""
    for change in changes.schema_drift:
        yield Finding(
            kind=EventKind.SCHEMA_DRIFT,
            key=event_key(
                "change",
                change.endpoint,
                change.path,
                change.json_type,
                change.word,
                change.noted_at,
            ),
            occurred_at=change.noted_at,
            facts=SchemaChanged(change),
        )


def detect_rejections(changes: Changes) -> Iterator[Finding]:
    """Rows and bodies rejected for a new reason."""
    first: dict[tuple[str, str], NewRejection] = {}
    for row in changes.rejections:
        first.setdefault((row.endpoint, _VARYING.sub("#", row.reason)), row)
    for (endpoint, reason), row in first.items():
        yield Finding(
            kind=EventKind.SCHEMA_DRIFT,
            key=event_key("drift", endpoint, reason),
            occurred_at=row.first_seen_at,
            facts=PayloadRejected(row),
        )
