"""Use case: compare two models over a season. Nothing is written."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.report.comparison import Comparison, compare_models
from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.database.connection import Engine
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Cut
from nof1_tracker.services.reading.model_names import match_accounts
from nof1_tracker.services.report import read_report


def read_comparison(
    engine: Engine,
    now: datetime,
    models: tuple[str, str],
    *,
    season: Decimal | None = None,
    competition: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cut: Cut = Cut.LAST,
) -> Comparison:
    """The comparison of the two accounts that the names stand for; see `read_report`.

    Raises:
        ConfigurationError: As for a report; or a name matches no account or several,
            or both names match the same one.
        DatabaseError: The database cannot be used.
    """
    # Of all models: how many pairs differ by chance alone depends on how many there are.
    report = read_report(
        engine,
        now,
        season=season,
        competition=competition,
        since=since,
        until=until,
        cut=cut,
    )
    return compare_models(report, *_two_models(report, models))


def _two_models(
    report: SeasonReport, names: Sequence[str]
) -> tuple[ModelReport, ModelReport]:
    first, second = (_one_model(report, name) for name in names)
    if first is second:
        raise ConfigurationError(
            f"{names[0]!r} and {names[1]!r} are the same model.",
            "Give two different models.",
        )
    return first, second


def _one_model(report: SeasonReport, name: str) -> ModelReport:
    if not report.models:
        raise ConfigurationError(
            "There is nothing stored to compare.", "Run `nof1-tracker scrape`."
        )
    ids = match_accounts([each.account for each in report.models], name)
    found = [each for each in report.models if each.account.account_id in ids]
    if len(found) > 1:
        known = [f"{m.account.account_id} ({m.account.name})" for m in found]
        raise ConfigurationError(
            f"{name!r} has several accounts.", f"Choose one: {', '.join(known)}."
        )
    return found[0]
