"""Records in git: the hook and the workflow do what they say; their steps are run here as a code host runs them."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from desk import FAST
from doideposit.cli.init import PRESETS

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "examples" / "git" / "workflow.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
PAGE = """\
---
title: Small rivers, large claims
date: 2026-03-02
authors:
  - name: Josiah Carberry
series: sadf-comment
number: 931
canonical_url: https://www.sadf.eu/comment-931/
lang: en
---

Two countries that share a river rarely agree on how much water is in it.
"""


def workflow() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    return found


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A working copy with one page and a configuration, of a repository that takes what is pushed."""
    remote, folder = tmp_path / "remote.git", tmp_path / "clone"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    git(tmp_path, "clone", "--quiet", str(remote), str(folder))
    (folder / "content").mkdir()
    (folder / "content" / "931.md").write_text(PAGE, "utf-8")
    (folder / "doideposit.toml").write_text(PRESETS["sadf-comment"].configuration_text() + FAST, "utf-8")
    git(folder, "checkout", "--quiet", "-B", "main")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "A page")
    git(folder, "push", "--quiet", "--set-upstream", "origin", "main")
    return folder


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def step(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run one step as the code host does: by bash, which stops at the first command that fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
        cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def run_job(folder: Path, job: str) -> str:
    said = ""
    for one in workflow()["jobs"][job]["steps"]:
        # Fetching the source and installing are the code host's part, and need a network.
        if "run" in one and one["name"] != "Install":
            done = step(folder, one["run"])
            assert done.returncode == 0, (one["name"], done.stdout, done.stderr)
            said += done.stdout
    return said


@pytest.mark.slow
def test_a_merge_deposits_and_commits_the_doi_once(clone: Path) -> None:
    run_job(clone, "check")
    run_job(clone, "deposit")
    assert "doi: 10.48251/SADF.ISSN.2406-5617.C931" in git(clone, "show", "origin/main:content/931.md")
    before = git(clone, "rev-parse", "origin/main")
    assert "unchanged" in run_job(clone, "deposit")
    git(clone, "fetch", "--quiet")
    changed = git(clone, "diff", "--name-only", before.strip(), "origin/main").split()
    assert "content/931.md" not in changed


@pytest.mark.slow
def test_a_pull_request_with_a_fault_is_marked_on_its_line(clone: Path) -> None:
    page = clone / "content" / "931.md"
    page.write_text(PAGE.replace("date: 2026-03-02", "date: 2026-13-45"), "utf-8")
    (check,) = [one for one in workflow()["jobs"]["check"]["steps"] if one.get("name") == "Check"]
    done = step(clone, check["run"])
    assert done.returncode == 1
    assert re.search(r"^::error file=content/931\.md,line=3", done.stdout, re.MULTILINE), done.stdout


def test_no_step_holds_a_password() -> None:
    text = WORKFLOW.read_text("utf-8")
    assert re.findall(r"CROSSREF_PASSWORD: (.*)", text) == ["${{ secrets.CROSSREF_PASSWORD }}"]
    assert workflow()["permissions"] == {"contents": "read"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("records/c258.yaml", True),
        ("content/comments/931.md", True),
        ("records/c258.json", True),
        ("README.md", False),
        (".github/workflows/doi.yml", False),
        ("records/notes.txt", False),
    ],
)
def test_the_hook_looks_at_records_and_at_nothing_else(name: str, wanted: bool) -> None:
    (hook,) = yaml.safe_load(HOOKS.read_text("utf-8"))
    assert bool(re.search(hook["files"], name)) is wanted


@pytest.mark.slow
def test_the_hook_stops_a_commit_with_a_fault(clone: Path) -> None:
    (hook,) = yaml.safe_load(HOOKS.read_text("utf-8"))
    assert hook["language"] == "python"
    assert step(clone, f"{hook['entry']} content/931.md").returncode == 0
    (clone / "content" / "931.md").write_text(PAGE.replace("Carberry", "Null and NULL"), "utf-8")
    (clone / "content" / "931.md").write_text(PAGE.replace("number: 931", "number: 9.31E+02"), "utf-8")
    assert step(clone, f"{hook['entry']} content/931.md").returncode == 1
