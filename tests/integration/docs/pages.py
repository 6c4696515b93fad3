"""The fenced blocks of README and of the guides, and what their author says of them.

A block after the comment `<!-- not run: REASON -->` is left out. A block of `text` right
after one that runs is its output; in it, `…` stands for anything, and alone on a line
for any lines.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[3]
_TESTED_ELSEWHERE = {"backup.md", "upgrade.md"}
PAGES = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
    for file in (
        ROOT / "README.md",
        ROOT / "docs" / "tutorial.md",
        *sorted((ROOT / "docs" / "how-to").glob("*.md")),
        ROOT / "docs" / "explanation" / "referee.md",
    )
    if file.name not in _TESTED_ELSEWHERE
}
"""Text by path, e.g. docs/how-to/sql.md."""
_REMARK = re.compile(r"<!-- not run: (.+?) -->", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        place: Page and line, to say where something went wrong.
        reason: Why it is not run; None where it is.
        output: What it is said to print; None where nothing is said.
    """

    place: str
    language: str
    text: str
    reason: str | None = None
    output: str | None = None


def blocks_of(page: str, *languages: str) -> list[Block]:
    """The blocks of a page in those languages, in order; with none named, of all."""
    found = _with_outputs(page)
    return [each for each in found if not languages or each.language in languages]


def _with_outputs(page: str) -> list[Block]:
    blocks: list[Block] = []
    previous, reason = "", None
    for token in MarkdownIt().parse(PAGES[page]):
        if token.type == "html_block":
            remark = _REMARK.match(token.content)
            reason = " ".join(remark[1].split()) if remark else None
            continue
        if token.type == "fence":
            block = _block(page, token, reason)
            if block.language == "text" and previous == "fence":
                blocks[-1] = replace(blocks[-1], output=block.text)
            blocks.append(block)
        previous, reason = token.type, None
    return blocks


def _block(page: str, token: Token, reason: str | None) -> Block:
    line = token.map[0] + 1 if token.map else 0
    language = token.info.split(maxsplit=1)[0] if token.info else ""
    return Block(f"{page}:{line}", language, token.content, reason)


def is_as_told(told: str, printed: str) -> bool:
    """Whether the output is what the page says, but for what … stands for."""
    lines = (
        ".*" if line.strip() == "…" else _pattern(line)
        for line in told.rstrip().splitlines()
    )
    pattern = "\n".join(lines).replace(".*\n", "(?:.*\n)?")
    seen = "\n".join(line.rstrip() for line in printed.rstrip().splitlines())
    return re.fullmatch(pattern, seen, re.DOTALL) is not None


def _pattern(line: str) -> str:
    """What is told up to …, and after it, but for the spaces that align them."""
    parts = (re.escape(part.strip()) for part in line.split("…"))
    return "[^\n]*".join(parts) if "…" in line else re.escape(line.rstrip())
