"""One pass over an inbox: what goes where, and that nothing is lost, overwritten or deposited twice."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from depositing import Desk, sqlite_url
from doideposit.inbox import Folders, InboxPass, PassReport

GOOD = """\
series: sadf-comment
number: {number}
title: {title}
authors: [{{given: Siegfried, family: Wolf}}]
published: 2023-09-14
"""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "inbox")
    made.make()
    return made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path)) as made:
        yield made


def drop(folders: Folders, name: str, text: str | None = None, *, number: int = 258, title: str = "A title") -> Path:
    path = folders.root / name
    path.write_text(text if text is not None else GOOD.format(number=number, title=title), encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def run(desk: Desk, folders: Folders) -> PassReport:
    desk.clock.advance(900)
    return InboxPass(desk.depositor, folders, clock=desk.clock, settle=timedelta(seconds=10), notes=True).run()


def test_good_bad_and_broken(desk: Desk, folders: Folders) -> None:
    drop(folders, "c258.yaml")
    drop(folders, "bad.yaml", "series: sadf-comment\nnumber: 259\ntitle: No author\n")
    drop(folders, "letter.docx", "PK")
    first = run(desk, folders)
    assert (first.taken_in, first.rejected, first.done) == (3, 2, 0)
    second = run(desk, folders)
    assert (second.done, second.working) == (1, 0)
    for path in sorted(folders.root.rglob("*.txt")):
        print("=====", path.relative_to(folders.root))
        print(path.read_text())
    print(json.dumps([json.loads(p.read_text()) for p in folders.outbox.iterdir()], indent=1))
