"""What is stale, missing or strange at the source, in words."""

from nof1_tracker.records.changes import Hold
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.findings import (
    BodiesRecordedAgain,
    BodiesUnrecorded,
    ConversationsMissed,
    DatabaseAway,
    DatabaseBack,
    EndpointAnswers,
    EndpointHeld,
    PayloadRejected,
    RecordingResumed,
    SchemaChanged,
    SourceFacts,
    SourceRecovered,
    SourceStale,
)
from nof1_tracker.records.sanitize import inert
from nof1_tracker.rendering.events.names_and_amounts import Words, name_of
from nof1_tracker.rendering.text import moment, span, whole

_MISSED_NAMED = 6
_LONGEST_REASON = 160
_PASSING = (Endpoint.CONVERSATIONS, Endpoint.TRADES)
"""Endpoints that serve only their newest rows."""


def source_words(facts: SourceFacts) -> Words:
    """The title and the text of one of these."""
    match facts:
        case SourceStale():
            return _stale(facts)
        case SourceRecovered():
            return _recovered(facts)
        case ConversationsMissed():
            return _missed(facts)
        case SchemaChanged():
            return _changed(facts)
        case PayloadRejected():
            return _rejected(facts)
        case _:
            return _interrupted(facts)


def _stale(facts: SourceStale) -> Words:
    reason = inert(facts.reason, _LONGEST_REASON).rstrip(".")
    why = f" The last cycle failed: {reason}." if reason else ""
    return (
        f"No news of {facts.source} for {span(facts.age)}",
        (
            f"The newest is of {moment(facts.fresh_at)} UTC.{why} What the site shows"
            " meanwhile may be lost: see `nof1-tracker doctor` and the monitor's log."
        ),
    )


def _recovered(facts: SourceRecovered) -> Words:
    return (
        f"News of {facts.source} again",
        f"It was without since {moment(facts.fresh_at)} UTC.",
    )


def _paused(facts: EndpointHeld | EndpointAnswers) -> Words:
    return _held(facts.hold) if isinstance(facts, EndpointHeld) else _answers(facts)


def _held(hold: Hold) -> Words:
    rows = " Rows that the site shows only meanwhile are lost."
    return (
        f"The site asks for a pause of {span(hold.wish)}: {inert(hold.endpoint)}",
        (
            f"It is left alone until {moment(hold.until)} UTC; everything else is"
            f" recorded.{rows if hold.endpoint in _PASSING else ''}"
        ),
    )


def _answers(facts: EndpointAnswers) -> Words:
    return (
        f"The site answers again: {inert(facts.endpoint)}",
        f"It was left alone since {moment(facts.since)} UTC ({span(facts.pause)}).",
    )


def _unrecorded(facts: BodiesUnrecorded) -> Words:
    reason = inert(facts.reason, _LONGEST_REASON).rstrip(".")
    noun = "body is" if facts.bodies == 1 else "bodies are"
    return (
        f"{whole(facts.bodies)} {noun} stored without being recorded",
        (
            f"{reason}. The tables have the rows, but what they were made from is not"
            " kept. Make room with `nof1-tracker archive prune`: see `nof1-tracker"
            " status`."
        ),
    )


def _recorded_again(facts: BodiesRecordedAgain) -> Words:
    return (
        "What is fetched is recorded again",
        f"It was not since {moment(facts.since)} UTC ({span(facts.pause)}).",
    )


Interruption = (
    RecordingResumed
    | DatabaseAway
    | DatabaseBack
    | EndpointHeld
    | EndpointAnswers
    | BodiesUnrecorded
    | BodiesRecordedAgain
)


def _interrupted(facts: Interruption) -> Words:
    match facts:
        case RecordingResumed():
            return _resumed(facts)
        case DatabaseAway():
            return _away(facts)
        case DatabaseBack():
            return _back(facts)
        case EndpointHeld() | EndpointAnswers():
            return _paused(facts)
        case BodiesUnrecorded():
            return _unrecorded(facts)
        case BodiesRecordedAgain():
            return _recorded_again(facts)


def _resumed(facts: RecordingResumed) -> Words:
    return (
        f"Recording resumed after {span(facts.pause)}",
        f"No monitor had looked since {moment(facts.last_look_at)} UTC.",
    )


def _away(facts: DatabaseAway) -> Words:
    reason = inert(facts.reason, _LONGEST_REASON).rstrip(".")
    return (
        "The database does not answer",
        (
            f"Nothing has been stored since {moment(facts.since)} UTC: {reason}. What the"
            " site shows meanwhile may be lost: see `nof1-tracker doctor`."
        ),
    )


def _back(facts: DatabaseBack) -> Words:
    return (
        f"The database answers again after {span(facts.pause)}",
        f"It did not since {moment(facts.since)} UTC.",
    )


def _missed(facts: ConversationsMissed) -> Words:
    named = ", ".join(
        f"{name_of(account)} {whole(missing)}"
        for account, missing in facts.by_account[:_MISSED_NAMED]
    )
    more = len(facts.by_account) - _MISSED_NAMED
    rest = f" and {more} more models" if more > 0 else ""
    noun = "conversation" if facts.missing == 1 else "conversations"
    return (
        f"ModelChat: {whole(facts.missing)} {noun} missed",
        f"Between {moment(facts.since)} and {moment(facts.until)} UTC: {named}{rest}.",
    )


def _changed(facts: SchemaChanged) -> Words:
    change = facts.change
    path = inert(change.path, _LONGEST_REASON)
    what = f"says {inert(change.word)}" if change.word else f"is {change.json_type}"
    example = inert(change.example, _LONGEST_REASON)
    return (
        f"The site's {inert(change.endpoint)} have changed: {path}",
        (
            f"No row has {path} any more. It was like {example}."
            if change.is_gone
            else f"{path} {what} now, for example {example}."
        ),
    )


def _rejected(facts: PayloadRejected) -> Words:
    row = facts.rejection
    return (
        f"The site serves {inert(row.endpoint)} in a way not seen before",
        (
            f"{inert(row.reason, _LONGEST_REASON)}. The original is kept: see"
            " `nof1-tracker status`."
        ),
    )
