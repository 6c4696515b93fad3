"""The description of a dataset for people: README.md and CITATION.cff, from the same
facts as `datapackage.json`.

Source of the latter's form: Citation File Format 1.2.0,
https://github.com/citation-file-format/citation-file-format
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nof1_tracker.records.export_rows import SQLITE_NAME, DatasetAbout, DatasetTable

_NOBODY = "Compiler not named"


def citation(about: DatasetAbout, version: str) -> str:
    """CITATION.cff; texts are quoted as JSON, which YAML reads too."""
    lines = [
        "cff-version: 1.2.0",
        "message: If you use these figures, please cite the dataset and its sources.",
        "type: dataset",
        f"title: {_quoted(about.title)}",
        f"abstract: {_quoted(about.about)}",
        f"version: {_quoted(version)}",
        "authors:",
        *(f"  - name: {_quoted(name)}" for name in about.authors or (_NOBODY,)),
    ]
    if about.licence:
        lines.append(f"license: {about.licence}")
    lines.append("references:")
    for source in about.sources:
        lines += [
            "  - type: data",
            f"    title: {_quoted(source.title)}",
            "    authors:",
            f"      - name: {_quoted(source.title)}",
            f"    notes: {_quoted(f'{source.about} Licence: {source.licence}.')}",
        ]
        if source.path:
            lines.append(f"    url: {_quoted(source.path)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def readme(
    about: DatasetAbout, package: Mapping[str, Any], tables: Sequence[DatasetTable]
) -> str:
    """README.md: what there is, where it comes from, what is missing, how to use it."""
    return "\n".join(_readme(about, package, tables)) + "\n"


def _readme(
    about: DatasetAbout, package: Mapping[str, Any], tables: Sequence[DatasetTable]
) -> Iterator[str]:
    counts = package["tables"]
    yield f"# {about.title}\n"
    yield f"{about.about}\n"
    yield f"Version {package['version']}. {_texts(with_texts=package['withTexts'])}\n"
    yield "## Tables\n"
    yield f"Each is in `{SQLITE_NAME}` and, by month, as Parquet in `data/`."
    yield "Columns with their units are in `schema/`; money is USD, times are UTC.\n"
    yield "| table | rows | a row is of |"
    yield "|---|---:|---|"
    for table in tables:
        yield f"| {table.name} | {counts[table.name]:,} | {table.about} |"
    yield "\n## Sources\n"
    for source in about.sources:
        where = f"[{source.title}]({source.path})" if source.path else source.title
        yield f"- **{where}**: {source.about} Licence: {source.licence}."
    yield from _missing(about)
    yield from _use(about)


def _texts(*, with_texts: bool) -> str:
    if with_texts:
        return "It holds the models' words as the site served them."
    return "It holds figures only: no word that a model or the site wrote."


def _missing(about: DatasetAbout) -> Iterator[str]:
    if about.missing:
        yield "\n## What is missing\n"
        yield from (f"- {each}" for each in about.missing)


def _use(about: DatasetAbout) -> Iterator[str]:
    licence = about.licence or "nobody has stated one for this compilation"
    yield "\n## How to use it\n"
    yield "```sh"
    yield "sha256sum -c SHA256SUMS             # or: nof1-tracker dataset verify ."
    yield "nof1-tracker dataset load .         # into a database, beside what is there"
    yield "```\n"
    yield f"Licence: {licence}. Please cite it as `CITATION.cff` says, with the SHA-256"
    yield "of `SHA256SUMS`, which names every byte of it."
