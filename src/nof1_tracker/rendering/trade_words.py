"""What is said of a leg or of an open position, the same in every format for people."""

from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.rendering.text import UNKNOWN, moment, span


def held(trade: StoredTrade) -> str:
    """The time held: until the exit, or while open, until it was last observed."""
    if trade.held is None:
        return UNKNOWN
    return span(trade.held) if trade.opened_at_known else f">= {span(trade.held)}"


def opening(trade: StoredTrade) -> str:
    """Between which times it was opened, in words."""
    latest = moment(trade.opened_at)
    if trade.opened_not_earlier_than is None:
        return f"at or before {latest} UTC"
    return f"between {moment(trade.opened_not_earlier_than)} and {latest} UTC"
