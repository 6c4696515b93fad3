"""Builds a season's report and the comparison of two accounts."""

from nof1_tracker.analyzer.report.season_report import (
    Coverage,
    ModelReport,
    Ranking,
    ReportRules,
    SeasonReport,
    Uncertainty,
)

__all__ = [
    "Coverage",
    "ModelReport",
    "Ranking",
    "ReportRules",
    "SeasonReport",
    "Uncertainty",
]
