"""The types of values in the site's rows: what is accepted, and within which bounds.

Numbers may be served as strings. Booleans, NaN, infinities and magnitudes that the
tables cannot hold are refused.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final
from unicodedata import category

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from nof1_tracker.records.enums import TradeSide
from nof1_tracker.scraper.wire.json_text import exact_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})
"""Unicode categories: controls, formats (bidirectional overrides) and surrogates."""
_MILLISECONDS_FROM = 10**11
"""Numbers from here are milliseconds (seconds in 5138, milliseconds in 1973)."""


def instant(value: object) -> datetime:
    """The time given as seconds or milliseconds since 1970, or as ISO 8601.

    It is exact to the microsecond. Text without an offset is UTC, as on the site.

    Raises:
        ValueError: It is not a time, or is outside 2020-2100.
    """
    moment = _from_iso(value) if _is_iso(value) else _from_number(value)
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("time is outside 2020-2100")
    return moment.astimezone(UTC)


def _is_iso(value: object) -> bool:
    return isinstance(value, str) and value[4:5] == "-"


def _from_iso(value: object) -> datetime:
    moment = datetime.fromisoformat(str(value).strip())
    # Not astimezone: it overflows at the ends of the calendar.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _from_number(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise ValueError("time is neither a number nor text")  # noqa: TRY004 - pydantic
    try:
        number = Decimal(str(value) if isinstance(value, float) else value)
    except InvalidOperation:
        raise ValueError("time is not a number") from None
    if not number.is_finite() or not 0 <= number <= 10**14:
        raise ValueError("time is outside 2020-2100")
    scale = 1_000 if number >= _MILLISECONDS_FROM else 1_000_000
    return _EPOCH + timedelta(microseconds=int((number * scale).to_integral_value()))


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a boolean stands where a number belongs")  # noqa: TRY004
    return value


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _visible(name: str) -> str:
    """Refuses a name with control characters, which is an attack or an accident."""
    if not name.isprintable() and any(category(c) in _UNSEEN for c in name):
        raise ValueError("a name holds control characters")
    return name


def _percent(value: Decimal) -> Decimal:
    """Confidence as 0..100; it is served as 0..1, and by some models as 0..100."""
    return value * 100 if value <= 1 else value


def _object_or_none(value: object) -> object:
    return value or None  # the site serves {} or null if there is no plan


def _prose(value: object) -> object:
    return value if value is None or isinstance(value, str) else exact_json(value)


def _split(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


def _side(value: object) -> object:
    word = value.strip().lower() if isinstance(value, str) else value
    return {"buy": "long", "sell": "short"}.get(str(word), word)


def _zero_or_from(least: Decimal) -> AfterValidator:
    """Refuses a nonzero value that would be stored as zero, or far from its value."""

    def check(value: Decimal) -> Decimal:
        if value and abs(value) < least:
            raise ValueError(f"it is too small to be held: not 0, but under {least:f}")
        return value

    return AfterValidator(check)


def _held_closely(value: Decimal) -> Decimal:
    """Refuses what 8 places hold as something else."""
    if value and abs(round(value, 8) - value) > value / 200:
        raise ValueError("it is too small to be held by 8 places")
    return value


# Bounds of the columns: NUMERIC(20,8) and wider for USD, NUMERIC(28,10) for units.
# Amounts are rounded to these scales: a millionth of a cent of PnL is float noise.
# A price, quantity or leverage of zero would mean something else, so values too small
# to be stored within 0.5 % (for leverage: at all) are refused.
USD_LIMIT: Final = Decimal(10**11)
_LEAST_PRICE: Final = Decimal("1e-6")
_LEAST_UNITS: Final = Decimal("1e-8")
_LEAST_LEVERAGE: Final = Decimal("0.01")
Usd = Annotated[Decimal, Field(gt=-USD_LIMIT, lt=USD_LIMIT)]
"""USD, between -10^11 and 10^11."""
UsdPrice = Annotated[Decimal, Field(ge=_LEAST_PRICE, lt=USD_LIMIT)]
"""USD per unit, from 0.000001 on."""
UsdPrices = Annotated[list[UsdPrice], BeforeValidator(_split)]
"""Like UsdPrice, each; as text they are separated by commas."""
LegPrice = Annotated[Decimal, Field(ge=0, lt=USD_LIMIT), AfterValidator(_held_closely)]
"""USD per unit; 0, or held by 8 places within 0.5 %."""
UsdLevel = Annotated[Usd, _zero_or_from(_LEAST_PRICE)]
"""A price, or 0 if there is none, such as for a stop that is not set."""
Units = Annotated[Decimal, Field(gt=-(10**15), lt=10**15), _zero_or_from(_LEAST_UNITS)]
"""Units of the underlying, of either sign; 0, or from 0.00000001 to below 10^15."""
Ratio = Annotated[Decimal, Field(gt=-(10**5), lt=10**5)]
"""A number without a unit, between -100,000 and 100,000."""
Leverage = Annotated[Decimal, Field(ge=0, le=1000), _zero_or_from(_LEAST_LEVERAGE)]
"""0, or from 0.01 to 1000."""
Confidence = Annotated[Decimal, Field(ge=0, le=100), AfterValidator(_percent)]
"""0..100 after parsing; values up to 1 are taken as fractions."""
Percent = Annotated[Decimal, Field(ge=0, le=100)]
"""0..100."""
Oid = Annotated[int, BeforeValidator(_no_bool), Field(ge=-(2**63), lt=2**63)]
"""A 64-bit integer."""
Count = Annotated[int, BeforeValidator(_no_bool), Field(ge=0, lt=2**31)]
"""An integer from 0 to 2^31 - 1."""
Time = Annotated[datetime, PlainValidator(instant)]
"""Seconds or milliseconds since 1970, or ISO 8601; from 2020 to 2099."""
Id = Annotated[
    str,
    BeforeValidator(_stripped),
    Field(min_length=1, max_length=200, coerce_numbers_to_str=True),
    AfterValidator(_visible),
]
"""Up to 200 visible characters; numbers become text."""
Symbol = Annotated[
    str,
    BeforeValidator(_stripped),
    Field(min_length=1, max_length=50),
    AfterValidator(_visible),
]
"""Up to 50 visible characters."""
Word = Symbol
"""Up to 50 visible characters, like Symbol."""
BlankIsNone = BeforeValidator(_blank_is_none)
EmptyIsNone = BeforeValidator(_object_or_none)
OptionalId = Annotated[Id | None, BlankIsNone]
"""Like Id; a blank value means none."""
Prose = Annotated[str | None, BeforeValidator(_prose)]
"""Text; anything else is kept as JSON text."""
Side = Annotated[TradeSide | None, BeforeValidator(_side)]
"""long or short; buy and sell mean the same."""
