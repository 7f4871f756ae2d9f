"""How a command starts: what it imports, and what it leaves alone until it is needed."""

import os
import subprocess
import sys

import pytest

from desk import Desk

RUN = """
import sys
from doideposit.__main__ import main
sys.argv[0] = "doideposit"
try:
    main()
finally:
    print(*(set(sys.modules) & {unwanted!r}), file=sys.stderr)
"""
UNWANTED = {
    *("email", "importlib.metadata", "ssl", "subprocess", "zipfile"),
    *("alembic", "elementpath", "jinja2", "platformdirs", "requests", "rich", "sqlalchemy", "stdnum", "werkzeug"),
    *("doideposit.cli.masking", "doideposit.crossref.registrar", "doideposit.ledger", "doideposit.planning"),
    *("doideposit.crossref.validator.describing", "doideposit.crossref.validator.preparing", "doideposit.workflow"),
}


def python(desk: Desk, code: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=desk.folder,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_checking_one_record_imports_nothing_that_it_does_not_need(desk: Desk) -> None:
    record = desk.record()
    assert desk("check", record).code == 0
    done = python(desk, RUN.format(unwanted=UNWANTED), "check", str(record))
    assert (done.returncode, done.stderr.strip()) == (0, ""), done
    assert "1 record checked" in done.stdout


LATE = """
from doideposit.cli.plugins import import_no_metadata
import_no_metadata()
import sys
assert "importlib.metadata" not in sys.modules
from pydantic import BaseModel
class Model(BaseModel):
    number: int
print(Model(number="7").number, "importlib.metadata" in sys.modules)
from importlib.metadata import version
import importlib.metadata
print(version("pydantic") == importlib.metadata.version("pydantic") == __import__("pydantic").VERSION)
"""


@pytest.mark.parametrize(("setting", "searched"), [("__all__", False), ("some-plugin", True), ("", True)])
def test_pydantic_looks_for_plugins_where_they_are_not_switched_off(desk: Desk, setting: str, searched: bool) -> None:
    done = python(desk, LATE, PYDANTIC_DISABLE_PLUGINS=setting)
    assert done.stdout.split() == ["7", str(searched), "True"], done


PLUGIN = """
from doideposit.cli.plugins import import_no_metadata
import_no_metadata()
from pydantic import BaseModel
class Model(BaseModel):
    number: int
"""


def test_a_plugin_is_still_found(desk: Desk) -> None:
    desk.write(
        "plugged.py",
        "class Plugin:\n    def new_schema_validator(self, *_, **__):\n        print('found')\n        return None, None, None\nplugin = Plugin()\n",
    )
    folder = desk.folder / "plugged-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: plugged\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[pydantic]\nplugged = plugged:plugin\n")
    path = os.pathsep.join([str(desk.folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = python(desk, PLUGIN, PYDANTIC_DISABLE_PLUGINS="", PYTHONPATH=path)
    assert done.stdout == "found\n", done
