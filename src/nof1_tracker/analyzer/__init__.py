"""From stored rows to report objects. Pure, except for the function below.

`season_report` is for notebooks:

    from nof1_tracker.analyzer import season_report

    report = season_report(season=1, models=["qwen3-max"])
    report.to_frame()
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nof1_tracker.rendering.programs.report.notebook_report import NotebookReport


def season_report(
    season: Decimal | float | str | None = None,
    *,
    models: Sequence[str] | str = (),
    since: date | str | None = None,
    until: date | str | None = None,
    at: Literal["last", "close"] = "last",
    database_url: str | None = None,
) -> "NotebookReport":
    """The report that `nof1-tracker report` prints, as frozen objects.

    Args:
        season: Its number (1, 1.5). None: the newest season that has data.
        models: Ids or names of models, or parts that match only one. Empty: all.
        since: The window's first instant: an aware datetime, a date, or a text as on
            the command line, such as 3d (UTC). None: the season's first instant.
        until: The first instant after the window, given in the same way. None: up to now.
        at: Where it ends: at the last observation, or at the season's official close.
        database_url: None: the configured database.

    Raises:
        ConfigurationError: There is no such season or model, a time is not valid or has no
            zone, or
            the season has not closed.
        DatabaseError: The database cannot be used, or its schema does not fit.
    """
    # The only import from a higher layer. This function needs a database; nothing
    # else in this package should load one.
    from nof1_tracker.services import notebook  # noqa: PLC0415

    return notebook.season_report(season, models, since, until, at, database_url)
