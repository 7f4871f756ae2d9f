"""Completion in three shells, and a man page for every command."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desk import DOI, Desk

MAN_PAGES = Path(__file__).parents[2] / "docs" / "man_pages.py"


def completed(typed: str, folder: Path, **environ: str) -> list[str]:
    """What bash would be offered at the end of what is typed."""
    words = typed.split(" ")
    done = subprocess.run(
        [sys.executable, "-m", "doideposit"],
        cwd=folder,
        env=os.environ
        | {"_DOIDEPOSIT_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
        | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(desk: Desk, shell: str) -> None:
    script = desk("completion", shell)
    assert script.code == 0
    assert f"_DOIDEPOSIT_COMPLETE={shell}_complete" in script.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script.out, text=True, check=True, timeout=60)


def test_bash_completes_with_it(desk: Desk, tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    desk.write("script", desk("completion", "bash").out)
    (tmp_path / "bin").mkdir()
    door = tmp_path / "bin" / "doideposit"
    door.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m doideposit "$@"\n')
    door.chmod(0o755)
    asked = 'source ./script; COMP_WORDS=(doideposit stat); COMP_CWORD=1; _doideposit_completion doideposit; echo "${COMPREPLY[@]}"'
    environ = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", asked], cwd=desk.folder, env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "status\n"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("doideposit st", ["status"]),
        ("doideposit --pl", ["--plain"]),
        ("doideposit deposit --w", ["--wait"]),
        ("doideposit deposit --target p", ["production"]),
        ("doideposit history 10.", [DOI]),
        ("doideposit status 10.48251/sadf.issn", [DOI]),
        ("doideposit verify 10.9", []),
        ("doideposit status --series ", ["sadf-comment"]),
        ("doideposit explain url-mis", ["url-missing"]),
        ("doideposit completion z", ["zsh"]),
        ("doideposit ledger b", ["backup"]),
    ],
)
def test_tab_offers(desk: Desk, typed: str, offered: list[str]) -> None:
    if "10." in typed:
        desk("deposit", desk.record())
    assert completed(typed, desk.folder) == offered


@pytest.mark.parametrize("trouble", ["no configuration", "a broken one", "no ledger", "a broken ledger"])
def test_tab_never_complains_and_makes_nothing(desk: Desk, trouble: str) -> None:
    if trouble == "no configuration":
        (desk.folder / "doideposit.toml").unlink()
    elif trouble == "a broken one":
        desk.write("doideposit.toml", "= nonsense")
    elif trouble == "a broken ledger":
        desk.write("doideposit.sqlite3", "no database")
    before = sorted(path.name for path in desk.folder.iterdir())
    assert completed("doideposit history 10.", desk.folder) == []
    assert sorted(path.name for path in desk.folder.iterdir()) == before


def test_there_is_a_man_page_for_every_command(tmp_path: Path) -> None:
    folder = tmp_path / "man"
    subprocess.run([sys.executable, MAN_PAGES, folder], check=True, capture_output=True)
    names = {path.stem for path in folder.iterdir()}
    overview = subprocess.run(
        [sys.executable, "-m", "doideposit", "--help"], capture_output=True, text=True, check=True
    ).stdout.partition("Every month:")[2]
    listed = re.findall(r"^  ([a-z-]+)  ", overview, re.MULTILINE)
    assert len(listed) > 20
    assert {f"doideposit-{name}" for name in listed} < names
    assert {"doideposit", "doideposit-ledger-backup", "doideposit-schemas-install"} < names
    for path in folder.iterdir():
        page = path.read_text(encoding="utf-8")
        for heading in (".TH", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH EXIT STATUS"):
            assert heading in page, path.name
        assert "..." not in page.partition(".SH SYNOPSIS")[0], path.name


def test_the_man_pages_are_read_without_a_warning(tmp_path: Path) -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    subprocess.run([sys.executable, MAN_PAGES, tmp_path], check=True, capture_output=True)
    pages = sorted(tmp_path.glob("*.1"))
    command = ["groff", "-man", "-Tutf8", "-ww", "-K", "utf8", "-z", *pages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
