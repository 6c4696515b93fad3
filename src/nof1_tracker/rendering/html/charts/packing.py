"""Data for the page's scripts that is too long to stand in it as it is."""

import base64
import gzip
from typing import Any

import simplejson


def packed(value: Any) -> str:
    """JSON, gzip, base64; without a time in it, so that the same report is the same file."""
    text = simplejson.dumps(
        value, ensure_ascii=True, separators=(",", ":"), allow_nan=False
    )
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
