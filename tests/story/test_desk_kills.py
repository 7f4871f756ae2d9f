"""SIGKILL anywhere on the way from the document to the DOI: what was said to be kept is there, and nothing is sent twice."""

import io
import os
import re
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from depositing import validator
from desk import FAST
from doideposit.cli.init import PRESETS
from doideposit.web.serving import Application
from doideposit.wiring import load_settings, open_depositor
from finished_documents import document
from forked import fork, status_of
from running_pages import open_for_ada
from visiting import Visitor

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the run that is killed is a fork of this one"),
]
DOI = "10.48251/SADF.ISSN.2406-5617.C300"
TYPED = "Typed before the lights went out"
# What touches the disk, by the names of Python's audit events.
DISK = {"open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "sqlite3.connect", "shutil.rmtree"}


def opened(folder: Path) -> tuple[Application, Visitor]:
    pages, token = open_for_ada(load_settings(folder / "doideposit.toml"))
    return pages, Visitor(pages.app.test_client()).get(f"/enter/{token}")


def walk(ada: Visitor, told: int) -> None:
    """Go the whole way; say after each step that the page said it was done."""

    def done(step: str) -> None:
        os.write(told, f"{step}\n".encode())

    ada.get("/new").post("/new", document=(io.BytesIO(document().encode()), "c300.md"))
    done("read")
    ada.press("save", title=TYPED)
    assert ada.form()["title"] == TYPED
    done("saved")
    ada.press("look")
    done("looked")
    send(ada)
    done("sent")


def send(ada: Visitor) -> None:
    plan = re.search(r'name="plan" value="([^"]+)"', ada.page)
    assert plan is not None, ada.page
    ada.post(ada.url.replace("/look", "/send"), plan=plan[1], target="sandbox")
    assert ada.url == f"/numbers/{DOI}", ada.page


def killed(folder: Path, at: int) -> tuple[bool, list[str]]:
    """Go the way in a process that is killed at its n-th step on the disk; return whether it was, and what was told."""
    heard, told = os.pipe()

    def work() -> None:
        _, ada = opened(folder)
        left = [at]

        def killer(event: str, _arguments: Any) -> None:
            if event in DISK:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(killer)
        walk(ada, told)

    child = fork(work)
    os.close(told)
    with os.fdopen(heard) as stream:
        steps = stream.read().split()
    status = status_of(child)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status), steps


def goes_on(folder: Path, steps: list[str]) -> None:
    """Open the pages anew: what was told to be kept is there, and the way leads to one registration."""
    pages, ada = opened(folder)
    drafts = re.findall(r'<a href="(/drafts/\w+)">', ada.page)
    assert len(drafts) <= 1, ada.page
    if steps:
        assert drafts, steps
    if "saved" in steps:
        assert TYPED in ada.page
    if "sent" not in steps:
        if not drafts:
            ada.get("/new").post("/new", document=(io.BytesIO(document().encode()), "c300.md"))
        else:
            ada.get(drafts[0])
        ada.press("look", title=TYPED)
        if "a new DOI" in ada.page:
            send(ada)
    for _ in range(5):
        ada.get(f"/numbers/{DOI}?on=sandbox")
    assert "in the rehearsal: this DOI does not exist" in ada.page
    assert len(list((folder / "records").rglob("*.yaml"))) == 1
    pages.close()
    # A run that died while it was sending holds its file for some minutes; then another one finds out what arrived.
    later = datetime.now(UTC) + timedelta(minutes=15)
    with open_depositor(load_settings(folder / "doideposit.toml"), clock=lambda: later) as depositor:
        for _ in range(5):
            depositor.poll(force=True)
        status = depositor.status(DOI)
        assert status.registered, (steps, status.next_action)
        assert status.title == TYPED
        recorded = [entry for entry in depositor.history(DOI) if "recorded" in entry.text]
        assert len(recorded) == 1, recorded


@pytest.mark.timeout(900)
def test_killed_anywhere_nothing_is_lost_and_nothing_is_sent_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    validator().validate(b"<compiled/>")
    reached: set[str] = set()
    lives = 0
    for at in range(1, 2_000, 7):
        folder = tmp_path / str(at)
        folder.mkdir()
        monkeypatch.chdir(folder)
        text = PRESETS["sadf-comment"].configuration_text() + FAST
        url = '[series.sadf-comment]\nurl = "https://www.sadf.eu/comment-{number}/"'
        (folder / "doideposit.toml").write_text(text.replace("[series.sadf-comment]", url), "utf-8")
        was_killed, steps = killed(folder, at)
        reached.add(steps[-1] if steps else "")
        goes_on(folder, steps)
        if not was_killed:
            break
        lives += 1
    else:
        pytest.fail("the way was never gone to its end")
    assert lives > 10
    assert reached >= {"", "read", "saved", "looked", "sent"}
