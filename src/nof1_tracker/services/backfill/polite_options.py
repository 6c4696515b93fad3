"""How other sources of history are asked: under this program's own name, within bounds."""

from functools import partial

from nof1_tracker.history.polite_client import ClientOptions
from nof1_tracker.scraper.fetch import USER_AGENT
from nof1_tracker.scraper.wire.content_encoding import GZIP, BoundedBody
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES


def polite_options(timeout: float, setting: str) -> ClientOptions:
    """The options of a client of one service.

    Args:
        timeout: Seconds that a whole answer may take.
        setting: Where the service's address is set.
    """
    body_of = partial(BoundedBody, most=MAX_BODY_BYTES)
    return ClientOptions(USER_AGENT, timeout, GZIP, body_of, setting)
