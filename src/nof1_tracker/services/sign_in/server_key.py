"""The key that tokens are signed with, and that addresses are hashed under.

It is in no table: who reads the database alone can forge nothing with it.
"""

import os
import secrets
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.settings import SignInSettings

KEY_FILE: Final = "sign-in.key"
_FOLDER_MODE = 0o700


class NoKeyError(ConfigurationError):
    """There is no key, and none can be made: serve without people who sign in."""


def load_key(settings: SignInSettings, folder: Path) -> bytes:
    """The key, 32 bytes: of the setting, else of a file in the folder.

    The file is made where there is none, of mode 0600; of several processes that make it
    at once, one wins.

    Raises:
        NoKeyError: It can be neither read nor made.
    """
    if settings.secret_key is not None:
        return _key_of(settings.secret_key.get_secret_value())
    file = folder / KEY_FILE
    try:
        if not file.exists():
            _make(file)
        return _key_of(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise NoKeyError(
            f"The key {file} cannot be used: {reason}.",
            "Set NOF1_SECRET_KEY, or make its folder writable.",
        ) from None


def _make(file: Path) -> None:
    file.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(48))
    made = Path(name)
    try:
        os.link(made, file)
    except FileExistsError:
        pass  # another process was quicker, and its key is the one
    finally:
        made.unlink()


def _key_of(text: str) -> bytes:
    return sha256(text.encode()).digest()
