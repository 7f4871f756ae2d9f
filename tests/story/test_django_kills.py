"""A process of Django is killed before and after each of its writes; nothing is lost, doubled or told untruly."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from depositing import validator
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox
from killed_commands import hours_pass
from story.test_example_django import CONFIGURATION, DOI, EXAMPLE

pytest.importorskip("django", reason="Django is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.network_loopback]

# What the button says when it is pressed again: it goes now, is under way, or is there already.
ANSWERED = ("on its way", "under way", "needs nothing")
TITLE, NEW_TITLE = "Prospects for relations", "Better prospects for relations"
REGISTERED = f"{DOI} (rehearsal)"
THE_WHOLE_WAY = ("press", "follow", "follow", "columns")


class Site:
    """A site whose every piece of work is done by a process of its own, and a Crossref that lives longer than those."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("DOIDEPOSIT_")}
        environ |= {
            "SITE_FOLDER": str(folder),
            "SITE_TEST_PASSWORD": "sandbox",
            "DJANGO_SETTINGS_MODULE": "site_settings",
            "PYTHONPATH": os.pathsep.join([str(EXAMPLE), str(Path(__file__).parents[1])]),
        }
        program = Path(__file__).parents[1] / "django_processes.py"
        self._process = subprocess.Popen(
            [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def close(self) -> None:
        self._process.communicate(timeout=30)

    def ask(
        self, *work: str, kill_at: int | None = None, processes: int = 1, **content: str
    ) -> list[dict[str, Any] | None]:
        """Do some work in processes that may die at a step; return what each told, None of one that died."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        task = {"kill_at": kill_at, "work": work, "content": content, "processes": processes}
        print(json.dumps(task), file=self._process.stdin, flush=True)
        answers = json.loads(self._process.stdout.readline())
        assert all(one["killed"] or one["status"] == 0 for one in answers), "it failed: see its traceback above"
        return [one["told"] for one in answers]

    def run(self, *work: str, **content: str) -> dict[str, Any]:
        (told,) = self.ask(*work, **content)
        assert told is not None
        return told

    @contextmanager
    def crossref(self) -> Iterator[Sandbox]:
        state = self.folder / "crossref.sqlite3"
        with (
            Sandbox(state=state, validate=validator().validate, delays=Delays.none()) as sandbox,
            running(sandbox) as url,
        ):
            (self.folder / "doideposit.toml").write_text(CONFIGURATION.format(url=url))
            yield sandbox

    def become(self, template: Path) -> None:
        """Put everything back to how it was in the template."""
        shutil.rmtree(self.folder)
        shutil.copytree(template, self.folder)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    one = Site(tmp_path_factory.mktemp("django") / "site")
    yield one
    one.close()


@pytest.fixture(scope="module")
def templates(site: Site) -> dict[str, Path]:
    """The site before its first registration, and before the update of what it has registered."""
    made = {name: site.folder.with_name(name) for name in ("first", "register", "update")}
    with site.crossref():
        site.run("prepare", **{"258": TITLE})
        shutil.copytree(site.folder, made["first"])
        # It makes the ledger.
        site.run("follow")
        shutil.copytree(site.folder, made["register"])
        assert site.run(*THE_WHOLE_WAY)["columns"] == [[REGISTERED]]
        site.run(**{"258": NEW_TITLE})
    shutil.copytree(site.folder, made["update"])
    return made


def live(site: Site, template: Path, at: int, goes_on: str) -> bool:
    """Kill the button and what follows it at a step, and start again; tell whether there was such a step.

    After the restart either the scheduled command comes first, or the editor who presses again.
    """
    title = NEW_TITLE if template.name == "update" else TITLE
    site.become(template)
    with site.crossref() as crossref:
        before = len(crossref.submissions)

        def sent() -> list[bool]:
            return [title in each.content.decode() for each in crossref.submissions[before:]]

        killed = site.ask(*THE_WHOLE_WAY, kill_at=at) == [None]
        if killed:
            hours_pass(site.folder)
        if killed and goes_on == "follow":
            known = sent()
            told = site.run("columns", "follow", "follow", "columns")
            if template.name != "update":
                assert told["columns"][0] != [REGISTERED] or known == [True], "it is said before it is true"
            nothing = f"{REGISTERED} (changed since)" if template.name == "update" else "—"
            assert told["columns"][1] == [REGISTERED if sent() else nothing]
        told = site.run(*THE_WHOLE_WAY)
        assert any(words in told["press"][0][0] for words in ANSWERED), told
        assert told["columns"] == [[REGISTERED]]
        assert sent() == [True], "lost, or doubled"
        found = crossref.record(DOI)
        assert found is not None
        assert found.title == title
    return killed


# Every life is several processes, one after the other: on a busy machine they take longer than other slow tests.
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(
    ("name", "first", "every", "goes_on"),
    [
        # While the tables of a new ledger are made there is nothing yet to lose.
        pytest.param("first", 1, 23, "follow", marks=pytest.mark.acceptance, id="new-ledger"),
        pytest.param("register", 1, 2, "follow", marks=pytest.mark.acceptance, id="registration-follow"),
        pytest.param("register", 2, 2, "press", marks=pytest.mark.acceptance, id="registration-press"),
        pytest.param("update", 1, 2, "press", marks=pytest.mark.acceptance, id="update-press"),
        pytest.param("update", 2, 2, "follow", marks=pytest.mark.acceptance, id="update-follow"),
        pytest.param("register", 12, 30, "follow", id="some"),
    ],
)
def test_a_process_of_django_is_killed_before_and_after_its_writes(
    site: Site, templates: dict[str, Path], name: str, first: int, every: int, goes_on: str
) -> None:
    kills = 0
    while live(site, templates[name], first + kills * every, goes_on):
        kills += 1
    assert kills >= 1, "there are more writes on the way than that"


@pytest.mark.parametrize(("name", "title"), [("register", TITLE), ("update", NEW_TITLE)])
def test_three_editors_press_at_the_same_moment_in_processes_of_their_own(
    site: Site, templates: dict[str, Path], name: str, title: str
) -> None:
    site.become(templates[name])
    with site.crossref() as crossref:
        before = len(crossref.submissions)
        told = [one["press"][0] for one in site.ask("press", processes=3) if one is not None]
        assert len(told) == 3
        for said in told:
            assert any(words in said[0] for words in ANSWERED), said
        assert site.run("follow", "follow", "columns")["columns"] == [[REGISTERED]]
        assert [title in each.content.decode() for each in crossref.submissions[before:]] == [True]
