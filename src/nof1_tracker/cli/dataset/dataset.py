"""The commands that build, verify and load datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import encodable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nof1_tracker.records.export_rows import DatasetAbout

dataset_app = typer.Typer(
    no_args_is_help=True, help="Build, verify and load datasets: the record as files."
)
DOES_NOT_VERIFY = 1
"""Exit code of `dataset verify` where something is wrong."""

FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder of the dataset.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(dataset_app, name="dataset")


@dataset_app.command(
    epilog="Example: nof1-tracker dataset build record --author 'Ada Lovelace'"
)
def build(
    folder: FolderArgument,
    with_texts: Annotated[
        bool,
        typer.Option(
            "--with-texts",
            help="Add what models and the site wrote, as served; check first that you"
            " may publish it.",
        ),
    ] = False,
    title: Annotated[
        str | None, typer.Option(help="Title of the dataset.", callback=encodable)
    ] = None,
    author: Annotated[
        list[str] | None,
        typer.Option(help="Who compiled it; may be given several times."),
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(
            "--license",
            metavar="SPDX",
            help="Licence of your compilation, such as CC0-1.0; by default none is"
            " stated.",
            callback=encodable,
        ),
    ] = None,
) -> None:
    """Write the whole record into a new folder that can be published and cited.

    Parquet per table and month, one SQLite file, a Frictionless datapackage.json,
    schemas with units, README.md, CITATION.cff and SHA256SUMS. Figures only, unless
    texts are asked for. The same record gives the same bytes.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.records.sanitize import clean
    from nof1_tracker.services.dataset.build import build_dataset
    from nof1_tracker.services.dataset.files import SUMS, digest

    about = _about(title, author or [], licence)
    package = build_dataset(open_engine(), folder, about, with_texts=with_texts)
    _print_counts(package["tables"])
    for sentence in package.get("missing", []):
        typer.echo(f"Missing: {clean(sentence)}")
    typer.echo(f"\nWritten to {clean(str(folder.resolve()))}.")
    typer.echo(f"SHA-256 of {SUMS}, to cite it by: {digest(folder / SUMS)}")


def _about(
    title: str | None, authors: Sequence[str], licence: str | None
) -> DatasetAbout:
    from dataclasses import replace

    from nof1_tracker.errors import ConfigurationError
    from nof1_tracker.services.dataset.build import RECORD

    texts = (title, licence, *authors)
    if any(text is not None and not text.strip().isprintable() for text in texts):
        raise ConfigurationError(
            "A title, an author or a licence has characters that cannot be printed.",
            "Correct --title, --author or --license.",
        )
    return replace(
        RECORD, title=title or RECORD.title, authors=tuple(authors), licence=licence
    )


@dataset_app.command(epilog="Example: nof1-tracker dataset verify record")
def verify(folder: FolderArgument) -> None:
    """Check a dataset: digests, sizes, row counts, schemas. Exit code 1 if one is wrong.

    It needs no database. Rows of Parquet files are counted where pyarrow is installed.
    """
    from nof1_tracker.records.sanitize import clean
    from nof1_tracker.services.dataset.verify import verify_dataset

    wrong = verify_dataset(folder)
    for sentence in wrong:
        typer.echo(f"Wrong: {clean(sentence)}")
    if wrong:
        raise typer.Exit(DOES_NOT_VERIFY)
    typer.echo(f"{clean(str(folder))} verifies: every file is as it was published.")


@dataset_app.command(epilog="Example: nof1-tracker dataset load record")
def load(folder: FolderArgument) -> None:
    """Bring a dataset into the database, whether or not that is empty.

    The dataset is verified first. All of it is stored or nothing; a second time
    changes nothing. A row that is stored already is weighed against the new one, as
    if it had been served. Figures that it brings without texts are completed when the
    bodies themselves are imported.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.records.sanitize import clean
    from nof1_tracker.rendering.terminal.console import calm_table, print_report
    from nof1_tracker.services.dataset.load import load_dataset
    from nof1_tracker.settings import distrust_files_within

    distrust_files_within([folder])
    loaded = load_dataset(open_engine(), folder)
    table = calm_table(
        ("table", "left"), ("rows", "right"), ("new", "right"), ("changed", "right")
    )
    for each in loaded.tables:
        counts = (each.rows, each.inserted, each.updated)
        table.add_row(each.table, *(f"{count:,}" for count in counts))
    print_report(lambda _: table)
    for note in loaded.notes:
        typer.echo(f"Note: {clean(note)}.")
    typer.echo(f"Loaded {clean(loaded.title)}, version {clean(loaded.version)}.")


def _print_counts(counts: Mapping[str, int]) -> None:
    from nof1_tracker.rendering.terminal.console import calm_table, print_report

    table = calm_table(("table", "left"), ("rows", "right"))
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    print_report(lambda _: table)
