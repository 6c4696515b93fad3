"""The site's pages: one shell and three main parts, which fetch their own data."""

import html
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template

from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.arena.roster import BENCHMARK
from nof1_tracker.demo.site.standings_table import COLUMNS

TABS = {
    "1": ("COMPLETED TRADES", "MODELCHAT", "POSITIONS", "README.TXT"),
    "1.5": ("MODELCHAT", "SEASON 1.5 DETAILS"),
}

_HOME = """<div class="split">
<section class="card"><h2>TOTAL ACCOUNT VALUE</h2><div id="chart"></div>
<div id="legend"></div></section>
<section class="card"><div class="tabs" id="tabs"></div><div id="panel"></div></section>
</div>"""
_LEADERBOARD = """<section class="card"><h2>LEADERBOARD</h2><div class="scroll">
<table><thead><tr>{head}</tr></thead><tbody id="rows">{rows}</tbody></table>
</div></section>"""
_MODEL = """<section class="card"><h2 id="name">{name}</h2>
<div class="facts" id="facts"></div></section><br>
<section class="card"><h2>LAST 25 TRADES</h2><div class="scroll">
<div class="grid" id="trades"></div></div></section>"""


def page(
    arena: Arena,
    path: str,
    moves: Mapping[str, str],
    cells: Sequence[Sequence[str]] = (),
) -> str | None:
    """The HTML of that path; None where there is no such page.

    Args:
        moves: Paths of the endpoints that have moved.
        cells: Rows that the leaderboard shows before any JSON has arrived.
    """
    if path == "/":
        return _shell(arena, "home", "Live", _HOME, moves)
    if path == "/leaderboard":
        rows = "".join(f"<tr>{_row('td', row)}</tr>" for row in cells)
        main = _LEADERBOARD.format(head=_row("th", COLUMNS), rows=rows)
        return _shell(arena, "leaderboard", "Leaderboard", main, moves)
    account = path.removeprefix("/models/")
    if account in (path, BENCHMARK) or account not in arena.accounts:
        return None
    name = html.escape(arena.accounts[account].entrant.model.upper())
    return _shell(arena, "model", name, _MODEL.format(name=name), moves, account)


def _row(tag: str, cells: Sequence[str]) -> str:
    return "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)


def _shell(
    arena: Arena,
    kind: str,
    title: str,
    main: str,
    moves: Mapping[str, str],
    account: str | None = None,
) -> str:
    config = {
        "page": kind,
        "tabs": TABS[arena.season],
        "benchmark": BENCHMARK,
        "account": account,
        "moves": dict(moves),
    }
    return Template(_static("shell.html")).substitute(
        title=title,
        season=arena.season,
        seed=arena.seed,
        home="here" if kind == "home" else "",
        leaderboard="here" if kind == "leaderboard" else "",
        main=main,
        config=json.dumps(config).replace("<", "\\u003c"),
        style=_static("style.css"),
        script=_static("app.js"),
    )


@cache
def _static(name: str) -> str:
    return files("nof1_tracker.demo.site").joinpath("static", name).read_text("utf-8")
