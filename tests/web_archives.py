"""Makes WARC and WACZ files as programs of the field write them, and bad ones."""

import base64
import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence

TRADES_URL = "https://nof1.ai/api/trades"
DATE = "2025-10-28T06:51:03Z"


def sha1(content: bytes) -> str:
    """A digest as WARC has it."""
    found = hashlib.sha1(content, usedforsecurity=False).digest()
    return "sha1:" + base64.b32encode(found).decode()


def http(
    body: bytes, status: str = "200 OK", headers: Mapping[str, str] | None = None
) -> bytes:
    """An answer of HTTP."""
    named = {"Content-Type": "application/json", **(headers or {})}
    lines = [f"HTTP/1.1 {status}", *(f"{key}: {value}" for key, value in named.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def warc_record(
    block: bytes,
    kind: str = "response",
    url: str = TRADES_URL,
    *,
    name: str = "<urn:uuid:1>",
    date: str = DATE,
    version: str = "1.1",
    fields: Mapping[str, str] | None = None,
) -> bytes:
    """One record, not compressed."""
    named = {
        "WARC-Type": kind,
        "WARC-Record-ID": name,
        "WARC-Date": date,
        "WARC-Target-URI": url,
        "Content-Length": str(len(block)),
        **(fields or {}),
    }
    lines = [f"WARC/{version}", *(f"{key}: {value}" for key, value in named.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def response(body: bytes, url: str = TRADES_URL, **changes: str) -> bytes:
    """A record of an answer, with its digest."""
    fields = {"WARC-Payload-Digest": sha1(body)}
    return warc_record(http(body), url=url, fields=fields, **changes)


def gzipped(records: Sequence[bytes]) -> bytes:
    """Records compressed one by one, as a .warc.gz has them."""
    return b"".join(gzip.compress(each, mtime=0) for each in records)


def wacz(
    warcs: Mapping[str, bytes],
    *,
    digests: Mapping[str, str] | None = None,
    beside: Mapping[str, bytes] | None = None,
    compression: int = zipfile.ZIP_STORED,
) -> bytes:
    """A WACZ with these files in its folder `archive`.

    Args:
        digests: Instead of the true ones, by name.
        beside: Other members, by name.
    """
    listed = [
        {
            "name": name,
            "path": f"archive/{name}",
            "hash": (digests or {}).get(
                name, "sha256:" + hashlib.sha256(content).hexdigest()
            ),
            "bytes": len(content),
        }
        for name, content in warcs.items()
    ]
    package = json.dumps({"profile": "data-package", "resources": listed}).encode()
    members = {f"archive/{name}": content for name, content in warcs.items()}
    return zipped(
        {"datapackage.json": package, **members, **(beside or {})}, compression
    )


def zipped(
    members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip of these members."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return whole.getvalue()
