"""The files of a dataset by name, and their digests in SHA256SUMS."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

PACKAGE = "datapackage.json"
SUMS = "SHA256SUMS"
README = "README.md"
CITATION = "CITATION.cff"


def digest(file: Path) -> str:
    """SHA-256 of the file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_in(folder: Path) -> Iterator[str]:
    """The paths of all files in the folder, sorted, with forward slashes.

    A link is listed, and not followed.
    """
    found = []
    for place, _, names in os.walk(folder):
        base = Path(place).relative_to(folder)
        found += [(base / name).as_posix() for name in names]
    return iter(sorted(found))


def sums_of(folder: Path) -> str:
    """The lines of SHA256SUMS for all other files, as `sha256sum` writes them."""
    names = [name for name in files_in(folder) if name != SUMS]
    return "".join(f"{digest(folder / name)}  {name}\n" for name in names)


def read_sums(text: str) -> Mapping[str, str]:
    """The digests by path.

    Raises:
        ValueError: A line is not a digest and a path inside the folder.
    """
    found: dict[str, str] = {}
    lines = text.split("\n")
    if lines.pop():
        raise ValueError("its last line does not end")
    for line in lines:
        digest_of_file, separator, name = line.partition("  ")
        if len(digest_of_file) != 64 or not separator or not is_inside(name):
            raise ValueError(f"{line[:100]!r} is not a digest and a file")
        if name in found:
            raise ValueError(f"{name} stands twice")
        found[name] = digest_of_file
    return found


def is_inside(name: str) -> bool:
    """Whether the path leads to a file inside the folder."""
    path = PurePosixPath(name)
    plain = name == str(path) and not path.is_absolute() and ".." not in path.parts
    return plain and bool(path.parts) and "\\" not in name and name.isprintable()
