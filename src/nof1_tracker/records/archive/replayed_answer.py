"""What the site answered at a moment of the past, as it is answered again."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReplayedAnswer:
    """An answer as it was served.

    Attributes:
        body: The bytes of the body, without content encoding.
        headers: Those of the answer that were recorded, with the Date of then.
        served_at: When it was served; not after the moment that was asked for.
    """

    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    served_at: datetime
