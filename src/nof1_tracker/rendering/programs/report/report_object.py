"""A season's report for programs: stable names, base units, null for undefined.

Its shape, with the unit and meaning of every figure, is in report_shape; the JSON
Schema is generated from it.
"""

import math
from collections.abc import Collection
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, cast

from nof1_tracker.analyzer.coverage import totals_of
from nof1_tracker.analyzer.decisions.decision_metrics import (
    DecisionMetrics,
    DecisionRules,
)
from nof1_tracker.analyzer.decisions.plan_discipline import PlanDiscipline
from nof1_tracker.analyzer.equity.equity_curve import as_datetime
from nof1_tracker.analyzer.equity.realized_equity import RealizedGap
from nof1_tracker.analyzer.performance import Level
from nof1_tracker.analyzer.report.reported_figures import ReportedFigures
from nof1_tracker.analyzer.report.season_report import (
    Coverage,
    Glitch,
    ModelReport,
    Ranking,
    ReportRules,
    SeasonReport,
    Uncertainty,
)
from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section
from nof1_tracker.analyzer.uncertainty.interval import Interval
from nof1_tracker.analyzer.uncertainty.ranking import AdjacentRanks
from nof1_tracker.records.history.hyperliquid import ExchangeCurve
from nof1_tracker.records.history.verification import CoverageTotal
from nof1_tracker.records.stored import OpenPosition, SeasonSpan
from nof1_tracker.rendering.programs.output import exact, iso, ratio
from nof1_tracker.rendering.programs.report.report_shape import (
    SCHEMA_VERSION,
    AdjacentShape,
    CoverageShape,
    ExchangeEquityShape,
    GlitchShape,
    HeldShape,
    MindRulesShape,
    ModelShape,
    OpenPositionShape,
    RankingShape,
    RealizedGapShape,
    ReportedShape,
    ReportShape,
    RulesShape,
    SeasonShape,
)
from nof1_tracker.rendering.report_figures.decision_figures import (
    CalibrationFigures,
    DisciplineFigures,
    MindFigures,
)
from nof1_tracker.rendering.report_figures.equity_figures import (
    BenchmarkFigures,
    EquityFigures,
    StandingShape,
)
from nof1_tracker.rendering.report_figures.trade_figures import TradeFigures
from nof1_tracker.rendering.report_figures.uncertainty_figures import (
    IntervalFigures,
    UncertaintyFigures,
)


def report_object(
    report: SeasonReport, sections: Collection[Section] = EVERY_SECTION
) -> ReportShape:
    """The whole report, for `to_json`; models have only the requested sections."""
    return {
        "schema_version": SCHEMA_VERSION,
        "season": None if report.season is None else season_object(report.season),
        "at": time_text(report.at),
        "since": iso(report.since),
        "until": iso(report.until),
        "start": iso(report.start),
        "end": iso(report.end),
        "cut": report.cut.value,
        "rules": rules_object(report.rules),
        "benchmark": report.benchmark,
        "ranking": _ranking_object(report.ranking),
        "models": [model_object(each, sections) for each in report.models],
    }


def model_object(
    model: ModelReport, sections: Collection[Section] = EVERY_SECTION
) -> ModelShape:
    """One account, with the requested sections."""
    standing = model.standing
    shape: ModelShape = {
        "model_id": model.account.account_id,
        "name": model.account.name,
        "provider": model.account.provider,
        "is_benchmark": model.account.is_benchmark,
        "standing": None if standing is None else _standing(standing.level),
        "at_close": None if standing is None else _standing(standing.at_close),
        "at_last": None if standing is None else _standing(standing.at_last),
        "sharpe_ratio_by_nof1": ratio(standing.sharpe_ratio) if standing else None,
        "coverage": _coverage(model.coverage),
        "held": [_held(each) for each in totals_of(model.held)],
        "open_positions": [_position(each) for each in model.positions],
        "suspected_glitches": [_glitch(each) for each in model.glitches],
    }
    if Section.TRADES in sections:
        shape["trades"] = cast("TradeFigures", plain(model.trades))
        shape["reported_by_nof1"] = reported_object(model.reported)
    if Section.EQUITY in sections:
        beside = model.against_benchmark
        shape["equity"] = cast("EquityFigures | None", plain(model.equity))
        shape["exchange_equity"] = [_exchange(each) for each in model.exchange_equity]
        shape["realized_in_gaps"] = [_realized(each) for each in model.realized]
        shape["against_benchmark"] = cast("BenchmarkFigures | None", plain(beside))
    if Section.MIND in sections:
        shape["mind"] = _mind(model.mind)
    if Section.UNCERTAINTY in sections:
        shape["uncertainty"] = _uncertainty(model.uncertainty)
    return shape


