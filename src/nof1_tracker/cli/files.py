"""Files that commands write: whole, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from nof1_tracker.errors import ConfigurationError


def write_whole(file: Path, text: str) -> Path:
    """Writes the text, by a temporary file beside it that then takes its name.

    Who reads the file meanwhile sees the old one or the new one. A link is followed;
    what is no regular file, such as /dev/stderr, is written to as it is.

    Returns:
        The file that was written.

    Raises:
        ConfigurationError: It cannot be written.
    """
    target = file.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            target.write_text(text, encoding="utf-8")
            return target
        try:
            draft.write_text(text, encoding="utf-8")
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written: {error.strerror or error}.",
            "Name a file in a folder that exists and that you may write to.",
        ) from None
    return target
