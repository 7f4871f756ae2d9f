"""What is built is whole and can be built again by anybody: the same source gives the same bytes."""

import re
import runpy
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checks() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "packaging" / "release_check.py"))


@pytest.mark.slow
@pytest.mark.acceptance
def test_built_twice_it_is_equal_and_whole(checks: dict[str, Any], tmp_path: Path) -> None:
    sdist, wheel = sorted(checks["built"](tmp_path), key=lambda path: path.suffix != ".gz")
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    source = {str(path.relative_to(ROOT / "src")) for path in (ROOT / "src" / "doideposit").rglob("*.py")}
    assert source <= names
    assert {"doideposit/py.typed", "doideposit/schemas/record.schema.json"} <= names
    assert not [name for name in names if "tests" in name or ".env" in name]
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "schemas/lock.toml"} <= inside


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("## [1.2.0] - 2026-11-27\n", True),
        ("## [Unreleased]\n", False),
        ("## [1.2.0]\n", False),
        ("## [1.2.01] - 2026-11-27\n", False),
        ("about ## [1.2.0] - 2026\n", False),
    ],
)
def test_a_release_is_in_the_change_log(checks: dict[str, Any], text: str, told: bool) -> None:
    assert checks["changes_are_told"]("1.2.0", text) is told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## [1.2.0] - 2026-11-27\n\n### Upgrading\n\nNothing to do.\n", "Nothing to do."),
        ("## [1.2.0] - 2026-11-27\n\n### Upgrading\n\n- Migrate.\n\n### Added\n\n- More.\n", "- Migrate."),
        ("## [1.2.0] - 2026-11-27\n\n### Upgrading\n\n### Added\n", ""),
        ("## [1.2.0] - 2026-11-27\n\n### Added\n\n## [1.1.0] - 2026-01-01\n\n### Upgrading\n\nMigrate.\n", ""),
        ("## [1.1.0] - 2026-01-01\n\n### Upgrading\n\nMigrate.\n", ""),
    ],
)
def test_a_release_says_what_users_do(checks: dict[str, Any], text: str, said: str) -> None:
    assert checks["upgrading"]("1.2.0", text) == said


def test_every_version_of_the_change_log_says_what_users_do(checks: dict[str, Any]) -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## \[(\d[^\]]*)\]", text, re.MULTILINE)
    assert [each for each in released if not checks["upgrading"](each, text)] == []


def test_the_plugin_for_wordpress_is_equal_when_built_twice(tmp_path: Path) -> None:
    made = [tmp_path / "a" / "one.zip", tmp_path / "two.zip"]
    for path in made:
        subprocess.run([sys.executable, ROOT / "packaging" / "wordpress" / "build.py", path], check=True)
    assert made[0].read_bytes() == made[1].read_bytes()
    with ZipFile(made[0]) as archive:
        assert {"doideposit/doideposit.php", "doideposit/client.php", "doideposit/LICENSE"} <= set(archive.namelist())
