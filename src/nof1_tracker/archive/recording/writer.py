"""The writer: append an exchange, get its position once it is on disk."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, RLock
from typing import Final, Self

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.durable_files import explained
from nof1_tracker.archive.recording.live_segment import LiveSegment
from nof1_tracker.archive.recording.sealing import (
    SealingStoppedError,
    remove_drafts,
    seal,
    seal_abandoned,
)
from nof1_tracker.archive.redaction import kept_url, redacted
from nof1_tracker.archive.space import (
    SpaceLimits,
    SpaceUsed,
    check_space,
    free_bytes,
    megabytes,
    size_of,
)
from nof1_tracker.archive.warc_records import sha256
from nof1_tracker.clock import Clock, SystemClock
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.archive_positions import Position
from nof1_tracker.records.archive.exchanges import NOT_MODIFIED, Exchange, FullBody

log = logging.getLogger(__name__)

SEGMENT_BYTES: Final = 64_000_000
"""Size from which on a segment is sealed; compressed at the fast level."""


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """How an archive is written.

    Attributes:
        segment_bytes: Size from which on a segment is sealed, beside every UTC midnight.
        limits: How much the archive may take.
    """

    segment_bytes: int = SEGMENT_BYTES
    limits: SpaceLimits = field(default_factory=SpaceLimits)


class ArchiveWriter:
    """Writes segments of its own into an archive, beside any other writers.

    Use it as a context manager. Threads may share it; processes may not.
    """

    def __init__(
        self, archive: ArchiveFolder, options: WriterOptions, clock: Clock
    ) -> None:
        self._archive, self._options, self._clock = archive, options, clock
        self._lock = RLock()
        self._segment: LiveSegment | None = None
        self._sealer = ThreadPoolExecutor(1, thread_name_prefix="seal")
        self._sealing: list[Future[None]] = []
        self._stop = Event()
        self._others = 0
        self._warned = False

    @classmethod
    def open(
        cls,
        archive: ArchiveFolder,
        options: WriterOptions | None = None,
        clock: Clock | None = None,
    ) -> Self:
        """A writer, which creates its first segment with the first exchange.

        What processes that were killed have left open is sealed in the background.
        """
        writer = cls(archive, options or WriterOptions(), clock or SystemClock())
        writer._later(writer._tidy_up)
        return writer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def full_body(self, url: str, request_body: bytes = b"") -> FullBody | None:
        """The last full body of this request in the segment that is being written.

        Conditional and incremental requests may rest on it. None means that the body
        has to be asked for in full, as at the start of each segment.
        """
        with self._lock:
            if self._segment is None or self._is_due(self._segment):
                return None
            return self._segment.full_body(kept_url(url), request_body)

    def append(self, exchange: Exchange) -> Position:
        """Records the exchange; returns its position once it is on disk.

        Raises:
            ArchiveFullError: There is no space for it. What was recorded is whole.
            ArchiveError: It cannot be recorded for another reason.
        """
        kept = redacted(exchange)
        digest = sha256(kept.body)
        with self._lock, explained(self._archive.path):
            self._check_space()
            segment = self._current(kept)
            try:
                return segment.append(kept, digest)
            except OSError:
                # After a failed flush nobody knows what is on disk: begin another one.
                self._leave()
                raise

    def seal(self) -> None:
        """Ends the segment and seals it in the background; the next append begins one.

        If sealing fails, the segment stays as it is, and is sealed at the next start.
        """
        with self._lock:
            segment, self._segment = self._segment, None
            if segment is not None:
                name, file = segment.name, segment.detach()
                self._later(
                    lambda: seal(self._archive, name, file, self._clock, self._stop)
                )

    @property
    def is_sealing(self) -> bool:
        """True while segments are sealed in the background, which locks their files."""
        with self._lock:
            return not all(each.done() for each in self._sealing)

    def close(self, *, wait: bool = True) -> None:
        """Ends the segment and seals it. May be called twice.

        Args:
            wait: False breaks off any sealing, and leaves it to the next process that
                opens the archive.
        """
        if wait:
            self.seal()
        else:
            self._stop.set()
            self._leave()
        self._sealer.shutdown()
        with self._lock:
            self._collect()

    def space(self) -> SpaceUsed:
        """What the archive takes, and what is left.

        Other processes' segments are counted each time that a segment begins.
        """
        with self._lock, explained(self._archive.path):
            segment = self._segment
            size = self._others + segment.size if segment else size_of(self._archive)
            free = free_bytes(self._archive.path)
        return SpaceUsed(size, free, self._options.limits)

    # --- segments -------------------------------------------------------------------------

    def _current(self, exchange: Exchange) -> LiveSegment:
        """The segment for the exchange.

        A 304 belongs to the segment of the body that its request rested on.
        """
        is_bound = exchange.status == NOT_MODIFIED and not exchange.is_challenge
        segment = self._segment
        if segment is not None and self._is_due(segment) and not is_bound:
            self.seal()
            segment = None
        if segment is None:
            self._others = size_of(self._archive)
            segment = LiveSegment.create(self._archive, self._clock.now())
            self._segment = segment
        return segment

    def _is_due(self, segment: LiveSegment) -> bool:
        is_another_day = self._clock.now().date() != segment.started.date()
        return is_another_day or segment.size >= self._options.segment_bytes

    def _leave(self) -> None:
        """Lets go of the segment, which the next process that opens the archive seals."""
        with self._lock:
            segment, self._segment = self._segment, None
        if segment is not None:
            segment.close()

    def _check_space(self) -> None:
        used = self.space()
        if used.is_nearly_full and not self._warned:
            log.warning(
                "The archive %s takes %s of at most %s: make room with"
                " `nof1-tracker archive prune`, or raise the limit.",
                self._archive.path,
                megabytes(used.size),
                megabytes(used.limits.most or 0),
            )
        self._warned = used.is_nearly_full
        check_space(self._archive, used)

    # --- in the background ------------------------------------------------------------------

    def _later(self, work: Callable[[], None]) -> None:
        self._collect()
        self._sealing.append(self._sealer.submit(work))

    def _collect(self) -> None:
        """Logs how sealing failed, where it did."""
        done = [each for each in self._sealing if each.done()]
        self._sealing = [each for each in self._sealing if each not in done]
        for each in done:
            error = each.exception()
            if isinstance(error, SealingStoppedError):
                continue
            if isinstance(error, ArchiveError):
                log.warning("A segment is not sealed yet. %s", error)
            elif error is not None:  # recording goes on whatever happens here
                log.error("A segment is not sealed yet.", exc_info=error)

    def _tidy_up(self) -> None:
        remove_drafts(self._archive)
        seal_abandoned(self._archive, self._clock, self._stop)
