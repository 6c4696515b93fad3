"""Reads what is stored around every trade of a season at once.

A query for each trade would take minutes for a season of 20,000.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import starmap

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from nof1_tracker.database.models import ChatDecisionRow, ModelChat, Position, Trade
from nof1_tracker.database.read.filters import ACCOUNT_ID, TRADED_AT
from nof1_tracker.database.read.listing.row_lists import DECISIONS, POSITIONS
from nof1_tracker.database.read.queries import trade_query
from nof1_tracker.database.read.single.trade_by_id import last_known
from nof1_tracker.records.asking.listed_rows import ListedDecision, ObservedPosition
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.headline import SIGNALS
from nof1_tracker.records.reading.trade_evidence import TradeEvidence
from nof1_tracker.records.stored import StoredTrade, TradeFilter

_ACTED = [word for word, kind in SIGNALS.items() if kind is not ChatDecision.HOLD]

_Entry = tuple[str, str, int]
"""Account, symbol and number of the entry order."""
_Subject = tuple[str, str]
"""Account and symbol, as conversations name it."""


class SeasonEvidenceQueries:
    """Queries of all trades of a season."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def entries(
        self,
        season_id: int,
        account_ids: Sequence[str],
        until: datetime,
        margin: timedelta,
        most: int,
    ) -> Iterator[TradeEvidence]:
        """What is stored around each entry before `until`; its trade is the first leg.

        Decisions are those that acted. Of the observed positions, the first and the
        last stored of each plan are there. Prices and fills are left out.

        Args:
            season_id: Row of the season.
            margin: How long before its opening and after its end decisions count.
            most: Only the newest legs, so many, are read.
        """
        said = self._decisions(season_id, account_ids, until)
        seen = self._positions(season_id, account_ids, until)
        for legs in self._entries(season_id, account_ids, until, most):
            first = legs[0]
            since = min(each.opened_not_earlier_than or each.opened_at for each in legs)
            ended = max(map(last_known, legs))
            name = _name_of(first)
            yield TradeEvidence(
                trade=first,
                legs=legs,
                decisions=_between(
                    said.get(_subject(first), ()), since - margin, ended + margin
                ),
                positions=tuple(seen.get(name, ())) if name else (),
                prices=(),
                fills=(),
            )

    def _entries(
        self, season_id: int, account_ids: Sequence[str], until: datetime, most: int
    ) -> Iterator[tuple[StoredTrade, ...]]:
        """The legs of each entry; a leg without an order is an entry of its own."""
        wanted = TradeFilter(
            account_ids=tuple(account_ids), season_id=season_id, until=until
        )
        query = trade_query(wanted).order_by(TRADED_AT.desc(), Trade.id.desc())
        rows = self._session.execute(query.limit(most)).all()
        by_entry: dict[_Entry, list[StoredTrade]] = defaultdict(list)
        for leg in starmap(StoredTrade, reversed(rows)):
            name = _name_of(leg)
            if name is None:
                yield (leg,)
            else:
                by_entry[name].append(leg)
        yield from map(tuple, by_entry.values())

    def _decisions(
        self, season_id: int, account_ids: Sequence[str], until: datetime
    ) -> Mapping[_Subject, Sequence[ListedDecision]]:
        query = DECISIONS.where(
            ModelChat.season_id == season_id,
            ModelChat.timestamp < until,
            ACCOUNT_ID.in_(account_ids),
            ChatDecisionRow.signal.in_(_ACTED),
        ).order_by(ModelChat.timestamp, ModelChat.id)
        found: dict[_Subject, list[ListedDecision]] = defaultdict(list)
        for decision in starmap(ListedDecision, self._session.execute(query)):
            found[_subject(decision)].append(decision)
        return found

    def _positions(
        self, season_id: int, account_ids: Sequence[str], until: datetime
    ) -> Mapping[_Entry, Sequence[ObservedPosition]]:
        plan = (
            Position.model_id,
            Position.entry_oid,
            Position.symbol,
            Position.stop_loss,
            Position.profit_target,
        )
        orders = select(Trade.entry_oid).where(Trade.season_id == season_id)
        of_season = Position.entry_oid.in_(orders), Position.timestamp < until
        ends = union(
            *(
                select(end(Position.id)).where(*of_season).group_by(*plan)
                for end in (func.min, func.max)
            )
        )
        query = POSITIONS.where(
            Position.id.in_(ends), ACCOUNT_ID.in_(account_ids)
        ).order_by(Position.timestamp, Position.id)
        found: dict[_Entry, list[ObservedPosition]] = defaultdict(list)
        for seen in starmap(ObservedPosition, self._session.execute(query)):
            found[seen.account_id, seen.symbol, seen.entry_oid].append(seen)
        return found


def _name_of(leg: StoredTrade) -> _Entry | None:
    if leg.entry_oid is None:
        return None
    return leg.account_id, leg.symbol, leg.entry_oid


def _subject(row: StoredTrade | ListedDecision) -> _Subject:
    """Conversations may leave the venue out: NVDA is xyz:NVDA."""
    return row.account_id, row.symbol.rpartition(":")[2].casefold()


def _between(
    decisions: Sequence[ListedDecision], since: datetime, until: datetime
) -> tuple[ListedDecision, ...]:
    first = bisect_left(decisions, since, key=lambda each: each.observed_at)
    stop = bisect_right(decisions, until, key=lambda each: each.observed_at)
    return tuple(decisions[first:stop])
