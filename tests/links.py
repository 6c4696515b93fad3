"""Checks the links of a built site, without a network."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

_LINKS = {"href", "src", "poster"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link in an element of a page."""

    page: Path
    tag: str
    target: str

    def __str__(self) -> str:
        return f"{self.page}: <{self.tag}> {self.target}"

    @property
    def is_external(self) -> bool:
        return bool(urlsplit(self.target).netloc)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.ids.add(value)
            elif name in _LINKS and value is not None:
                self.links.append((tag, value))
            elif name == "srcset" and value:
                self.links += [(tag, each.split()[0]) for each in value.split(",")]


@dataclass(frozen=True)
class Site:
    """A folder of pages, as a server would serve it."""

    root: Path
    ids: dict[Path, set[str]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    def __post_init__(self) -> None:
        for file in sorted(self.root.rglob("*.html")):
            page = _Page()
            page.feed(file.read_text(encoding="utf-8"))
            self.ids[file] = page.ids
            self.links.extend(Link(file, *each) for each in page.links)

    @property
    def external(self) -> list[Link]:
        """Links to other sites."""
        return [each for each in self.links if each.is_external]

    def broken(self) -> Iterator[str]:
        """Links within the site that lead nowhere, and invalid addresses."""
        for link in self.links:
            parts = urlsplit(link.target)
            if parts.netloc:
                is_address = parts.scheme in {"http", "https"} and "." in parts.netloc
                if not is_address or " " in link.target:
                    yield f"{link} is no address"
            elif parts.scheme not in {"mailto", "data"} and not self._leads(link):
                yield f"{link} leads nowhere"

    def _leads(self, link: Link) -> bool:
        path, anchor = (unquote(each) for each in urldefrag(link.target))
        base = self.root if path.startswith("/") else link.page.parent
        file = (base / path.lstrip("/")).resolve() if path else link.page
        if file.is_dir():
            file /= "index.html"
        if not file.is_file():
            return False
        # A report's address says which state it shows: #model=GPT-5&from=2025-10-18.
        is_state = "=" in anchor
        return is_state or not anchor or anchor in self.ids.get(file, set())
