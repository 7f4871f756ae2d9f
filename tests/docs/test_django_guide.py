"""The guide for Django, literally: a new project, every file and every command of the page, until a DOI is registered."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from walked_pages import ROOT

pytest.importorskip("django", reason="Django is not installed")

GUIDE = (ROOT / "docs" / "how-to" / "django.md").read_text("utf-8")
FILES = re.findall(r"^```python\n# (\S+\.py)[^\n]*\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^\$ (.*)", GUIDE, re.MULTILINE)


def test_every_file_of_the_guide_is_python() -> None:
    assert [name for name, _ in FILES] == ["settings.py", "commentaries/models.py", "commentaries/admin.py"]
    for name, text in FILES:
        compile(text, name, "exec")


def run(folder: Path, command: str) -> str:
    """Run a command of the page as a person types it, in the folder of the project."""
    words = shlex.split(command)
    module = {"python": [], "doideposit": ["-m", "doideposit"], "django-admin": ["-m", "django"]}[words[0]]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DOIDEPOSIT_")}
    done = subprocess.run(
        [sys.executable, *module, *words[1:]], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@pytest.mark.slow
@pytest.mark.acceptance
def test_the_guide_literally(tmp_path: Path) -> None:
    run(tmp_path, "django-admin startproject site_of_ours .")
    run(tmp_path, "python manage.py startapp commentaries")
    for name, text in FILES:
        path = tmp_path / ("site_of_ours" if "/" not in name else "") / name
        before = path.read_text("utf-8") if name == "settings.py" else ""
        path.write_text(before + text, "utf-8")
    said = {}
    for command in COMMANDS:
        if not command.startswith("pip "):
            said[command] = run(tmp_path, command)
    assert "no issues" in said["python manage.py check"]
    write = (
        "from commentaries.models import *; "
        "one = Commentary.objects.create(number='258', title='T', published='2023-09-14', is_published=True); "
        "Author.objects.create(commentary=one, given='Siegfried O.', family='Wolf')"
    )
    run(tmp_path, f'python manage.py shell -c "{write}"')
    assert "1 on their way" in run(tmp_path, "python manage.py register_dois commentaries.Commentary")
    for _ in range(20):
        run(tmp_path, "python manage.py follow_dois --all")
        if "registered" in run(
            tmp_path,
            'python manage.py shell -v 0 -c "from doideposit.django.models import *; print(DoiState.objects.get().standing)"',
        ):
            return
    pytest.fail("it was not registered in the sandbox")
