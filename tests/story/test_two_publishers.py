"""Two publishers in one installation: each with its own head and its own login, and never that of the other."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from depositing import DEPOSITOR, commentary, validator
from desk import FAST, Desk
from doideposit.cli.init import PRESETS
from doideposit.config.schema import MailSection
from doideposit.crossref.xml.batch import Built
from doideposit.errors import WorldError
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.summary import PassReport
from doideposit.job.mail import JobMails, Recipients
from doideposit.job.state import JobState
from doideposit.reports.standing import Standing
from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox
from smtp_server import Letters, mail_server

pytestmark = pytest.mark.network_loopback
OURS, THEIRS = "10.48251", "10.55555"
OTHER = """
[publishers.other-house]
depositor = { name = "The Other House", email = "doi@other.example", registrant = "Other House Ltd" }
credentials.test = { username = "other", password = { env = "OTHER_PASSWORD" } }

[series.other-notes]
publisher_account = "other-house"
title = "Other Notes"
issn = "0317-8471"
prefix = "10.55555"
doi = "{prefix}/notes.{number}"
url = "https://other.example/{number}/"
language = "en"
publisher = { name = "The Other House", place = "Ghent" }
"""
NOTE = """series: other-notes
number: 7
title: A note of the other house
published: 2024-02-03
authors: [{given: Mirjam, family: Okafor}]
"""


@pytest.fixture
def crossref() -> Iterator[tuple[Sandbox, str]]:
    accounts = [Account.role("sadf", "sadf-secret", [OURS]), Account.role("other", "other-secret", [THEIRS])]
    with (
        Sandbox(accounts=accounts, validate=validator().validate, delays=Delays.none()) as sandbox,
        running(sandbox) as url,
    ):
        yield sandbox, url


@pytest.fixture
def house(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    crossref: tuple[Sandbox, str],
) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CROSSREF_PASSWORD", "sadf-secret")
    monkeypatch.setenv("OTHER_PASSWORD", "other-secret")
    desk = Desk(tmp_path, capsys)
    configure(desk, crossref[1])
    desk.record()
    desk.write("note.yaml", NOTE)
    return desk


def configure(desk: Desk, url: str, other: str = OTHER) -> None:
    text = PRESETS["sadf-comment"].configuration_text().replace('target = "sandbox"', 'target = "test"')
    login = '\n[credentials.test]\nusername = "sadf"\npassword = { env = "CROSSREF_PASSWORD" }\n'
    addresses = "".join(f'{name} = "{url}"\n' for name in ("url", "rest_url", "handle_url"))
    desk.write("doideposit.toml", f"{text}{login}[targets.test]\n{addresses}{other}{FAST}")


def sent(crossref: tuple[Sandbox, str]) -> dict[str, str]:
    """What came under which login."""
    return {one.content.decode(): one.login for one in crossref[0].submissions}


def test_each_publisher_deposits_under_its_own_name_and_login(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    done = house("deposit", "c258.yaml", "note.yaml")
    assert done.code == 0, done.out + done.err
    assert house("poll", "--all").code == 0
    files = sent(crossref)
    assert len(files) == 2, "two publishers never share a file"
    for content, login in files.items():
        theirs = "Other Notes" in content
        assert login == ("other" if theirs else "sadf")
        assert ("<depositor_name>The Other House" in content) == theirs
        assert ("<registrant>Other House Ltd" in content) == theirs
        assert ("doi@other.example" in content) == theirs
    assert [record["registered"] for record in house("status", "--json").json["records"]] == [True, True]


def test_a_wrong_password_of_one_does_not_hold_the_other(
    house: Desk, crossref: tuple[Sandbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSREF_PASSWORD", "wrong")
    done = house("deposit", "c258.yaml", "note.yaml")
    assert done.code == 3
    assert list(sent(crossref).values()) == ["other"]
    assert house("poll", "--all").code == 3
    states = {record["doi"]: record["registered"] for record in house("status", "--json").json["records"]}
    assert states == {"10.48251/SADF.ISSN.2406-5617.C258": False, "10.55555/notes.7": True}


def test_a_login_that_is_missing_is_never_replaced_by_another(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    configure(house, crossref[1], OTHER.replace("credentials.test", "credentials.production"))
    done = house("deposit", "note.yaml")
    assert done.code == 2
    assert "there is no Crossref login of the publisher other-house for the target test" in done.err
    assert "[publishers.other-house.credentials.test]" in done.err
    assert sent(crossref) == {}
    assert house("status", "--json").json["records"] == [], "nothing was recorded"


def test_a_file_keeps_its_publisher_when_the_configuration_changes(
    house: Desk, crossref: tuple[Sandbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_PASSWORD", "wrong")
    assert house("deposit", "note.yaml").code == 3
    # By mistake the series becomes one of the main publisher, and then the other one is taken out.
    monkeypatch.setenv("OTHER_PASSWORD", "other-secret")
    alone = OTHER.replace('publisher_account = "other-house"\n', "")
    configure(house, crossref[1], alone[alone.index("[series") :])
    gone = house("poll", "--all")
    assert gone.code == 2
    assert "the publisher other-house, who is no longer in the configuration" in gone.err
    assert sent(crossref) == {}


def test_a_ready_made_file_goes_out_for_its_own_publisher(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    assert house("build", "note.yaml", "-o", "note.xml").code == 0
    done = house("deposit", "note.xml")
    assert done.code == 0, done.out + done.err
    assert list(sent(crossref).values()) == ["other"]


def test_only_the_password_that_is_needed_is_fetched(
    house: Desk, crossref: tuple[Sandbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CROSSREF_PASSWORD")
    assert house("deposit", "note.yaml").code == 0
    assert list(sent(crossref).values()) == ["other"]


def test_a_series_of_nobody_is_refused_on_its_line(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    configure(house, crossref[1], OTHER.replace('account = "other-house"', 'account = "other-huose"'))
    done = house("check", "note.yaml", "--json")
    assert done.code == 2
    [finding] = done.json["findings"]
    assert finding["code"] == "unknown-publisher"
    assert "other-house" in finding["hint"]
    text = (house.folder / "doideposit.toml").read_text(encoding="utf-8").splitlines()
    assert "other-huose" in text[finding["line"] - 1]


def test_a_plan_rests_on_the_publisher_it_was_made_for(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    assert house("plan", "note.yaml", "-o", "plan.json", "--by", "Anna").code == 0
    configure(house, crossref[1], OTHER.replace("Other House Ltd", "Another Ltd"))
    moved: Any = house("apply", "plan.json", "--json")
    assert moved.code == 1
    assert "publishers.other-house.depositor.registrant" in moved.json["records"][0]["reason"]
    configure(house, crossref[1])
    assert house("apply", "plan.json").code == 0
    assert list(sent(crossref).values()) == ["other"]


# Who is told of what.

MAIL = """
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "doi@example.org"
to = ["it@example.org"]
[monitoring]
prometheus_file = "doi.prom"
status_file = "status.json"
"""
OWN = OTHER.replace("[series.other-notes]", 'mail = { to = ["editor@other.example"] }\n\n[series.other-notes]')


def to(letters: Letters, address: str) -> str:
    """Everything that was mailed to an address."""
    return "\n".join(f"{one['Subject']}\n{one.get_content()}" for one in letters.messages if one["To"] == address)


def test_each_publisher_is_told_of_its_own_dois_alone(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    with mail_server() as letters:
        configure(house, crossref[1], OWN + MAIL.format(port=letters.port))
        inbox = house.folder / "inbox"
        assert house("run").code == 0
        assert "0 DOIs registered this week" in to(letters, "editor@other.example"), "silence would prove nothing"
        letters.messages.clear()
        crossref[0].faults.add("zero_records", times=None)
        for name in ("c258.yaml", "note.yaml"):
            (house.folder / name).rename(inbox / name)
            os.utime(inbox / name, (0, 0))
        for _ in range(3):
            house("run")
            house("poll", "--all")
        ours, theirs = to(letters, "it@example.org"), to(letters, "editor@other.example")
    assert ("c258.yaml" in ours, "note.yaml" in ours) == (True, False)
    assert ("c258.yaml" in theirs, "note.yaml" in theirs) == (False, True)
    metrics = (house.folder / "doi.prom").read_text("utf-8")
    for name in ("[depositor]", "other-house"):
        assert f'doideposit_publisher_dois{{target="test",publisher="{name}",state="rejected"}} 1' in metrics
    status = json.loads((house.folder / "status.json").read_text("utf-8"))
    assert {name: one["needs_person"] for name, one in status["standing"]["publishers"].items()} == {
        "[depositor]": 1,
        "other-house": 1,
    }


BROKEN = {
    # No DOI can be read of any; the name, the key of the series, a prefix or an ISSN may say whose it is.
    "other-notes-7.yaml": "title: [",
    "a.yaml": "series: other-notes\ntitle: [",
    "b.json": '[{"series": "other-notes", "title": ',
    "c.xml": "<doi_batch><doi>10.55555/notes.8</doi>",
    "sadf-comment_9.yaml": "series: other-notes\ntitle: [",
    "d.yaml": "title: [",
    "e.yaml": "title: [other-notes and what became of them",
    "f.xml": "<doi_batch><doi>10.55555/notes.8</doi><doi>10.48251/SADF.ISSN.2406-5617.C8</doi>",
}


def test_a_file_without_a_readable_doi_is_told_to_whom_it_names(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    with mail_server() as letters:
        configure(house, crossref[1], OWN + MAIL.format(port=letters.port))
        assert house("run").code == 0
        letters.messages.clear()
        for name, text in BROKEN.items():
            (house.folder / "inbox" / name).write_text(text, encoding="utf-8")
            os.utime(house.folder / "inbox" / name, (0, 0))
        for _ in range(3):
            house("run")
        ours, theirs = to(letters, "it@example.org"), to(letters, "editor@other.example")
    assert [name for name in BROKEN if name in theirs] == list(BROKEN)[:4]
    assert [name for name in BROKEN if name in ours] == list(BROKEN)[4:]


def test_the_digest_has_the_dois_of_its_readers_and_the_report_those_of_one(
    house: Desk, crossref: tuple[Sandbox, str]
) -> None:
    assert house("deposit", "c258.yaml", "note.yaml").code == 0
    assert house("poll", "--all").code == 0
    with mail_server() as letters:
        configure(house, crossref[1], OWN + MAIL.format(port=letters.port))
        assert house("run").code == 0
        ours, theirs = to(letters, "it@example.org"), to(letters, "editor@other.example")
    assert ("C258" in ours, "notes.7" in ours, "Registered in total             1" in ours) == (True, False, True)
    assert ("C258" in theirs, "notes.7" in theirs, "Registered in total             1" in theirs) == (False, True, True)
    for name, heading, mine in (("other-house", "The Other House", "notes.7"), ("[depositor]", "South", "C258")):
        told = house("report", "--publisher", name, "-o", "one.html", "--records", ".", "--json").json
        assert told["publisher"].startswith(heading)
        assert told["counts"]["dois"] == 1
        page = (house.folder / "one.html").read_text("utf-8")
        assert [each in page for each in ("notes.7", "C258")] == [each == mine for each in ("notes.7", "C258")]
    wrong = house("report", "--publisher", "nobody")
    assert wrong.code == 2
    assert "[depositor], other-house" in wrong.err


def test_mails_of_one_go_out_when_the_server_refuses_those_of_another() -> None:
    now = datetime(2026, 9, 9, 12, tzinfo=UTC)
    mail = MailSection.model_validate({"host": "localhost", "sender": "doi@example.org", "to": ["it@example.org"]})
    sent: list[str] = []

    def send(message: EmailMessage) -> None:
        if message["To"] == "it@example.org":
            raise WorldError("it does not accept the recipients")
        sent.append(message["To"])

    standing = replace(Standing.together((), now, "test"), publishers={})
    state = JobState()
    folders = Folders(Path("inbox"))
    recipients = Recipients({"other-house": ("editor@other.example",)})
    with pytest.raises(WorldError, match="does not accept"):
        JobMails(mail, send, folders, "pub1", recipients).send_due(PassReport("test"), standing, state, now=now)
    assert sent == ["editor@other.example"]
    assert (state.digest, set(state.digests)) == (None, {"other-house"})


def test_recipients_without_a_mail_server_are_refused_on_their_line(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    configure(house, crossref[1], OWN)
    [finding] = house("check", "note.yaml", "--json").json["findings"]
    assert (finding["code"], finding["field"]) == ("no-mail-server", "publishers.other-house.mail")


# Every publisher with a name.

NAMED = """target = "test"
[publishers.sadf]
depositor = { name = "South Asia Democratic Forum", email = "info@sadf.eu", registrant = "SADF" }
credentials.test = { username = "sadf", password = { env = "CROSSREF_PASSWORD" } }
"""


def all_named(desk: Desk, url: str) -> None:
    """A configuration without a main publisher."""
    text = PRESETS["sadf-comment"].configuration_text()
    series = text[text.index("[series.") :].replace("title =", 'publisher_account = "sadf"\ntitle =', 1)
    addresses = "".join(f'{name} = "{url}"\n' for name in ("url", "rest_url", "handle_url"))
    desk.write("doideposit.toml", f"{NAMED}[targets.test]\n{addresses}{OTHER}\n{series}")


def test_no_depositor_is_needed_where_every_series_has_a_publisher(
    house: Desk, crossref: tuple[Sandbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_named(house, crossref[1])
    assert house("build", "c258.yaml", "-o", "c258.xml").code == 0
    done = house("deposit", "c258.yaml", "note.yaml")
    assert done.code == 0, done.out + done.err
    assert house("poll", "--all").code == 0
    assert sorted(sent(crossref).values()) == ["other", "sadf"]
    assert all(record["registered"] for record in house("status", "--json").json["records"])
    assert house("report", "--publisher", "[depositor]").code == 2
    assert house("report", "--publisher", "sadf", "--json").json["counts"]["dois"] == 1
    doctor = house("doctor", "--offline")
    assert "does not say who deposits" not in doctor.out
    # What no series has belongs to nobody, and goes out under no name that happens to stand first.
    strange = (house.folder / "c258.xml").read_text("utf-8").replace("10.48251/", "10.66666/")
    house.write("strange.xml", strange)
    stray = house("deposit", "strange.xml", "--json")
    assert stray.code == 1
    assert "plan-no-publisher" in {one["code"] for one in stray.json["records"][0]["findings"]}


def test_a_series_without_a_publisher_wants_a_depositor(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    all_named(house, crossref[1])
    path = house.folder / "doideposit.toml"
    path.write_text(path.read_text("utf-8").replace('publisher_account = "sadf"\n', ""), "utf-8")
    done = house("deposit", "c258.yaml")
    assert done.code == 2
    assert "does not say who deposits" in done.err
    assert "publisher_account" in done.err


# Adopting, by owner.

TWIN = """
[series.comment-abroad]
publisher_account = "other-house"
title = "SADF Comment"
issn = "2406-5617"
issn_medium = "electronic"
prefix = "10.55555"
doi = "{prefix}/abroad.{number}"
language = "en"
publisher = { name = "The Other House", place = "Ghent" }
"""


def registered(house: Desk, crossref: tuple[Sandbox, str], *numbers: int) -> list[str]:
    """Register numbers of the first publisher elsewhere, and return their DOIs."""
    dois = []
    for number in numbers:
        one = commentary(number)
        crossref[0].elsewhere.deposit(Built.of(DEPOSITOR.head("other", 20200301120000 + number), [one]).xml)
        dois.append(str(one.doi))
    return dois


@pytest.mark.parametrize(
    ("prefix", "member"), [("10.55555", ""), ("10.77777", "88888")], ids=["the prefix of its series", "its member"]
)
def test_a_doi_is_adopted_for_the_publisher_that_owns_it(
    house: Desk, crossref: tuple[Sandbox, str], prefix: str, member: str
) -> None:
    number = f", member = {member} }}" if member else " }"
    other = OTHER.replace('registrant = "Other House Ltd" }', f'registrant = "Other House Ltd"{number}')
    ours, moved = registered(house, crossref, 301, 302)
    crossref[0].elsewhere.transfer(moved, prefix)
    configure(house, crossref[1], other)
    told = {one["doi"]: one for one in house("adopt", ours, moved, "--json").json["results"]}
    assert told[ours]["outcome"] == "adopted"
    assert told[moved]["outcome"] == "left-alone"
    assert "at Crossref it belongs to the publisher other-house" in told[moved]["message"]
    # With a series of its own it comes into that one, and is sent with the login of its owner.
    configure(house, crossref[1], other + TWIN)
    told = {one["doi"]: one for one in house("adopt", moved, "--json").json["results"]}
    assert told[moved]["outcome"] == "adopted", told
    [record] = house("status", moved, "--json").json["records"]
    assert record["series"] == "comment-abroad"
    assert house("report", "--publisher", "other-house", "--json").json["counts"]["dois"] == 1


def test_a_doi_of_another_owner_is_left_alone(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    [foreign] = registered(house, crossref, 303)
    crossref[0].elsewhere.transfer(foreign, "10.66666")
    [told] = house("adopt", foreign, "--json").json["results"]
    assert (told["outcome"], told["findings"][0]["code"]) == ("left-alone", "adopt-other-owner")
    assert "--prefix 10.66666" in told["findings"][0]["hint"]
