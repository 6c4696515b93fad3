"""Keeps spreadsheets from computing the texts of a CSV file."""

_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def guarded(text: str) -> str:
    """The text, with an apostrophe before what starts like a formula or with one.

    Taking one leading apostrophe off every text gives back what was guarded.
    """
    return f"'{text}" if text.startswith(_GUARDED) else text
