"""The monthly deposit of a folder or a table: what is new stands out, and what is unchanged takes one line."""

import csv
import re
from pathlib import Path

import pytest

from desk import DOI, Desk

LOGIN = '\n[credentials.production]\nusername = "name@example.org/role"\npassword = { env = "CROSSREF_PASSWORD" }\n'
HEAD = ("series", "number", "title", "published", "authors", "url")


def table(folder: Path, count: int, **titles: str) -> Path:
    """A table of comments from number 1 on; `titles` replaces some, as in ``n7="Another title"``."""
    path = folder / "r.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEAD)
        for number in range(1, count + 1):
            title = titles.get(f"n{number}", f"Comment number {number} on rivers")
            page = f"https://www.sadf.eu/comment-{number}/"
            rows.writerow(("sadf-comment", number, title, "2026-03-02", "Wolf, Siegfried O.", page))
    return path


@pytest.fixture
def three_hundred(desk: Desk) -> Desk:
    """A desk with a table of 300 records, all of them registered in the sandbox."""
    table(desk.folder, 300)
    assert desk("deposit", "r.csv", "--wait", 60).code == 0
    return desk


@pytest.mark.slow
def test_of_three_hundred_records_of_which_one_changed_a_person_reads_twelve_lines(three_hundred: Desk) -> None:
    table(three_hundred.folder, 300, n7="Comment number 7 on mountains")
    told = three_hundred("deposit", "r.csv", "--wait", 60)
    lines = (told.out + told.err).splitlines()
    assert told.code == 0
    assert len(lines) <= 12, told.out + told.err
    out = told.out.splitlines()
    assert out[1] == "  299 unchanged: registered with the same content"
    assert out[2].split() == ["update", DOI.replace("C258", "C7"), "r.csv:8"]
    assert "On sandbox: 1 registered, 299 unchanged" in out
    assert "`doideposit deposit r.csv --target production`" in out[-1]
    again = three_hundred("deposit", "r.csv")
    assert len((again.out + again.err).splitlines()) <= 5
    assert "  300 unchanged: registered with the same content\n" in again.out
    assert "300 unchanged: nothing to send" in again.out


def test_new_records_are_named_and_counted(desk: Desk) -> None:
    table(desk.folder, 2)
    desk("deposit", "r.csv", "--wait", 60)
    table(desk.folder, 4)
    told = desk("deposit", "r.csv", "--wait", 60)
    assert "  2 unchanged: registered with the same content\n" in told.out
    assert re.findall(r"^  register +\S+  (\S+)$", told.out, re.MULTILINE) == ["r.csv:4", "r.csv:5"]
    assert "On sandbox: 2 registered, 2 unchanged\n" in told.out
    assert told.out.count("https://doi.org/") == 0  # In a rehearsal no such address leads anywhere.


def test_the_warnings_of_what_is_sent_are_named(desk: Desk) -> None:
    path = table(desk.folder, 3)
    path.write_text(path.read_text().replace('"Wolf, Siegfried O."', "Sarmad Ali Khan"), encoding="utf-8")
    told = desk("deposit", "r.csv", "--dry-run")
    warned = [line for line in told.out.splitlines() if line.startswith("  warning")]
    assert [line.split()[1:6] for line in warned] == [["author-without-comma", "r.csv:2", "and", "2", "more:"]]
    assert "“Sarmad Ali Khan”" in warned[0]


def test_a_blocked_row_is_named_as_check_names_it(desk: Desk) -> None:
    path = table(desk.folder, 3)
    path.write_text(path.read_text().replace("2026-03-02", "2.3.2026", 1), encoding="utf-8")
    told = desk("deposit", "r.csv", "--dry-run")
    assert told.code == 1
    assert re.search(r"^  blocked +\S.*  r\.csv:2: it has errors$", told.out, re.MULTILINE)
    assert "r.csv:2" in told.out
    assert "r.csv[" not in told.out
    assert "r.csv:2" in desk("check", "r.csv").out


def test_the_receipt_of_a_rehearsal_names_the_command_for_real(desk: Desk) -> None:
    told = desk("deposit", desk.record().name, "--wait", 30)
    assert told.code == 0
    assert f"\n{DOI}  registered (sandbox)\n" in told.out
    assert "https://doi.org" not in told.out
    last = told.out.splitlines()[-1]
    assert last.startswith("  next")
    assert "the DOI does not exist yet" in last
    assert "`doideposit deposit c258.yaml --target production`" in last
    command = re.search(r"`doideposit (.*)`", last)
    assert command is not None
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text() + LOGIN)
    assert "Plan for production" in desk(*command[1].split(), "--dry-run").out


