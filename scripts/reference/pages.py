"""Which page is made by what.

The pages are committed, so that they can be read without building them, and so that
a change of what others rely on shows in the diff of the change that made it; a test
tells where one is stale.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from scripts.reference import (
    commands,
    events,
    export,
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
    "metrics.md": metrics.page,
    "wire.md": wire.page,
}
