"""The exchange at the configured address."""

from nof1_tracker.clock import Clock
from nof1_tracker.history.hyperliquid.info_client import InfoClient
from nof1_tracker.scraper.fetch import USER_AGENT
from nof1_tracker.settings import HistorySettings, load_settings


def configured_exchange(clock: Clock) -> InfoClient:
    """A client that says who it is.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    url = load_settings(HistorySettings).hyperliquid_url
    return InfoClient(url, clock, user_agent=USER_AGENT)
