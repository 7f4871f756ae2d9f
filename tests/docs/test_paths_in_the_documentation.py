"""Whatever the documentation for contributors and the docstrings name as a place in the code is there."""

import pkgutil
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "doideposit"
PAGES = ("CONTRIBUTING.md", "docs/explanation/architecture.md", "schemas/README.md")
NAME = re.compile(r"`(doideposit(?:\.\w+)+)[`(]")
FILES = {"doideposit.toml", "doideposit.sqlite3"}
PLACE = re.compile(r"`((?:[a-z_]+/)*(?:[a-z_]+/|[a-z_]+\.py))`")


@pytest.mark.parametrize("page", PAGES)
def test_the_places_in_the_code_that_a_page_names_exist(page: str) -> None:
    named = set(PLACE.findall((ROOT / page).read_text(encoding="utf-8")))
    rooms = [PACKAGE, ROOT, *(path for path in PACKAGE.rglob("*") if path.is_dir())]
    missing = [place for place in sorted(named) if not any((room / place).exists() for room in rooms)]
    assert not missing
    assert named or page == "schemas/README.md"


def resolves(name: str) -> bool:
    try:
        pkgutil.resolve_name(name)
    except (AttributeError, ModuleNotFoundError):
        return False
    return True


def test_the_names_of_the_package_that_docstrings_and_comments_use_exist() -> None:
    named = {
        (name, path.relative_to(PACKAGE).as_posix())
        for path in PACKAGE.rglob("*.py")
        for name in NAME.findall(path.read_text(encoding="utf-8"))
        if name not in FILES
    }
    assert len(named) > 20, "docstrings name other modules with the package before them"
    assert not [(name, path) for name, path in sorted(named) if not resolves(name)]