def _exchange(curve: ExchangeCurve) -> ExchangeEquityShape:
    return {
        "interval": curve.interval,
        "observed_at": [time_text(each.observed_at) for each in curve.points],
        "equity": [exact(each.equity) for each in curve.points],
    }


def _held(total: CoverageTotal) -> HeldShape:
    return {
        "kind": total.kind.value,
        "held": total.held,
        "missing": total.missing,
        "expected": total.held + total.missing if total.is_known else None,
        "short_days": [each.isoformat() for each in total.short_days],
    }


def plain(value: Any) -> Any:
    """A metrics object as dicts and lists, by field name; NaN and infinity are null."""
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def time_text(time: datetime) -> str:
    """A known time for programs."""
    return cast("str", iso(time))


def season_object(season: SeasonSpan) -> SeasonShape:
    """The season itself."""
    return {
        "number": exact(season.number),
        "name": season.name,
        "start": iso(season.start),
        "end": iso(season.end),
        "initial_equity": exact(season.initial_equity),
        "status": season.status.value,
    }


def rules_object(rules: ReportRules) -> RulesShape:
    """The conventions; spans are in seconds."""
    return {
        "step_seconds": _seconds(rules.step),
        "max_gap_seconds": _seconds(rules.max_gap),
        "periods_per_year": rules.periods_per_year,
        "level": rules.level,
        "mind": _mind_rules(rules.mind),
    }


def _mind_rules(rules: DecisionRules) -> MindRulesShape:
    return {
        "fill_before_seconds": _seconds(rules.fill_before),
        "fill_within_seconds": _seconds(rules.fill_within),
        "flip_within_seconds": _seconds(rules.flip_within),
        "level_tolerance": rules.level_tolerance,
        "edges": list(rules.edges),
    }


def _seconds(span: timedelta) -> float:
    return span.total_seconds()


def _standing(level: Level | None) -> StandingShape | None:
    if level is None:
        return None
    return {
        "equity": exact(level.equity),
        "rank": level.rank,
        "total_return": ratio(level.total_return),
        "source": level.source.value,
        "observed_at": time_text(level.observed_at),
    }


def _position(position: OpenPosition) -> OpenPositionShape:
    is_known, opened_at = position.opened_at_known, iso(position.opened_at)
    held = position.held
    return {
        "name": position.symbol,
        "side": position.side.value,
        "quantity": exact(position.quantity),
        "entry_price": exact(position.entry_price),
        "mark_price": exact(position.mark_price),
        "liquidation_price": exact(position.liquidation_price),
        "stop_loss": exact(position.stop_loss),
        "profit_target": exact(position.profit_target),
        "liquidation_distance": ratio(position.distance(position.liquidation_price)),
        "stop_distance": ratio(position.distance(position.stop_loss)),
        "target_distance": ratio(position.distance(position.profit_target)),
        "leverage": ratio(position.leverage),
        "confidence": ratio(position.confidence),
        "unrealized_pnl": exact(position.unrealized_pnl),
        "opened_at": opened_at if is_known else None,
        "opened_not_earlier_than": iso(position.opened_not_earlier_than),
        "opened_not_later_than": None if is_known else opened_at,
        "held_seconds_at_least": None if held is None else held.total_seconds(),
        "observed_at": time_text(position.observed_at),
        "source": position.source.value,
    }


def _glitch(glitch: Glitch) -> GlitchShape:
    return {"observed_at": time_text(glitch.observed_at), "equity": glitch.equity}


