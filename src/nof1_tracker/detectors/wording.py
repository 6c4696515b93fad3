"""How events name accounts, symbols and amounts."""

from decimal import Decimal

from nof1_tracker.records.changes import Changes, KnownAccount
from nof1_tracker.records.sanitize import inert
from nof1_tracker.rendering.text import usd

SEPARATOR = " · "
_LONGEST_SYMBOL = 24


def name_of(changes: Changes, model_id: int) -> str:
    """The account's display name, inert."""
    return account_name(changes.accounts[model_id])


def account_name(account: KnownAccount) -> str:
    """Its display name, inert; never empty."""
    return inert(account.name) or f"account {account.model_id}"


def symbol_name(symbol: str) -> str:
    """The symbol, inert; never empty."""
    return inert(symbol, _LONGEST_SYMBOL) or "(no symbol)"


def money(amount: Decimal, *, signed: bool = False) -> str:
    """USD to the cent: $1,234.50, or +$1,234.50."""
    if not signed:
        return f"${usd(amount)}"
    text = usd(amount, signed=True)
    return f"{text[0]}${text[1:]}"


def facts(*told: str | None) -> str:
    """The facts that are known, in one line."""
    return SEPARATOR.join(each for each in told if each)


def place(rank: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th ..."""
    if rank % 100 in (11, 12, 13):
        return f"{rank}th"
    return f"{rank}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th') }"
