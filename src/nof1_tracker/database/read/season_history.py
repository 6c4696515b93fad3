"""Reads what the tables hold of a season: see nof1_tracker.records.season_history."""

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.count_columns import read_counts
from nof1_tracker.database.columns.decision_columns import (
    read_answers,
    read_decisions,
    read_signals,
)
from nof1_tracker.database.columns.equity_columns import (
    no_prices,
    read_btc_prices,
    read_equities,
)
from nof1_tracker.database.columns.position_columns import PositionColumns
from nof1_tracker.database.columns.trade_columns import read_trades
from nof1_tracker.database.hours.hourly_columns import Competitor, read_hours
from nof1_tracker.database.models import (
    LLMModel,
    ReportedStatistics,
)
from nof1_tracker.database.read.positions.open_positions import OpenPositionQueries
from nof1_tracker.database.read.queries import DATED, account_of
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.account_columns import EquityColumns
from nof1_tracker.records.parsed import ReportedStatistics as Reported
from nof1_tracker.records.season_history import AccountHistory, SeasonHistory
from nof1_tracker.records.stored import OpenPosition


class HistoryQueries:
    """Queries of a season's report."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def history(self, window: Window, *, by_hour: bool = False) -> SeasonHistory:
        """The history of every account of the season within the window.

        Args:
            by_hour: Whether figures are those of full hours, with gaps of an hour or
                more: then not every snapshot of a long season need be read.
        """
        rows = {row.id: row for row in self._accounts(window)}
        accounts = {key: account_of(row) for key, row in rows.items()}
        ids = {key: account.account_id for key, account in accounts.items()}
        held = PositionColumns(self._session, window)
        equities = self._hours(window, rows, held) if by_hour else None
        if equities is None:
            equities = read_equities(self._session, window, ids, held)
        trades = read_trades(self._session, window, ids, held)
        counts = read_counts(self._session, window, ids)
        answers = read_answers(self._session, window, ids)
        signals = read_signals(self._session, window)
        decisions = read_decisions(self._session, window, ids)
        positions = _open_positions(self._session, window)
        has_benchmark = any(
            account.is_benchmark and len(equities[key])
            for key, account in accounts.items()
        )
        return SeasonHistory(
            season=window.season,
            since=window.since,
            until=window.until,
            accounts=tuple(
                AccountHistory(
                    account=account,
                    started_at=rows[key].started_at,
                    legs=trades[key].legs,
                    snapshots=equities[key],
                    plans=trades[key].plans,
                    answers=answers.get(key, ()),
                    signals=signals.get(key, {}),
                    decisions=decisions.get(key, ()),
                    reported=self._reported(window, key, account.account_id),
                    positions=positions.get(key, ()),
                    counts=counts[key],
                )
                for key, account in accounts.items()
            ),
            btc_prices=(
                no_prices() if has_benchmark else read_btc_prices(self._session, window)
            ),
        )

    def _hours(
        self, window: Window, rows: Mapping[int, LLMModel], held: PositionColumns
    ) -> Mapping[int, EquityColumns] | None:
        """Snapshots by the hour; None where every snapshot is to be read."""
        accounts = {
            key: Competitor(row.is_benchmark, row.started_at)
            for key, row in rows.items()
        }
        return read_hours(self._session, window, accounts, held)

    def _accounts(self, window: Window) -> Sequence[LLMModel]:
        """The accounts that have a row in the season up to the window's end."""
        has_row = or_(
            *(
                select(table.id)
                .where(
                    table.model_id == LLMModel.id,
                    *window.levels(table.season_id, time),
                )
                .exists()
                for table, time in DATED
            )
        )
        return self._session.scalars(
            select(LLMModel).where(has_row).order_by(LLMModel.id)
        ).all()

    def _reported(
        self, window: Window, model_id: int, account_id: str
    ) -> Reported | None:
        """The newest statistics that nof1 reported for the account."""
        said = ReportedStatistics
        newest = self._session.scalars(
            select(said)
            .where(said.model_id == model_id, *window.undivided(said.observed_at))
            .order_by(said.observed_at.desc())
            .limit(1)
        ).first()
        if newest is None:
            return None
        return Reported(
            account_id, newest.observed_at, newest.total_trades, newest.raw_data
        )


def _open_positions(
    session: Session, window: Window
) -> Mapping[int, Sequence[OpenPosition]]:
    """What was open when each account was last observed, keyed by `model_id`."""
    queries = OpenPositionQueries(session)
    return {
        seen.snapshot.model_id: [row.position for row in queries.open_in(seen)]
        for seen in queries.observations(window.season.id, window.until)
    }
