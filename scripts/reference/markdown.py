"""Turns text of the code into Markdown that renders alike on the site and GitHub."""

import re
from collections.abc import Iterable, Sequence

_NOTE = "<!-- Made from the code by `make reference`. Edit the code instead. -->"
_CODE = re.compile(r"(`[^`]*`)")
_LONE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def page(title: str, *parts: str) -> str:
    """A whole page; parts are separated by an empty line, and empty ones left out."""
    return "\n\n".join(each for each in (_NOTE, f"# {title}", *parts) if each) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are already Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def prose(text: str) -> str:
    """A docstring as plain text in one line, with any markup escaped."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(
        each.replace("|", r"\|") if each.startswith("`") else _escaped(each)
        for each in parts
    )


def paragraphs(text: str) -> str:
    """Plain text with its paragraphs."""
    return "\n\n".join(prose(each) for each in text.strip().split("\n\n"))


def code(text: object) -> str:
    """A word marked as code; an empty one stays empty."""
    told = str(text).replace("|", r"\|")
    return f"`{told}`" if told else ""


def codes(words: Iterable[object]) -> str:
    """Several words marked as code."""
    return ", ".join(code(each) for each in words)


def block(text: str, language: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.strip()}\n```"


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", r"\|")
    text = text.replace("*", r"\*").replace("[", r"\[")
    return _LONE_UNDERSCORE.sub(r"\_", text)
