"""Scripts and styles of this package, as texts that a page contains or a server sends.

The scripts have no imports: those of a page are joined into one, in order of dependency.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

LIBRARY = "lightweight-charts.standalone.production.js"
"""Version 5.2.1 from `npm pack lightweight-charts`, unchanged."""
CHARTS = (
    "theme.js",
    "tables.js",
    "address.js",
    "legends.js",
    "plots.js",
    "hints.js",
    "gaps.js",
    "curves.js",
)
"""What every page with curves has."""
STYLE = "report.css"


@cache
def asset(name: str) -> str:
    """A file of this room's folder `assets`."""
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def joined(scripts: Iterable[str]) -> str:
    """These scripts as one, which leaves no name behind in the page."""
    parts = "\n".join(scripts)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'
