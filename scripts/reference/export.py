"""Generates the page of export columns, as `export KIND --columns` shows them."""

from collections.abc import Iterator

from scripts.reference.markdown import code, prose, table
from scripts.reference.markdown import page as whole_page

from nof1_tracker.records.export_rows import ExportFilter, ExportKind
from nof1_tracker.services.export import exported_columns


def page() -> str:
    """The page: a table for each kind of rows."""
    return whole_page(
        "Export columns",
        "The columns of `nof1-tracker export KIND`, in their order, the same in CSV,"
        " JSON lines and Parquet. `nof1-tracker export KIND --columns` prints them;"
        " `--raw` adds one with the row as the site served it (decisions and what is"
        " computed have none of their own).",
        *(part for kind in ExportKind for part in _section(kind)),
    )


def _section(kind: ExportKind) -> Iterator[str]:
    yield f"## {kind.value}"
    yield table(
        ["column", "type", "meaning"],
        [
            (code(each.name), code(each.type_name), prose(each.about))
            for each in exported_columns(ExportFilter(kind))
        ],
    )
