"""Copies of models and held coins, computed once for pages and programs alike.

A copy of a whole season takes seconds, and may be asked about in any number of ways.
"""

import math
from datetime import datetime

from nof1_tracker.analyzer.play.whatif_report import CopyReport, HoldReport
from nof1_tracker.database.connection import Engine
from nof1_tracker.records.asking.asked_whatif import AskedWhatif
from nof1_tracker.records.asking.written_scenario import parse_slippage
from nof1_tracker.records.asking.written_values import parse_symbols
from nof1_tracker.services.play.copied_model import copied_model
from nof1_tracker.services.play.hold_coin import hold_coin
from nof1_tracker.web.kept.kept_results import A_MINUTE, KeptResults, Versioned


class KeptWhatifs:
    """What was asked about last."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: KeptResults[str, CopyReport | HoldReport] = KeptResults(engine)

    def answer(
        self, asked: AskedWhatif, now: datetime
    ) -> Versioned[CopyReport | HoldReport]:
        """The answer, kept or made now.

        Raises:
            ConfigurationError: A value is not valid, or as `copied_model` and
                `hold_coin`.
            DatabaseError: The database cannot be used.
        """
        asked.require_one()
        return self._kept.get(
            asked.model_dump_json(),
            lambda: self._made(asked, now),
            A_MINUTE if asked.has_span else math.inf,
        )

    def _made(self, asked: AskedWhatif, now: datetime) -> CopyReport | HoldReport:
        since, until = asked.span(now)
        if asked.model:
            return copied_model(
                self._engine,
                now,
                asked.model,
                asked.scenario(),
                season=asked.number,
                symbols=parse_symbols(asked.symbol),
                since=since,
                until=until,
            )
        return hold_coin(
            self._engine,
            now,
            asked.hold or "",
            fees=asked.fees,
            slippage=parse_slippage(asked.slippage),
            season=asked.number,
            since=since,
            until=until,
        )
