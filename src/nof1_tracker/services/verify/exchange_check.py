"""Does the exchange's record of the accounts contradict the legs that are stored?"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nof1_tracker.database.read.windows import Window
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.history.hyperliquid.equity_checks import agreement
from nof1_tracker.history.hyperliquid.leg_checks import (
    FillRecord,
    contradictions_of,
    missing_leg,
)
from nof1_tracker.records.history.backfills import BackfillSpan, Wallet
from nof1_tracker.records.history.verification import (
    Contradiction,
    EquityAgreement,
    OrderLeg,
)
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.backfill.exchange_backfill import fills_asked
from nof1_tracker.services.backfill.exchange_legs import competition_fills


@dataclass
class ExchangeCheck:
    """What the comparison of a season's legs with the exchange found.

    Attributes:
        unchecked: What could not be compared, and why, in words.
    """

    contradictions: list[Contradiction] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def check_exchange(
    repositories: Repositories,
    season: SeasonSpan,
    account_ids: Collection[str] | None = None,
) -> ExchangeCheck:
    """Compares a season's legs with the fills that are stored.

    Args:
        account_ids: None for all accounts.
    """
    found = ExchangeCheck()
    legs = repositories.order_legs.of_season(season.id)
    compared = set()
    for wallet in repositories.accounts.wallets():
        if account_ids is None or wallet.account_id in account_ids:
            own = legs.get(wallet.account_id, ())
            if _compare(repositories, season, wallet, own, found):
                compared.add(wallet.account_id)
    _note_the_others(legs, compared, account_ids, found)
    return found


def _compare(
    repositories: Repositories,
    season: SeasonSpan,
    wallet: Wallet,
    legs: Sequence[OrderLeg],
    found: ExchangeCheck,
) -> bool:
    """Compares one account; False where none of its fills is stored."""
    spans = fills_asked(repositories, wallet)
    if not spans:
        return False
    record = FillRecord(competition_fills(repositories, wallet.model_id))
    known = [leg for leg in legs if _is_comparable(leg, spans)]
    found.contradictions += contradictions_of(wallet.account_id, known, record)
    found.contradictions += (
        missing_leg(wallet.account_id, leg)
        for leg in record.unexplained_by(legs)
        if season.holds(leg.opened_at)
    )
    if len(known) < len(legs):
        found.unchecked.append(
            f"{wallet.account_id}: {len(legs) - len(known):,} of {len(legs):,} legs were"
            " not compared with the exchange: they state no orders, or lie outside the"
            " time of which all fills are stored."
        )
    return True


def _is_comparable(leg: OrderLeg, spans: Sequence[BackfillSpan]) -> bool:
    """Whether the leg states its orders, and all of their fills are stored."""
    begun = leg.closed_at if leg.opened_at is None else leg.opened_at
    has_orders = leg.entry_oid is not None and leg.exit_oid is not None
    return has_orders and any(
        span.since <= begun and leg.closed_at <= span.until for span in spans
    )


def _note_the_others(
    legs: Mapping[str, Sequence[OrderLeg]],
    compared: Collection[str],
    account_ids: Collection[str] | None,
    found: ExchangeCheck,
) -> None:
    """Notes the accounts with legs of which no fills are stored."""
    names = sorted(_wanted(legs.keys() - compared, account_ids))
    if names:
        found.unchecked.append(
            "Not compared with the exchange, as no fills are stored:"
            f" {', '.join(names)}."
        )


def _wanted(names: Collection[str], only: Collection[str] | None) -> Iterator[str]:
    return (name for name in names if only is None or name in only)


def equity_agreements(
    repositories: Repositories,
    window: Window,
    account_ids: Collection[str] | None = None,
) -> Iterator[EquityAgreement]:
    """How equities out of the exchange's record agree with the site's, as information.

    Args:
        account_ids: None for all accounts.
    """
    curves = repositories.exchange_curves.of_season(window)
    observed = repositories.exchange_curves.observed(window) if curves else {}
    for account_id in _wanted(curves, account_ids):
        for curve in curves[account_id]:
            yield agreement(account_id, curve, observed.get(account_id, ()))
