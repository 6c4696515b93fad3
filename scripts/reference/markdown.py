"""Text of the code as Markdown that says the same on the site and on GitHub."""

import re
from collections.abc import Iterable, Sequence

_NOTE = "<!-- Made from the code by `make reference`. Edit the code instead. -->"
_CODE = re.compile(r"(`[^`]*`)")
_LONE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def page(title: str, *parts: str) -> str:
    """A whole page; parts are parted by an empty line, empty ones left out."""
    return "\n\n".join(each for each in (_NOTE, f"# {title}", *parts) if each) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def prose(text: str) -> str:
    """Plain text of a docstring in one line, with nothing in it that is markup."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(
        each.replace("|", r"\|") if each.startswith("`") else _escaped(each)
        for each in parts
    )


def paragraphs(text: str) -> str:
    """Plain text, its paragraphs kept."""
    return "\n\n".join(prose(each) for each in text.strip().split("\n\n"))


def code(text: object) -> str:
    """A word as it stands in the code; an empty one stays empty."""
    told = str(text).replace("|", r"\|")
    return f"`{told}`" if told else ""


def codes(words: Iterable[object]) -> str:
    """Some words, as they stand in the code."""
    return ", ".join(code(each) for each in words)


def block(text: str, language: str) -> str:
    """Lines of code."""
    return f"```{language}\n{text.strip()}\n```"


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", r"\|")
    text = text.replace("*", r"\*").replace("[", r"\[")
    return _LONE_UNDERSCORE.sub(r"\_", text)
