"""E-mail addresses, as people write them."""

from typing import NamedTuple

from nof1_tracker.errors import ConfigurationError


class EmailAddress(NamedTuple):
    """An address, as letters are sent to it and as it is found.

    Attributes:
        shown: Normalised, with its case.
        key: Equal for addresses that differ in case alone.
    """

    shown: str
    key: str


def parse_email(text: str) -> EmailAddress:
    """The address, if letters can be sent to one of that form; nobody is asked.

    Raises:
        ConfigurationError: It is not an address.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ConfigurationError(
            f"That e-mail address cannot be used: {_sentence(error)}",
            "Write it like name@example.com.",
        ) from None
    return EmailAddress(found.normalized, address_key(found.normalized))


def address_key(text: str) -> str:
    """What an address is found by, whether or not it is one."""
    return text.replace("\0", "").strip().casefold()


def _sentence(error: Exception) -> str:
    return str(error).rstrip(".") + "."