def _realized(gap: RealizedGap) -> RealizedGapShape:
    known_until = time_text(as_datetime(gap.known_until)) if gap.is_known else None
    return {
        "starts_at": time_text(as_datetime(gap.starts_at)),
        "ends_at": time_text(as_datetime(gap.ends_at)),
        "realized_equity": plain(float(gap.equity[0])),
        "known_until": known_until,
        "legs": len(gap.times) - 1 if gap.is_known else 0,
        "realized_equity_then": plain(float(gap.equity[-1])) if gap.is_known else None,
        "jump": gap.jump,
    }


def _coverage(coverage: Coverage) -> CoverageShape:
    return {
        "stored": coverage.stored,
        "reported": coverage.reported,
        "reported_at": iso(coverage.reported_at),
        "share": coverage.share,
        "is_partial": coverage.is_partial,
    }


def reported_object(reported: ReportedFigures | None) -> ReportedShape | None:
    """nof1's figures, with those of a group nested under its name."""
    if reported is None:
        return None
    figures: dict[str, Any] = {}
    for name, value in reported.figures.items():
        group, _, figure = name.rpartition(".")
        if math.isfinite(value):
            (figures.setdefault(group, {}) if group else figures)[figure] = value
    return {"observed_at": time_text(reported.observed_at), "figures": figures}


def _mind(mind: DecisionMetrics) -> MindFigures:
    decisions = mind.decisions
    return {
        "answers": plain(mind.answers),
        "cycles": plain(mind.cycles),
        "decisions": {
            "total": decisions.total,
            "counts": dict(decisions.counts),
            "per_day": None if decisions.per_day is None else dict(decisions.per_day),
            "hold_share": decisions.hold_share,
        },
        "confidence": plain(mind.confidence),
        "calibration": cast("CalibrationFigures", plain(mind.calibration)),
        "discipline": cast("DisciplineFigures", _discipline(mind.discipline)),
        "flips": plain(mind.flips),
        "time_to_fill": plain(mind.time_to_fill),
    }


def _discipline(discipline: PlanDiscipline) -> dict[str, Any]:
    return {
        **plain(discipline),
        "known": discipline.known,
        "respected_share": discipline.respected_share,
    }


def _uncertainty(uncertainty: Uncertainty) -> UncertaintyFigures:
    return {
        "independent_trades": uncertainty.independent_trades,
        "is_dominated": uncertainty.is_dominated,
        "win_rate": interval_object(uncertainty.win_rate),
        "expectancy": interval_object(uncertainty.expectancy),
        "periods": uncertainty.periods,
        "degrees_of_freedom": uncertainty.degrees_of_freedom,
        "sharpe_ratio": interval_object(uncertainty.sharpe_ratio),
        "total_return": interval_object(uncertainty.total_return),
        "probabilistic_sharpe_ratio": uncertainty.probabilistic_sharpe_ratio,
    }


def interval_object(interval: Interval | None) -> IntervalFigures | None:
    """Its two ends; the level is the rules'."""
    if interval is None or not math.isfinite(interval.low + interval.high):
        return None
    return {"low": interval.low, "high": interval.high}


def _ranking_object(ranking: Ranking) -> RankingShape:
    matrix, verdict, calls = ranking.matrix, ranking.verdict, ranking.calls
    return {
        "matrix": {
            "model_ids": list(matrix.names),
            "rows": [list(row) for row in matrix.rows],
        },
        "leader": verdict.leader,
        "leader_supported": verdict.leader_supported,
        "leader_probability": verdict.leader_probability,
        "trades_needed": ranking.trades_needed,
        "pairs": calls.pairs,
        "pairs_called": calls.called,
        "pairs_called_by_chance": calls.by_chance,
        "pairs_standing": [list(pair) for pair in sorted(calls.standing)],
        "adjacent": [_adjacent(each) for each in verdict.adjacent],
    }


def _adjacent(ranks: AdjacentRanks) -> AdjacentShape:
    return {
        "upper": ranks.upper,
        "lower": ranks.lower,
        "probability": ranks.probability,
        "separation": ranks.separation.value,
    }
