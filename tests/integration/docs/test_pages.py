"""What the tests of the guides rest on: blocks, remarks and outputs."""

from pathlib import Path

import pytest

from tests.integration.docs.pages import PAGES, Block, blocks_of, is_as_told
from tests.integration.docs.sessions import Person

PAGE = """
<!-- not run: needs
     a moon -->
```sh
launch
```

```sh
echo one
```

```text
one
```

```python
print(1)
```

A word between them.

```text
an example of text
```
"""


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[Block]:
    monkeypatch.setitem(PAGES, "page.md", PAGE)
    return blocks_of("page.md", "sh", "python")


def test_a_block_is_left_out_for_the_reason_before_it(blocks: list[Block]) -> None:
    assert [each.reason for each in blocks] == ["needs a moon", None, None]


def test_text_right_after_a_block_is_its_output(blocks: list[Block]) -> None:
    assert [each.output for each in blocks] == [None, "one\n", None]


def test_a_block_says_where_it_stands(blocks: list[Block]) -> None:
    assert [each.place for each in blocks] == ["page.md:4", "page.md:8", "page.md:16"]


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        ("a\nb", "a  \nb\n\n"),
        ("a …", "a 13 mo"),
        ("a   …   z", "a  13 mo  z"),
        ("a\n…\nz", "a\nb\nc\nz"),
        ("a\n…\nz", "a\nz"),
        ("a\n…", "a\nb\nc"),
        ("…\nz", "a\nb\nz"),
    ],
)
def test_dots_stand_for_anything(told: str, printed: str) -> None:
    assert is_as_told(told, printed)


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        ("a", "b"),
        ("a", "a\nb"),
        ("a\nb", "a"),
        ("a …", "a\nb"),
        ("a\n…\nz", "a\nb"),
        ("a  b", "a b"),
        ("a.", "ab"),
    ],
)
def test_any_other_difference_is_noticed(told: str, printed: str) -> None:
    assert not is_as_told(told, printed)


def test_a_command_that_fails_is_told_with_its_place(tmp_path: Path) -> None:
    blocks = [Block("page:1", "sh", "true"), Block("page:9", "sh", "false | cat")]
    with pytest.raises(AssertionError, match="page:9 failed"):
        Person(tmp_path).follows(blocks)


def test_an_output_that_differs_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="page:5"):
        Person(tmp_path).follows([Block("page:5", "sh", "echo 1", output="2")])


def test_python_that_fails_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="page:7 failed"):
        Person(tmp_path).computes([Block("page:7", "python", "1 / 0")])
