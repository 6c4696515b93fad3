"""Lists the generated pages.

The pages are committed, so that they can be read without a build, and so that a change
to what others rely on is visible in the diff that made it. A test fails if a page is
stale.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from scripts.reference import (
    commands,
    events,
    export,
    game,
    metrics,
    reports,
    settings,
    tables,
    wire,
)

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"

PAGES: Final[dict[str, Callable[[], str]]] = {
    "cli.md": commands.page,
    "settings.md": settings.page,
    "schema.md": tables.page,
    "report.md": reports.page,
    "export.md": export.page,
    "events.md": events.page,
    "game.md": game.page,
    "metrics.md": metrics.page,
    "wire.md": wire.page,
}
