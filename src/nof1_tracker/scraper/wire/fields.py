"""The kinds of values in the site's rows: what is accepted, and within which bounds.

Numbers may be served as strings; booleans, NaN, infinities and magnitudes that the
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
"""Unicode's controls, formats (bidirectional overrides) and surrogates."""
_MILLISECONDS_FROM = 10**11
"""Seconds reach this magnitude in the year 5138, milliseconds in 1973."""


def instant(value: object) -> datetime:
    """The time that seconds or milliseconds since 1970, or ISO 8601, stand for.

    Exact to the microsecond. Text without an offset is UTC, as on the site.

    Raises:
        ValueError: It is no time, or one outside 2020-2100.
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
    """A name with control characters is no name, but an attack or an accident."""
    if not name.isprintable() and any(category(c) in _UNSEEN for c in name):
        raise ValueError("a name holds control characters")
    return name


def _percent(value: Decimal) -> Decimal:
    """Confidence 0..1, which some models state as 0..100, as 0..100."""
    return value * 100 if value <= 1 else value


def _object_or_none(value: object) -> object:
    return value or None  # the site serves {} and null alike for no plan


def _prose(value: object) -> object:
    return value if value is None or isinstance(value, str) else exact_json(value)


def _side(value: object) -> object:
    word = value.strip().lower() if isinstance(value, str) else value
    return {"buy": "long", "sell": "short"}.get(str(word), word)


def _zero_or_from(least: Decimal) -> AfterValidator:
    """Refuses what is not zero but would be stored as zero, or far from itself."""

    def check(value: Decimal) -> Decimal:
        if value and abs(value) < least:
            raise ValueError(f"it is too small to be held: not 0, but under {least:f}")
        return value

    return AfterValidator(check)


# Bounds of the columns: NUMERIC(20,8) and wider for USD, NUMERIC(28,10) for units.
# Amounts are rounded to these places: a millionth of a cent of PnL is float noise.
# Of a price, a quantity and a leverage zero would tell something else: those too
# small to be held within 0.5 % (leverage: at all) are refused.
USD_LIMIT: Final = Decimal(10**11)
_LEAST_PRICE: Final = Decimal("1e-6")
_LEAST_UNITS: Final = Decimal("1e-8")
_LEAST_LEVERAGE: Final = Decimal("0.01")
Usd = Annotated[Decimal, Field(gt=-USD_LIMIT, lt=USD_LIMIT)]
"""USD, under 10^11 either way."""
UsdPrice = Annotated[Decimal, Field(ge=_LEAST_PRICE, lt=USD_LIMIT)]
"""USD per unit, from 0.000001 on."""
UsdLevel = Annotated[Usd, _zero_or_from(_LEAST_PRICE)]
"""A price that may be 0 where there is none, such as a stop that is not set."""
Units = Annotated[Decimal, Field(gt=-(10**15), lt=10**15), _zero_or_from(_LEAST_UNITS)]
"""Units of the underlying, under 10^15; 0, or at least 0.00000001."""
Ratio = Annotated[Decimal, Field(gt=-(10**5), lt=10**5)]
"""A number without a unit, under 100,000 either way."""
Leverage = Annotated[Decimal, Field(ge=0, le=1000), _zero_or_from(_LEAST_LEVERAGE)]
"""0..1000; 0, or at least 0.01."""
Confidence = Annotated[Decimal, Field(ge=0, le=100), AfterValidator(_percent)]
"""0..100 when read: up to 1 it is taken for a fraction."""
Percent = Annotated[Decimal, Field(ge=0, le=100)]
"""0..100."""
Oid = Annotated[int, BeforeValidator(_no_bool), Field(ge=-(2**63), lt=2**63)]
"""An integer of 64 bits."""
Count = Annotated[int, BeforeValidator(_no_bool), Field(ge=0, lt=2**31)]
"""An integer from 0 up to 2^31 - 1."""
Time = Annotated[datetime, PlainValidator(instant)]
"""Seconds or milliseconds since 1970, or ISO 8601; 2020 to 2099."""
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
"""As Symbol."""
BlankIsNone = BeforeValidator(_blank_is_none)
EmptyIsNone = BeforeValidator(_object_or_none)
OptionalId = Annotated[Id | None, BlankIsNone]
"""As Id; blank is none."""
Prose = Annotated[str | None, BeforeValidator(_prose)]
"""Text; anything else is kept as JSON text."""
Side = Annotated[TradeSide | None, BeforeValidator(_side)]
"""long or short; buy and sell mean the same."""
