"""Numbers as their exact digits."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from nof1_tracker.errors import DatabaseError
from nof1_tracker.records.export_rows import Column

Number = str | float | Decimal


def digits(value: Number, column: Column) -> str:
    """The number at the column's scale, without trailing zeros: -0.0000001, 10000.

    Raises:
        DatabaseError: The value is not a finite number.
    """
    written = str(value)
    if isinstance(value, str) and not column.in_percent and _is_number(value):
        return written
    if _is_plain(written, column):
        return written.removesuffix(".0")
    text = f"{exact(value, column):zf}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_number(text: str) -> bool:
    """Whether the text is a number in digits; words such as nan end in a letter."""
    try:
        float(text)
    except ValueError:
        return False
    return text[-1].isdecimal()


def _is_plain(written: str, column: Column) -> bool:
    """Whether the text is exact already: no exponent, no decimals beyond the scale."""
    if column.in_percent or not written[-1:].isdecimal() or "e" in written:
        return False
    return written != "-0.0" and len(written.partition(".")[2]) <= column.scale


def exact(value: Number, column: Column) -> Decimal:
    """The number as the ORM returns it; a fraction where the table holds percent.

    Raises:
        DatabaseError: The value is not a finite number.
    """
    try:
        # Ties away from zero, as PostgreSQL's numeric rounds.
        stored = Decimal(str(value)).quantize(
            Decimal(1).scaleb(-column.scale), ROUND_HALF_UP
        )
    except InvalidOperation:
        stored = Decimal("NaN")
    if not stored.is_finite():
        raise DatabaseError(
            f"{value!r} is stored as {column.name} but is not a valid number.",
            "Correct it in the database.",
        )
    return stored.scaleb(-2) if column.in_percent else stored
