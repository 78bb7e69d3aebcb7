"""docs/ as a site: `make docs` builds it, and these hold without building."""

import re

import pytest

from project import ROOT
from retrace.core.checked_yaml import load_yaml

PAGES = sorted((ROOT / "docs").glob("*.md"))


def test_every_page_has_its_place_in_the_site():
    first, *sections = load_yaml(ROOT / "mkdocs.yml")["nav"]
    listed = [page for section in sections for pages in section.values() for page in pages]
    # A tool that was deleted took its page along; the build then says so.
    assert {page.name for page in PAGES} <= {first, *listed}
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_stay_inside_of_the_site(page):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert not [target for target in targets if target.startswith("..")]


@pytest.mark.parametrize("listing", ["docs/index.md", "llms.txt"])
def test_each_page_is_listed(listing):
    listed = (ROOT / listing).read_text()
    assert not [page.name for page in PAGES if page.stem != "index" and page.name not in listed]
