"""Two publishers in one installation: each with its own head and its own login, and never that of the other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from depositing import validator
from desk import FAST, Desk
from doideposit.cli.init import PRESETS, configuration_text
from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox

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
    text = configuration_text(PRESETS["sadf-comment"]).replace('target = "sandbox"', 'target = "test"')
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
    assert "the publisher other-house, which the configuration does not name any more" in gone.err
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
