"""Options that say how and where a command writes, and the writing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from nof1_tracker.errors import ConfigurationError

if TYPE_CHECKING:
    from rich.console import RenderableType

Kind = TypeVar("Kind", bound=StrEnum)

_HELP = "Output format; by default as FILE ends, or a table."
_ENDINGS = {
    ".txt": "table",
    ".json": "json",
    ".csv": "csv",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".parquet": "parquet",
}
"""The endings of files, and the format that each stands for."""


class RowsFormat(StrEnum):
    """Formats of rows."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class ObjectFormat(StrEnum):
    """Formats of what is not a list of rows."""

    TABLE = "table"
    JSON = "json"


class TextFormat(StrEnum):
    """The format of what is drawn for people alone."""

    TABLE = "table"


RowsFormatOption = Annotated[
    RowsFormat | None,
    typer.Option("--format", "-f", case_sensitive=False, help=_HELP),
]
ObjectFormatOption = Annotated[
    ObjectFormat | None,
    typer.Option("--format", "-f", case_sensitive=False, help=_HELP),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Same as --format json.")]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to FILE; an existing file is replaced once the new one is complete.",
    ),
]


def choose_format(
    named: Kind | None, default: Kind, file: Path | None, *, as_json: bool = False
) -> Kind:
    """The format that was named, else that of the file's ending, else the default.

    Raises:
        ConfigurationError: --json and --format name two formats, or the command cannot
            write files with that ending.
    """
    formats = type(default)
    known = set(formats)
    if as_json:
        _require_json(named)
        return formats("json")
    ending = file.suffix.lower() if file else ""
    if named is not None or not ending:
        return named or default
    if _ENDINGS.get(ending) not in known:
        able = ", ".join(each for each, kind in _ENDINGS.items() if kind in known)
        raise ConfigurationError(
            f"This command cannot write a file that ends with {ending!r}.",
            f"It can write {able}; --format names the format for any other ending.",
        )
    return formats(_ENDINGS[ending])


def _require_json(named: StrEnum | None) -> None:
    if named not in (None, "json"):
        raise ConfigurationError(
            f"--json and --format {named} are two formats.", "Leave one of them out."
        )


def write_report(render: Callable[[int], RenderableType], file: Path | None) -> None:
    """Prints what people read, or writes it to the file without colours."""
    from nof1_tracker.rendering.terminal.console import plain_text, print_report

    if file is None:
        print_report(render)
    else:
        write_text(plain_text(render), file)


def write_object(
    output: ObjectFormat,
    as_object: Callable[[], Any],
    render: Callable[[int], RenderableType],
    file: Path | None,
) -> None:
    """Writes what was found as JSON, or as people read it.

    Args:
        as_object: What JSON says of it; called for JSON alone, as `render` is not.
    """
    if output is ObjectFormat.JSON:
        from nof1_tracker.rendering.programs.output import to_json

        write_text(to_json(as_object()), file)
    else:
        write_report(render, file)


def write_rows(
    output: RowsFormat,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    file: Path | None,
) -> None:
    """Prints rows for programs, or writes them to the file."""
    from nof1_tracker.rendering.programs.output import rows_text

    write_text(rows_text(output, columns, rows), file)


def write_text(text: str, file: Path | None) -> None:
    """Prints the text, or writes it to the file and says where that is."""
    from nof1_tracker.records.sanitize import clean
    from nof1_tracker.rendering.standard_output import write
    from nof1_tracker.writing.output_file import STDOUT, opened

    if file is None or file == STDOUT:
        write(text)
        return
    with opened(file) as target:
        target.write(text.encode())
    typer.echo(f"Written to {clean(str(file.resolve()))}.", err=True)
