"""Where the record is served: the socket that listens, and its address in words."""

import socket
from datetime import datetime

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.rendering.programs.output import iso
from nof1_tracker.settings import WebSettings
from nof1_tracker.web.security import is_loopback

_BACKLOG = 512


def listen_on(address: tuple[str, int], web: WebSettings) -> socket.socket:
    """A socket that listens; connections wait until somebody serves on it.

    Args:
        address: Host and port; port 0 takes a free one.

    Raises:
        ConfigurationError: The address cannot be listened on, or is reachable from
            other machines and NOF1_PUBLIC_URL is not set.
    """
    host, port = address
    _require_public_url(host, web)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(
            f"Cannot listen on {host}:{port}: {reason}.",
            "Choose another address with --host and --port.",
        ) from None
    # asyncio does so only for sockets that it opens itself. Connections inherit it;
    # without it a body waits until the client has confirmed the headers: for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _require_public_url(host: str, web: WebSettings) -> None:
    if not is_loopback(host) and web.public_url is None:
        raise ConfigurationError(
            f"{host} can be reached from other machines, and anybody who reaches it can"
            " read everything that is stored.",
            "Set NOF1_PUBLIC_URL to the address that they use, or leave --host out.",
        )


def url_of(listener: socket.socket) -> str:
    """The address of what listens, as a browser asks for it."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def where(listener: socket.socket, web: WebSettings) -> str:
    """Where the record is served, and to whom, in words."""
    line = f"Serving {url_of(listener)} and its API under /api/v1 (Ctrl-C ends it)"
    if is_loopback(listener.getsockname()[0]):
        return line
    return (
        f"{line}\nOpen to other machines as {web.public_url}: everything recorded can be"
        f" read without a password. {_who_signs_in(web)}"
    )


def _who_signs_in(web: WebSettings) -> str:
    if (web.public_url or "").startswith("https://"):
        return "People who sign in change what is theirs, and nothing else."
    return "It only reads: people can sign in over https alone, or on this machine."


def where_replayed(listener: socket.socket, start: datetime, speed: float) -> str:
    """Where the site's past is served, and which, in words."""
    pace = "which stands still" if speed == 0 else f"at {speed:g}x"
    return (
        f"Serving {url_of(listener)}api/ as of {iso(start)}, {pace} (Ctrl-C ends it).\n"
        "Point a client at it, such as: NOF1_DATABASE_URL=sqlite:///then.db nof1-tracker"
        f" scrape --transport http --base-url {url_of(listener).rstrip('/')}"
    )