@pytest.mark.parametrize("zone", ["Europe/Brussels", "Asia/Kolkata", "UTC"])
def test_every_time_is_in_the_zone_of_the_machine(desk: Desk, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        desk.write(
            "doideposit.toml", (desk.folder / "doideposit.toml").read_text().replace("hidden = 0", "hidden = 60")
        )
        told = desk("deposit", desk.record().name)
        name = time.tzname[time.localtime().tm_isdst]
        said = told.out + told.err + desk("status", "258").out + desk("history", "258").out + desk("poll").out
        zones = set(re.findall(r"\d\d:\d\d(?::\d\d)? ([A-Z]{3,5})\b", said))
        assert zones == {name}
        moments = re.findall(r"\d\d:\d\d:\d\d(?! [A-Z]{3})", re.sub(r"\d{8}t\d+", "", said))
        assert moments == []
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_belongs_on_the_landing_page_can_be_printed(desk: Desk) -> None:
    told = desk("tags", desk.record())
    assert told.code == 0
    assert "Wolf, S. O. (2023). Prospects for NATO-Japan relations. SADF Comment 258. https://doi.org/" in told.out
    assert '<meta name="citation_title" content="Prospects for NATO-Japan relations">' in told.out
    (document,) = desk("tags", "c258.yaml", "--json").json["records"]
    assert document["doi"] == DOI
    assert document["json_ld"]["name"] == "Prospects for NATO-Japan relations"
    desk.write("broken.yaml", "number: 259")
    refused = desk("tags", "broken.yaml")
    assert refused.code == 1
    assert "(error)" in refused.out


@pytest.mark.parametrize("name", ["258", "c258", DOI, f"https://doi.org/{DOI.lower()}", "c258.yaml"])
def test_the_landing_page_is_made_of_whatever_names_the_commentary(desk: Desk, name: str) -> None:
    desk("deposit", desk.record(), "--wait", 30)
    from_file = desk("tags", "c258.yaml").out
    assert "<meta" in from_file
    told = desk("tags", name)
    assert (told.code, told.out) == (0, from_file)
    assert ("it leads nowhere" in told.err) == (name != "c258.yaml")
    desk.record(title="title: Corrected, and not deposited")
    assert ("Corrected" in desk("tags", name).out) == (name == "c258.yaml")


@pytest.mark.parametrize(
    ("name", "said"), [("259", "was never deposited to sandbox"), ("10.48251/x.1", "was never"), ("", "is not a DOI")]
)
def test_there_is_no_landing_page_of_what_was_never_deposited(desk: Desk, name: str, said: str) -> None:
    told = desk("tags", name)
    assert told.code == 2
    assert said in told.err
    assert desk("tags").code == 2


def test_an_update_under_way_is_not_called_rehearsed(desk: Desk) -> None:
    desk("deposit", desk.record(), "--wait", 30)
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text().replace("hidden = 0", "hidden = 600"))
    told = desk("deposit", desk.record(title="title: Prospects for relations of NATO and Japan"))
    assert "this was a rehearsal" not in told.out
    assert "doideposit poll" in told.out


def test_a_retry_of_what_needs_none_is_said_loudly(desk: Desk) -> None:
    table(desk.folder, 3)
    desk("deposit", "r.csv", "--wait", 30)
    told = desk("deposit", "r.csv", "--retry", "--dry-run")
    assert "--retry sends 3 records again although nothing changed" in " ".join(told.out.split())
    assert "again" not in desk("deposit", "r.csv", "--dry-run").out
    assert "EVERYTHING" in desk("deposit", "--help").out


def test_the_rest_of_a_blocked_deposit_can_be_sent_alone(desk: Desk) -> None:
    desk.record()
    desk.write("c259.yaml", "number: 259")
    assert "or send only the rest (1 record) with --skip-invalid" in desk("deposit", "c258.yaml", "c259.yaml").out
    assert "--skip-invalid" not in desk("deposit", "c259.yaml").out


def test_what_is_blocked_is_not_counted_as_unchanged(desk: Desk) -> None:
    desk("deposit", desk.record(), "--wait", 30)
    desk.write("c259.yaml", "number: 259")
    told = desk("deposit", "c258.yaml", "c259.yaml", "--skip-invalid")
    assert told.code == 1
    assert told.out.splitlines()[-1] == "On sandbox: 1 unchanged, 1 blocked"
