"""Logs when the site begins to repeat itself, and when it has news again."""

import logging
from collections.abc import Callable

from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.monitor.cycle_report import CycleReport
from nof1_tracker.records.enums import Kind
from nof1_tracker.rendering.terminal.freshness import silent_line

log = logging.getLogger(__name__)


class RepetitionWatch:
    """A listener of cycles: a kind that is fetched without news is logged once."""

    def __init__(self, freshness: Callable[[], Freshness]) -> None:
        """Args: freshness: Reads it from the database."""
        self._freshness = freshness
        self._silent: frozenset[Kind] = frozenset()

    def cycle_ended(self, report: CycleReport) -> None:
        """Looks at what is stored after a cycle of this monitor, or of the one that leads.

        Raises:
            DatabaseError: The database cannot be used.
        """
        found = self._freshness()
        for kind in found.silent:
            if kind not in self._silent:
                fields = {"event": "silent", "kind": kind, "cycle": report.number}
                log.warning("%s.", silent_line(found, kind), extra={"fields": fields})
        for kind in sorted(self._silent - set(found.silent)):
            fields = {"event": "news", "kind": kind, "cycle": report.number}
            log.info("%s: there is news again.", kind, extra={"fields": fields})
        self._silent = frozenset(found.silent)
