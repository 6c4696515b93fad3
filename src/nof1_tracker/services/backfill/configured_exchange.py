"""The exchange at the configured address."""

from dataclasses import replace
from typing import Final

from nof1_tracker.clock import Clock
from nof1_tracker.history.hyperliquid.info_client import InfoClient
from nof1_tracker.services.backfill.polite_options import polite_options
from nof1_tracker.settings import HistorySettings, load_settings

_TIMEOUT: Final = 30.0
"""Seconds for one answer."""
_ATTEMPTS: Final = 6
_LONGEST_PAUSE: Final = 600.0
"""Seconds; a refusal that asks for more ends the backfill."""


def configured_exchange(clock: Clock) -> InfoClient:
    """A client that says who it is.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    return exchange_at(load_settings(HistorySettings).hyperliquid_url, clock)


def exchange_at(url: str, clock: Clock) -> InfoClient:
    """The exchange at an address, asked under this program's own name."""
    options = replace(
        polite_options(_TIMEOUT, "NOF1_HYPERLIQUID_URL"),
        attempts=_ATTEMPTS,
        longest_pause=_LONGEST_PAUSE,
    )
    return InfoClient(url, options, clock)
