"""Whatever the documentation for contributors names as a place in the code is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "doideposit"
PAGES = ("CONTRIBUTING.md", "docs/explanation/architecture.md", "schemas/README.md")
PLACE = re.compile(r"`((?:[a-z_]+/)*(?:[a-z_]+/|[a-z_]+\.py))`")


@pytest.mark.parametrize("page", PAGES)
def test_the_places_in_the_code_that_a_page_names_exist(page: str) -> None:
    named = set(PLACE.findall((ROOT / page).read_text(encoding="utf-8")))
    rooms = [PACKAGE, ROOT, *(path for path in PACKAGE.rglob("*") if path.is_dir())]
    missing = [place for place in sorted(named) if not any((room / place).exists() for room in rooms)]
    assert not missing
    assert named or page == "schemas/README.md"
