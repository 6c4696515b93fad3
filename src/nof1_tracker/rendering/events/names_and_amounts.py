"""How events name accounts and amounts."""

from decimal import Decimal

from nof1_tracker.records.changes import KnownAccount
from nof1_tracker.records.sanitize import inert
from nof1_tracker.rendering.text import usd

Words = tuple[str, str]
"""A title and a text; texts of the site are inert in both."""


def name_of(account: KnownAccount) -> str:
    """Its display name, inert; never empty."""
    return inert(account.name) or f"account {account.model_id}"


def money(amount: Decimal) -> str:
    """USD to the cent: $1,234.50."""
    return f"${usd(amount)}"


def signed_money(amount: Decimal) -> str:
    """USD to the cent: +$1,234.50."""
    text = usd(amount, signed=True)
    return f"{text[0]}${text[1:]}"
