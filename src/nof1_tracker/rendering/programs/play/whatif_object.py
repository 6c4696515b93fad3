"""What a copy or a held coin would have brought, for programs."""

from typing import cast

from nof1_tracker.analyzer.play.whatif_report import (
    CopyReport,
    HoldReport,
    PaperAccount,
)
from nof1_tracker.records.play.copy_scenario import Attribution, CopiedOrders
from nof1_tracker.records.play.playable_span import PlayableSpan
from nof1_tracker.rendering.play_words import LIMITS, withheld_copy
from nof1_tracker.rendering.programs.output import exact, iso
from nof1_tracker.rendering.programs.play.whatif_shape import (
    AttributionShape,
    CopiedOrdersShape,
    PaperAccountShape,
    PricedSymbolShape,
    WhatifCopyShape,
    WhatifHoldShape,
)
from nof1_tracker.rendering.programs.report.report_object import (
    interval_object,
    plain,
    season_object,
    time_text,
)
from nof1_tracker.rendering.programs.report.report_shape import SCHEMA_VERSION
from nof1_tracker.rendering.report_figures.equity_figures import EquityFigures
from nof1_tracker.rendering.report_figures.trade_figures import TradeFigures


def copy_object(report: CopyReport) -> WhatifCopyShape:
    """The whole answer, for `to_json`."""
    scenario, recorded = report.scenario, report.recorded
    return {
        "schema_version": SCHEMA_VERSION,
        "season": season_object(report.season),
        "account_id": report.account.account_id,
        "name": report.account.name,
        "since": time_text(report.since),
        "until": time_text(report.until),
        "start": exact(report.start),
        "scenario": {
            "delay_seconds": scenario.delay.total_seconds(),
            "fees": scenario.fees.value,
            "slippage": exact(scenario.slippage),
            "size": exact(scenario.size),
            "inverse": scenario.inverse,
        },
        "model": _account(report.model),
        "recorded_equity": exact(recorded.equity) if recorded else None,
        "recorded_at": iso(recorded.observed_at) if recorded else None,
        "copy": None if report.copy is None else _account(report.copy),
        "withheld": withheld_copy(report),
        "attribution": _attribution(report.attribution),
        "orders": _orders(report.orders),
        "unopened": report.unopened,
        "without_leverage": report.without_leverage,
        "hours_without_funding": report.hours_without_funding,
        "delays": [
            {
                "delay_seconds": point.delay.total_seconds(),
                "equity": exact(point.equity),
                "orders": _orders(point.orders),
            }
            for point in report.delays
        ],
        "prices": _prices(report.prices),
        "limits": list(LIMITS),
    }


def hold_object(report: HoldReport) -> WhatifHoldShape:
    """The whole answer, for `to_json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "season": season_object(report.season),
        "symbol": report.symbol,
        "since": time_text(report.since),
        "until": time_text(report.until),
        "start": exact(report.start),
        "fees": report.fees.value,
        "slippage": exact(report.slippage),
        "bought_at": time_text(report.bought_at),
        "price": exact(report.price),
        "account": _account(report.account),
        "hours_without_funding": report.hours_without_funding,
        "prices": _prices(report.prices),
        "limits": list(LIMITS),
    }


def _account(account: PaperAccount) -> PaperAccountShape:
    figures = account.figures
    return {
        "equity": exact(account.equity),
        "fees": exact(account.fees),
        "funding": exact(account.funding),
        "equity_figures": cast("EquityFigures", plain(figures.equity)),
        "trade_figures": cast("TradeFigures", plain(figures.trades)),
        "mean_net": interval_object(figures.mean_net),
    }


def _attribution(found: Attribution | None) -> AttributionShape | None:
    if found is None:
        return None
    return {
        "sizing": exact(found.sizing),
        "delay": exact(found.delay),
        "slippage": exact(found.slippage),
        "fees": exact(found.fees),
        "total": exact(found.total),
    }


def _orders(orders: CopiedOrders) -> CopiedOrdersShape:
    return {
        "placed": orders.placed,
        "late": orders.late,
        "unfilled": orders.unfilled,
        "unsecured": orders.unsecured,
        "liquidations": orders.liquidations,
    }


def _prices(span: PlayableSpan) -> list[PricedSymbolShape]:
    return [
        {
            "symbol": row.symbol,
            "priced": row.priced,
            "total": row.total,
            "share": row.share,
        }
        for row in span.symbols
    ]
