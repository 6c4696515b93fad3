"""How the engine agrees with the record, as a table on a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.records.play.replay_check import AccountReplay, ReplayCheck
from nof1_tracker.rendering.play_words import REPLAY_EXPLAINED, replay_sentence
from nof1_tracker.rendering.terminal.console import calm_table, cell
from nof1_tracker.rendering.text import UNKNOWN, percent, usd, whole


def replay_report(check: ReplayCheck) -> RenderableType:
    """A line for each account, one for all, and what that says."""
    if check.season is None or not check.accounts:
        return Text("No trade is stored that could be replayed.")
    table = _table(check)
    sentence = Text(replay_sentence(check))
    explained = Text(REPLAY_EXPLAINED, "dim")
    title = Text(f"{check.season.name}, replayed", "bold")
    return Group(title, Text(), table, Text(), sentence, explained)


def _table(check: ReplayCheck) -> Table:
    table = calm_table(
        ("Model", "left"),
        ("Legs", "right"),
        ("Fees agree", "right"),
        ("Blended", "right"),
        ("Net agrees", "right"),
        ("Off by", "right"),
        ("Liquidation", "right"),
        ("Off by", "right"),
    )
    for row in check.accounts:
        table.add_row(*_cells(row))
    table.add_section()
    table.add_row(*_cells(check.total), style="bold")
    return table


def _cells(row: AccountReplay) -> list[Text]:
    has_legs, has_levels = bool(row.legs), bool(row.liquidations)
    return [
        cell(row.name),
        cell(whole(row.legs)),
        cell(whole(row.fees_agree) if has_legs else UNKNOWN),
        cell(whole(row.blended) if has_legs else UNKNOWN),
        cell(whole(row.net_agrees) if has_legs else UNKNOWN),
        cell(f"{usd(row.largest_difference)} $" if has_legs else UNKNOWN),
        cell(
            f"{whole(row.liquidations_agree)} of {whole(row.liquidations)}"
            if has_levels
            else UNKNOWN
        ),
        cell(percent(row.farthest_liquidation, digits=2) if has_levels else UNKNOWN),
    ]
