"""How the engine agrees with the record, for programs."""

from dataclasses import asdict
from typing import Any

from nof1_tracker.records.play.replay_check import AccountReplay, ReplayCheck
from nof1_tracker.rendering.programs.output import exact, iso

PLAY_VERSION = 1
"""Rises when a field changes its meaning or goes; new ones may come at any time."""


def replay_object(check: ReplayCheck) -> dict[str, Any]:
    """The check of a season: fractions and USD, every digit."""
    return {
        "schema_version": PLAY_VERSION,
        "season": None if check.season is None else exact(check.season.number),
        "at": iso(check.at),
        "liquidation_tolerance": exact(check.tolerance),
        "total": _account(check.total),
        "accounts": [_account(each) for each in check.accounts],
    }


def _account(row: AccountReplay) -> dict[str, Any]:
    amounts = {"largest_difference", "largest_fraction", "farthest_liquidation"}
    return {
        name: exact(value) if name in amounts else value
        for name, value in asdict(row).items()
    }
