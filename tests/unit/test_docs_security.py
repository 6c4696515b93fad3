"""Each line of the table of security has tests, and each of those tests exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "security.md").read_text()
NAMED = set(re.findall(r"`(test_\w+)`", PAGE))


def test_every_test_that_the_page_names_exists() -> None:
    files = [*(ROOT / "tests").rglob("test_*.py")]
    found = re.findall(
        r"^def (test_\w+)\(", "\n".join(f.read_text() for f in files), re.MULTILINE
    )
    assert set(found) >= NAMED


def test_every_line_of_the_table_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    assert len(rows) > 30
    assert [row for row in rows if not re.search(r"`test_\w+` \|$", row)] == []
