"""Digests as WARC and WACZ write them: `sha1:` in base32, `sha256:` in hex."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

_SIZES: Final = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest that is stated somewhere, to be compared with content.

    Attributes:
        algorithm: Its name as hashlib spells it.
    """

    algorithm: str
    value: bytes

    def agrees(self, *variants: bytes) -> bool:
        """Whether it is that of any of these."""
        return any(self._of(each) == self.value for each in variants)

    def _of(self, content: bytes) -> bytes:
        return hashlib.new(self.algorithm, content, usedforsecurity=False).digest()


def digest_in(text: str | None) -> Digest | None:
    """The digest in a field; None if there is none, or of an unknown kind."""
    name, _, value = (text or "").strip().partition(":")
    algorithm = name.strip().lower().replace("-", "")
    size = _SIZES.get(algorithm)
    decoded = _decoded(value.strip(), size) if size else None
    return Digest(algorithm, decoded) if decoded else None


def _decoded(value: str, size: int) -> bytes | None:
    """The bytes of a value in hex or base32, with padding or without."""
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        bare = value.rstrip("=").upper()
        found = base64.b32decode(bare + "=" * (-len(bare) % 8))
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == size else None
