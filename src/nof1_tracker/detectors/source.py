"""The competition and its source: who joined, what is stale, missing or strange."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.detectors.rules import Rules
from nof1_tracker.detectors.wording import account_name, name_of
from nof1_tracker.records.changes import Changes, ConversationGap, Memory, NewRejection
from nof1_tracker.records.events import Event, EventKind, event_key
from nof1_tracker.records.sanitize import inert
from nof1_tracker.rendering.text import moment, span, whole

_NAMED = 6
_LONGEST_REASON = 160
_VARYING = re.compile(r"\d+")


# --- competition ----------------------------------------------------------------


def detect_newcomers(
    changes: Changes, memory: Memory, now: datetime
) -> Iterator[Event]:
    """A season that was not the current one before, and accounts never seen before."""
    season = changes.season
    if season is not None and memory.season_id not in (None, season.id):
        since = f", from {moment(season.started_at)} UTC" if season.started_at else ""
        guess = "; number and name are provisional" if season.is_provisional else ""
        yield Event(
            kind=EventKind.NEW_SEASON,
            key=event_key("season", season.number),
            occurred_at=now,
            account_id=None,
            symbol=None,
            title=f"A new season: {inert(season.name)}",
            text=f"Season {season.number}{since}{guess}.",
            numbers={"season": season.number},
        )
    for model_id in changes.new_accounts:
        account = changes.accounts[model_id]
        yield Event(
            kind=EventKind.NEW_MODEL,
            key=event_key("account", model_id),
            occurred_at=now,
            account_id=account.account_id,
            symbol=None,
            title=f"A new model: {account_name(account)}",
            text=f"Provider: {inert(account.provider)}.",
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
) -> tuple[list[Event], Mapping[str, datetime]]:
    """Sources that became stale or recovered, and those that are stale now."""
    limit = rules.stale_after
    if limit is None:
        return [], {}
    stale, events = dict(memory.stale), []
    for source, fresh_at in freshness(changes, memory).items():
        is_stale = now - fresh_at > limit
        if is_stale and source not in stale:
            stale[source] = fresh_at
            events.append(_stale(source, fresh_at, now))
        elif not is_stale and source in stale:
            events.append(_fresh_again(source, stale.pop(source), now))
    return events, stale


def detect_pause(memory: Memory, rules: Rules, now: datetime) -> Iterator[Event]:
    """Recording that resumed after a time in which no monitor ran."""
    pause = now - memory.last_look_at
    if rules.stale_after is None or pause <= rules.stale_after:
        return
    since = memory.last_look_at
    yield Event(
        kind=EventKind.RECOVERED,
        key=event_key("pause", since.isoformat()),
        occurred_at=now,
        account_id=None,
        symbol=None,
        title=f"Recording resumed after {span(pause)}",
        text=f"No monitor had looked since {moment(since)} UTC.",
        numbers={"pause_seconds": _seconds(pause)},
    )


def _stale(source: str, fresh_at: datetime, now: datetime) -> Event:
    return Event(
        kind=EventKind.STALE_SOURCE,
        key=event_key("stale", source, fresh_at.isoformat()),
        occurred_at=now,
        account_id=None,
        symbol=None,
        title=f"No news of {source} for {span(now - fresh_at)}",
        text=f"The newest is of {moment(fresh_at)} UTC. What the site shows meanwhile"
        " may be lost: see `nof1-tracker doctor` and the monitor's log.",
        numbers={"age_seconds": _seconds(now - fresh_at)},
    )


def _fresh_again(source: str, stale_since: datetime, now: datetime) -> Event:
    return Event(
        kind=EventKind.RECOVERED,
        key=event_key("fresh", source, stale_since.isoformat()),
        occurred_at=now,
        account_id=None,
        symbol=None,
        title=f"News of {source} again",
        text=f"It was without since {moment(stale_since)} UTC.",
        numbers={"pause_seconds": _seconds(now - stale_since)},
    )


def _seconds(duration: timedelta) -> Decimal:
    return Decimal(duration // timedelta(seconds=1))


# --- gaps and drift -------------------------------------------------------------


def detect_gaps(changes: Changes, now: datetime) -> Iterator[Event]:
    """One event for all that was found missing at one look: an outage hits all."""
    if not changes.gaps:
        return
    missing = sum(gap.missing for gap in changes.gaps)
    by_account: dict[int, list[ConversationGap]] = defaultdict(list)
    for gap in changes.gaps:
        by_account[gap.model_id].append(gap)
    only = next(iter(by_account)) if len(by_account) == 1 else None
    since = min(gap.since for gap in changes.gaps)
    until = max(gap.until for gap in changes.gaps)
    noun = "conversation" if missing == 1 else "conversations"
    yield Event(
        kind=EventKind.GAP,
        key=event_key(
            "gap",
            *sorted((g.model_id, g.after_cycle, g.before_cycle) for g in changes.gaps),
        ),
        occurred_at=now,
        account_id=None if only is None else changes.accounts[only].account_id,
        symbol=None,
        title=f"ModelChat: {whole(missing)} {noun} missed",
        text=f"Between {moment(since)} and {moment(until)} UTC:"
        f" {_by_name(changes, by_account)}.",
        numbers={"missing": Decimal(missing)},
    )


def _by_name(changes: Changes, by_account: Mapping[int, list[ConversationGap]]) -> str:
    counts = {m: sum(g.missing for g in gaps) for m, gaps in by_account.items()}
    most = sorted(counts, key=lambda each: (-counts[each], each))
    named = [
        f"{name_of(changes, each)} {whole(counts[each])}" for each in most[:_NAMED]
    ]
    more = len(most) - _NAMED
    return ", ".join(named) + (f" and {more} more models" if more > 0 else "")


def detect_schema_drift(changes: Changes) -> Iterator[Event]:
    """Fields, types and words that are new, and fields that are gone."""
    for change in changes.schema_drift:
        endpoint, path = inert(change.endpoint), inert(change.path, _LONGEST_REASON)
        what = f"says {inert(change.word)}" if change.word else f"is {change.json_type}"
        example = inert(change.example, _LONGEST_REASON)
        yield Event(
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
            account_id=None,
            symbol=None,
            title=f"The site's {endpoint} have changed: {path}",
            text=(
                f"No row has {path} any more. It was like {example}."
                if change.is_gone
                else f"{path} {what} now, for example {example}."
            ),
        )


def detect_rejections(changes: Changes) -> Iterator[Event]:
    """Rows and bodies rejected for a reason that was not met before."""
    first: dict[tuple[str, str], NewRejection] = {}
    for row in changes.rejections:
        first.setdefault((row.endpoint, _VARYING.sub("#", row.reason)), row)
    for (endpoint, reason), row in first.items():
        yield Event(
            kind=EventKind.SCHEMA_DRIFT,
            key=event_key("drift", endpoint, reason),
            occurred_at=row.first_seen_at,
            account_id=None,
            symbol=None,
            title=f"The site serves {inert(endpoint)} in a way not met before",
            text=f"{inert(row.reason, _LONGEST_REASON)}. The original is kept: see"
            " `nof1-tracker status`.",
        )
