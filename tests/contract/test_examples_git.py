"""Records in git: the hook and the workflow do what they say; their steps are run here as a code host runs them."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
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


def run_job(folder: Path, job: str, before: dict[str, Callable[[], None]] | None = None) -> tuple[set[str], str]:
    """Run the steps of a job by the rules of the code host; return the names of those that failed, and what was told.

    `before` does something just before a step, as others do at that moment.
    """
    failed: set[str] = set()
    said = ""
    for one in workflow()["jobs"][job]["steps"]:
        # Fetching the source and installing are the code host's part, and need a network.
        if "run" not in one or one["name"] == "Install":
            continue
        condition = one.get("if", "success()")
        assert condition in {"success()", "always()", "always() && steps.ledger.outcome == 'success'"}
        if (condition == "success()" and failed) or ("ledger" in condition and "Keep the ledger" in failed):
            continue
        (before or {}).get(one["name"], lambda: None)()
        done = step(folder, one["run"])
        said += done.stdout + done.stderr
        if done.returncode:
            failed.add(one["name"])
    return failed, said


def commit(folder: Path, name: str, text: str) -> None:
    """Do as a colleague whose pull request is merged."""
    path = folder / name
    path.write_text(text, "utf-8")
    git(folder, "add", name)
    git(folder, "-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "--quiet", "-m", f"Write {name}")
    git(folder, "pull", "--quiet", "--rebase", "origin", "main")
    git(folder, "push", "--quiet", "origin", "HEAD:main")


def page(number: int) -> str:
    return PAGE.replace("931", str(number))


@pytest.fixture
def colleague(clone: Path) -> Path:
    """Another working copy of the same repository."""
    folder = clone.with_name("colleague")
    git(clone.parent, "clone", "--quiet", "--branch=main", str(clone.with_name("remote.git")), str(folder))
    return folder


def written_back(clone: Path, number: int) -> bool:
    git(clone, "fetch", "--quiet")
    doi = f"doi: 10.48251/SADF.ISSN.2406-5617.C{number}"
    return doi in git(clone, "show", f"origin/main:content/{number}.md").splitlines()


@pytest.mark.slow
def test_a_merge_deposits_and_commits_the_doi_once(clone: Path, colleague: Path) -> None:
    commit(colleague, "content/932.md", page(932))
    git(clone, "pull", "--quiet")
    assert run_job(clone, "check")[0] == set()
    assert run_job(clone, "deposit")[0] == set()
    assert written_back(clone, 931)
    assert written_back(clone, 932)
    before = git(clone, "rev-parse", "origin/main")
    failed, said = run_job(clone, "deposit")
    assert not failed
    assert "unchanged" in said
    git(clone, "fetch", "--quiet")
    assert git(clone, "diff", "--name-only", before.strip(), "origin/main").split() in ([], ["doideposit.sqlite3"])


@pytest.mark.slow
def test_a_page_with_a_fault_keeps_back_no_other_and_no_ledger(clone: Path, colleague: Path) -> None:
    commit(colleague, "content/932.md", page(932).replace("date: 2026-03-02", "date: 2026-13-45"))
    git(clone, "pull", "--quiet")
    assert run_job(clone, "check")[0] == {"Check"}
    assert run_job(clone, "deposit")[0] == {"Deposit", "Write the DOI back"}
    assert written_back(clone, 931)
    assert not written_back(clone, 932)
    assert "doideposit.sqlite3" in git(clone, "ls-tree", "--name-only", "origin/main").split()


@pytest.mark.slow
def test_what_others_push_meanwhile_is_neither_overwritten_nor_in_the_way(clone: Path, colleague: Path) -> None:
    changed = PAGE.replace("number: 931\n", "number: 931\nkeywords: [rivers]\n").replace("lang: en\n", "lang: en-GB\n")
    meanwhile = {
        "Keep the ledger": lambda: commit(colleague, "content/932.md", page(932)),
        "Write the DOI back": lambda: commit(colleague, "content/931.md", changed),
    }
    assert run_job(clone, "deposit", meanwhile)[0] == set()
    assert written_back(clone, 931)
    text = git(clone, "show", "origin/main:content/931.md")
    assert "keywords: [rivers]" in text
    assert "lang: en-GB" in text
    assert not written_back(clone, 932), "its own run deposits it"
    git(clone, "reset", "--quiet", "--hard", "origin/main")
    assert run_job(clone, "deposit")[0] == set()
    assert written_back(clone, 932)


def test_every_run_begins_with_the_ledger_of_the_one_before() -> None:
    deposit = workflow()["jobs"]["deposit"]
    assert deposit["concurrency"] == "doi"
    (checkout,) = [one for one in deposit["steps"] if one.get("uses", "").startswith("actions/checkout")]
    assert checkout["with"] == {"ref": "main"}


@pytest.mark.slow
def test_a_pull_request_with_a_fault_is_marked_on_its_line(clone: Path) -> None:
    (clone / "content" / "931.md").write_text(PAGE.replace("date: 2026-03-02", "date: 2026-13-45"), "utf-8")
    failed, said = run_job(clone, "check")
    assert failed == {"Check"}
    assert re.findall(r"^::(\w+) file=([^,]*),line=(\d+)", said, re.MULTILINE) == [("error", "content/931.md", "3")]


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
