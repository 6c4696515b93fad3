"""The documentation as a site: it builds, its links lead somewhere, it stays at home."""

from pathlib import Path

import pytest

from tests.docs_site import built_site
from tests.links import Site


@pytest.fixture(scope="module")
def site(shared_folder: Path) -> Site:
    """Built without a warning: links between its sources are checked by that."""
    return Site(built_site(shared_folder))


def test_every_link_and_anchor_leads_somewhere(site: Site) -> None:
    assert len(site.links) > 1000
    assert not list(site.broken())


def test_nothing_but_links_to_follow_leads_elsewhere(site: Site) -> None:
    assert site.external
    assert {each.tag for each in site.external} == {"a"}


def test_only_pages_with_a_diagram_carry_what_draws_it(site: Site) -> None:
    carrying = {each.page for each in site.links if "mermaid" in each.target}
    drawing = {page for page in site.ids if 'class="mermaid"' in page.read_text()}
    assert carrying == drawing
    assert {page.parent.name for page in drawing} == {"schema", "architecture"}


def test_what_lies_beside_the_pages_is_not_published(site: Site) -> None:
    assert not (site.root / ".theme").exists()
    assert not list(site.root.rglob("*.py"))


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<h1 id="top">Here</h1><a href="#top"></a><a href="#gone"></a>'
        '<a href="gone/"></a><a href="https://exa mple.com"></a>'
        '<a href="https://nowhere/"></a><img src="gone.png">'
    )
    broken = [each.split("> ")[1] for each in Site(tmp_path).broken()]
    assert broken == [
        "#gone leads nowhere",
        "gone/ leads nowhere",
        "https://exa mple.com is no address",
        "https://nowhere/ is no address",
        "gone.png leads nowhere",
    ]
