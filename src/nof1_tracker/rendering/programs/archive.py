"""An archive as objects for programs: what it holds, and whether it is whole."""

from typing import Any

from nof1_tracker.archive.maintenance.archive_overview import Overview, Reader
from nof1_tracker.archive.maintenance.integrity import Verification
from nof1_tracker.archive.manifest import Contents


def archive_object(report: Overview) -> dict[str, Any]:
    """What an archive holds; sizes are in bytes."""
    identity, listing, space = report.archive.identity, report.listing, report.space
    return {
        "path": str(report.archive.path),
        "id": identity.id,
        "site": identity.site,
        "simulated": identity.simulated,
        "segments": listing.segments,
        "unsealed": listing.live,
        "size": listing.size,
        "limit": space.limits.most,
        "free": space.free,
        "contents": [_contents_object(each) for each in listing.contents],
        "databases": [_reader_object(each) for each in report.readers],
    }


def _contents_object(row: Contents) -> dict[str, Any]:
    return {
        "day": row.day,
        "kind": row.kind,
        "bodies": row.count,
        "repeated": row.revisits,
        "served_size": row.length,
        "kept_size": row.size,
    }


def _reader_object(reader: Reader) -> dict[str, Any]:
    return {
        "id": reader.consumer.id,
        "name": reader.consumer.name,
        "registered_at": reader.consumer.registered_at,
        "segments_stored": reader.stored,
    }


def verification_object(found: Verification) -> dict[str, Any]:
    """What a verification found; `size` is in bytes."""
    return {
        "whole": found.is_whole,
        "segments": found.segments,
        "bodies": found.records,
        "size": found.size,
        "damaged": found.faults,
        "notes": found.notes,
    }
