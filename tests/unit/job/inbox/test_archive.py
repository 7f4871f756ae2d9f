"""Old months of ``done/`` go into archives, whole, and nothing else ever leaves the folder."""

import os
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from depositing import Desk, sqlite_url
from doideposit.job.inbox.archive import DoneFiles
from doideposit.sandbox.clock import Clock
from inboxes import Office, yaml

KEEP = timedelta(days=180)
SEPTEMBER = datetime(2026, 9, 7, 8, tzinfo=UTC)
# The first moment at which September is due: its end, half a year, and ten days for leaps of the clock.
DUE = DoneFiles.due_on("2026-09", KEEP)
TABLE = "series,number,title,published,authors\n" + "".join(
    f'sadf-comment,{number},A title of number {number},2023-09-14,"Wolf, Siegfried"\n' for number in (301, 302)
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a ledger and an inbox, in which two files are done."""
    home = tmp_path_factory.mktemp("finished")
    with Desk(sqlite_url(home), clock=Clock(SEPTEMBER)) as desk:
        office = Office(home, desk=desk)
        office.drop("c258.yaml")
        office.drop("two.csv", TABLE)
        office.until_quiet()
    return home


@pytest.fixture
def office(finished: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    with Desk(sqlite_url(tmp_path), clock=Clock(SEPTEMBER + timedelta(days=1))) as desk:
        yield Office(tmp_path, desk=desk)


def tidied(office: Office, now: datetime = DUE, *, until: str = "", keep: timedelta = KEEP) -> int:
    """Archive at a moment; with `until` the pass dies when it comes to this step."""

    def step(name: str) -> None:
        if name == until:
            raise KeyboardInterrupt

    return DoneFiles.archive(office.folders, office.desk.depositor, keep, now, stop=lambda: False, step=step)


def content(office: Office, archive: str = "2026-09.zip") -> dict[str, bytes]:
    with zipfile.ZipFile(office.folders.done / archive) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_month_goes_into_an_archive_with_its_reports(office: Office) -> None:
    lying = {path.name: path.read_bytes() for path in office.folders.done.iterdir()}
    assert tidied(office, DUE - timedelta(seconds=1)) == 0
    assert DoneFiles.find(office.folders, "sandbox").months == {"2026-09": ("c258.yaml", "two.csv")}
    assert tidied(office) == 2
    assert office.names("done") == ["2026-09.zip"]
    assert content(office) == lying
    assert sorted(lying) == ["c258.yaml", "c258.yaml.report.txt", "two.csv", "two.csv.report.txt"]
    assert (office.folders.done / "2026-09.zip").stat().st_mode & 0o777 == office.folders.report_mode
    assert tidied(office) == 0


def test_what_was_finished_late_gets_an_archive_of_its_own(office: Office) -> None:
    tidied(office)
    office.drop("c259.yaml", yaml(259))
    office.until_quiet()
    assert tidied(office) == 1
    assert sorted(content(office, "2026-09-2.zip")) == ["c259.yaml", "c259.yaml.report.txt"]
    assert len(content(office)) == 4


@pytest.mark.parametrize("until", ["month due", "archive written", "archive placed", "archived file removed", "never"])
def test_a_pass_that_dies_loses_and_doubles_nothing(office: Office, until: str) -> None:
    lying = {path.name: path.read_bytes() for path in office.folders.done.iterdir()}
    if until != "never":
        with pytest.raises(KeyboardInterrupt):
            tidied(office, until=until)
    tidied(office)
    assert content(office) == lying
    assert office.names("done") == ["2026-09.zip"]


def unregistered(office: Office) -> None:
    """Take the ledger of another machine, which knows nothing of it."""
    elsewhere = office.home / "elsewhere"
    elsewhere.mkdir()
    office.desk.url = sqlite_url(elsewhere)
    office.desk.open()


def on_its_way_again(office: Office) -> None:
    office.desk.depositor.enqueue({**RECORD, "title": "Another title"})


def reported_too_early(office: Office) -> None:
    """Let the report name a day before the ledger knew of the DOI, as under a clock that was behind."""
    report = office.folders.done / "c258.yaml.report.txt"
    report.write_text(report.read_text(encoding="utf-8").replace("Settled    2026-09", "Settled    2025-09"))
    assert tidied(office, DoneFiles.due_on("2025-09", KEEP)) == 0
    report.write_text(report.read_text(encoding="utf-8").replace("Settled    2025-09", "Settled    2036-09"))


RECORD = {
    "series": "sadf-comment",
    "number": "258",
    "published": "2023-09-14",
    "authors": [{"given": "Siegfried", "family": "Wolf"}],
}


def written_to(office: Office) -> None:
    os.utime(office.folders.done / "c258.yaml", (DUE.timestamp(), DUE.timestamp() - 10 * 86_400))


def linked(office: Office) -> None:
    (office.home / "kept.yaml").write_text("kept")
    (office.folders.done / "c258.yaml").unlink()
    (office.folders.done / "c258.yaml").symlink_to(office.home / "kept.yaml")


def without_report(office: Office) -> None:
    (office.folders.done / "c258.yaml.report.txt").unlink()


def cut_report(office: Office) -> None:
    report = office.folders.done / "c258.yaml.report.txt"
    report.write_text(report.read_text(encoding="utf-8").replace("258  registered", "258"), encoding="utf-8")


def linked_report(office: Office) -> None:
    report = office.folders.done / "c258.yaml.report.txt"
    shutil.move(report, office.home / "report.txt")
    report.symlink_to(office.home / "report.txt")


CHANGES = (
    unregistered,
    on_its_way_again,
    reported_too_early,
    written_to,
    linked,
    without_report,
    cut_report,
    linked_report,
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_may_not_go_stays(office: Office, change: object) -> None:
    change(office)  # type: ignore[operator]
    for _ in range(2):
        tidied(office)
        assert (office.folders.done / "c258.yaml").exists()
    archives = [path.name for path in office.folders.done.glob("*.zip")]
    assert archives == ([] if change is unregistered else ["2026-09.zip"])
    assert not archives or "c258.yaml" not in content(office)


def test_files_of_others_and_a_folder_that_was_swapped_are_left_alone(office: Office, tmp_path: Path) -> None:
    (office.folders.done / "mine.txt").write_text("mine")
    (office.folders.done / "2026-09.zip").write_text("no archive")
    (office.folders.done / "2026-09-2.zip").symlink_to(tmp_path / "nowhere")
    assert DoneFiles.find(office.folders, "sandbox").others == ("mine.txt",)
    assert DoneFiles.find(office.folders, "test").others == ("c258.yaml", "mine.txt", "two.csv")
    assert tidied(office) == 2
    assert (office.folders.done / "mine.txt").read_text() == "mine"
    assert (office.folders.done / "2026-09.zip").read_text() == "no archive"
    assert len(content(office, "2026-09-3.zip")) == 4
    office.folders.done.rename(tmp_path / "elsewhere")
    office.folders.done.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="is a link or not a folder"):
        tidied(office)


def test_an_archive_with_other_content_under_the_same_name_lets_nothing_go(office: Office) -> None:
    with zipfile.ZipFile(office.folders.done / "2026-09.zip", "w") as forged:
        for path in sorted(office.folders.done.glob("*.yaml*")):
            forged.writestr(path.name, path.read_bytes()[:-1])
    lying = {path.name: path.read_bytes() for path in office.folders.done.iterdir() if path.suffix != ".zip"}
    assert tidied(office) == 2
    assert content(office, "2026-09-2.zip") == lying


def test_a_report_is_read_as_it_was_written(office: Office) -> None:
    assert tuple(DoneFiles.find(office.folders, "sandbox").months) == ("2026-09",)
    assert office.report("two.csv").splitlines()[3].startswith("Settled    2026-09")
    assert DoneFiles.find(office.folders, "test").months == {}


@pytest.mark.parametrize("text", ["", "\n", "a: 1 registered", "c.yaml: 1 rejected", "c.yaml: 0 registered\n" * 9])
def test_any_other_text_is_no_report(office: Office, text: str) -> None:
    (office.folders.done / "c258.yaml.report.txt").write_text(text)
    assert DoneFiles.find(office.folders, "sandbox").months == {"2026-09": ("two.csv",)}
