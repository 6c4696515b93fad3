"""JSON as text: the same for equal values, and written ahead where there is time."""

import pickle
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Self

import simplejson


def json_encoder(
    *, ascii_only: bool = False, in_order: bool = True
) -> Callable[[Any], str]:
    """An encoder of decoded JSON that does not look for named tuples.

    Decoded JSON has none, and checking whether a Decimal is one takes longer than
    writing it.
    """
    encoder = simplejson.JSONEncoder(
        ensure_ascii=ascii_only,
        allow_nan=False,
        sort_keys=in_order,
        namedtuple_as_object=False,
    )
    return encoder.encode


# Kept, because creating an encoder takes as long as writing a short value.
_in_ascii: Final = json_encoder(ascii_only=True)


class WrittenJson(Mapping[str, Any]):
    """A decoded JSON object that was written before it was passed to this process.

    Storing needs the text alone, so the object itself stays packed until it is asked for.

    Attributes:
        text: Its `canonical_json`.
    """

    __slots__ = ("_packed", "text")

    def __init__(self, text: str, packed: bytes) -> None:
        """See `of`."""
        self.text = text
        self._packed = packed

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """The object with its text."""
        packed = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        return cls(canonical_json(value), packed)

    def __reduce__(self) -> tuple[type, tuple[str, bytes]]:
        return type(self), (self.text, self._packed)

    def __getitem__(self, key: str) -> Any:
        return self._unpacked()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._unpacked())

    def __len__(self) -> int:
        return len(self._unpacked())

    def _unpacked(self) -> Mapping[str, Any]:
        value: Mapping[str, Any] = pickle.loads(self._packed)  # noqa: S301  our own
        return value


def canonical_json(value: Any) -> str:
    """JSON text with exact Decimals; equal values give equal text.

    In ASCII, which escapes multi-line text twice as fast.
    """
    return value.text if isinstance(value, WrittenJson) else _in_ascii(value)
