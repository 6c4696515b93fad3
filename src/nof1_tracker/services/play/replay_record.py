"""Use case: replay the models' own orders through the engine. Nothing is written."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.game.replay.leg_replay import LegReplay, replay_legs
from nof1_tracker.game.replay.liquidation_check import (
    TOLERANCE,
    LiquidationCheck,
    check_liquidations,
)
from nof1_tracker.game.replay.order_prices import CENT
from nof1_tracker.records.play.recorded_legs import RecordedLeg
from nof1_tracker.records.play.replay_check import AccountReplay, ReplayCheck
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.standings import choose_season

_NONE = Decimal(0)


def replay_record(
    engine: Engine,
    now: datetime,
    *,
    season: Decimal | None = None,
    models: Sequence[str] = (),
    competition: str | None = None,
) -> ReplayCheck:
    """How fees, net PnL and liquidation prices of the engine agree with the record.

    Raises:
        ConfigurationError: There is no such season, competition or model.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine, frozen=True) as unit:
        repositories = unit.repositories
        wanted = choose_season(repositories, season, now)
        if wanted is None:
            return ReplayCheck(None, now, TOLERANCE, ())
        ids = wanted_accounts(
            repositories.queries, models, wanted.id, competition=competition
        )
        trades = repositories.recorded_trades
        legs = trades.legs(wanted.id, ids, now)
        checks = check_liquidations(trades.liquidations(wanted.id, ids))
        names = {a.account_id: a.name for a in repositories.queries.accounts()}
    accounts = sorted(legs.keys() | {each.stated.account_id for each in checks})
    rows = (
        _account(
            names.get(account, account),
            legs.get(account, ()),
            [each for each in checks if each.stated.account_id == account],
        )
        for account in accounts
    )
    shown = tuple(row for row in rows if row.legs or row.left_out or row.liquidations)
    return ReplayCheck(wanted, now, TOLERANCE, shown)


def _account(
    name: str, legs: Sequence[RecordedLeg], checks: Sequence[LiquidationCheck]
) -> AccountReplay:
    replayed = replay_legs(legs)
    completed = sum(leg.exit is not None for leg in legs)
    compared = [leg for leg in replayed if not leg.blends]
    return AccountReplay(
        name=name,
        legs=len(replayed),
        left_out=completed - len(replayed),
        fees_agree=sum(leg.fee_agrees for leg in replayed),
        blended=sum(leg.blends for leg in replayed),
        net_agrees=sum(leg.net_agrees for leg in replayed),
        net_agrees_as_stated=sum(map(_agrees_as_stated, replayed)),
        largest_difference=max(
            (abs(leg.net_difference) for leg in compared), default=_NONE
        ),
        largest_fraction=max(map(_fraction, compared), default=_NONE),
        liquidations=len(checks),
        liquidations_agree=sum(each.agrees for each in checks),
        farthest_liquidation=max(
            (each.difference or _NONE for each in checks), default=_NONE
        ),
    )


def _agrees_as_stated(leg: LegReplay) -> bool:
    return abs(leg.stated_net_difference) <= CENT


def _fraction(leg: LegReplay) -> Decimal:
    return abs(leg.net_difference) / leg.notional if leg.notional else _NONE
