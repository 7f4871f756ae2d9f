"""`doctor`: every fault of a set-up is a line with what to do, and nothing is raised or changed by looking."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import FAST, Desk
from doideposit.cli.doctor import diagnosis_lines
from doideposit.cli.init import PRESETS
from doideposit.diagnosis.examination import Diagnosis
from doideposit.diagnosis.surroundings import DiagnosisContext
from doideposit.diagnosis.values import CheckStatus
from doideposit.errors import ConfigurationError
from doideposit.sandbox.accounts import Account
from doideposit.sandbox.clock import Clock
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox
from doideposit.wiring import load_settings
from smtp_server import mail_server

GOOD = PRESETS["sadf-comment"].configuration_text() + FAST
LOGIN = '\n[credentials.test]\nusername = "sadf"\npassword = { env = "CROSSREF_PASSWORD" }\n'
ROOM = 10**12


def diagnosed(folder: Path, *, target: str | None = None, online: bool = False, **doors: Any) -> Diagnosis:
    """The diagnosis of the set-up in a folder, on a machine with room, UTF-8 and the environment given."""
    environ = doors.pop("environ", {})
    around = DiagnosisContext(
        environ=environ,
        free_bytes=doors.pop("free_bytes", lambda _: ROOM),
        encodings=doors.pop("encodings", lambda: {"standard output": "UTF-8"}),
        **doors,
    )
    file = folder / "doideposit.toml"
    return Diagnosis.make(lambda: load_settings(file, target=target, environ=environ), online=online, around=around)


def faults(diagnosis: Diagnosis) -> dict[str, tuple[str, str, str]]:
    """What is not well: by name, the verdict, the message and the hint."""
    return {
        check.name: (check.verdict.value, check.message, check.hint)
        for check in diagnosis.checks
        if check.verdict is not CheckStatus.OK
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "doideposit.toml").write_text(GOOD)
    return tmp_path


def test_a_good_set_up_is_well_and_looking_makes_nothing(desk: Desk) -> None:
    before = sorted(path.name for path in desk.folder.iterdir())
    result = desk("doctor")
    assert result.code == 0, result.out
    assert "All is well for sandbox" in result.out
    document = desk("doctor", "--json").json
    assert document["ok"] is True
    assert document["target"] == "sandbox"
    assert {check["verdict"] for check in document["checks"]} == {"ok"}
    assert sorted(path.name for path in desk.folder.iterdir()) == before


def test_every_value_is_told_with_its_origin(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOIDEPOSIT_LIMITS__PENDING", "17")
    document = desk("doctor", "--json").json
    values = {value["name"]: (value["value"], value["origin"]) for value in document["values"]}
    assert values["limits.pending"] == (17, "environment DOIDEPOSIT_LIMITS__PENDING")
    assert values["depositor.email"][1].startswith("file doideposit.toml:")
    assert values["limits.workers"][1] == "default"
    said = desk("doctor", "--target", "sandbox").out
    assert "above it: target (flag), limits.pending (environment DOIDEPOSIT_LIMITS__PENDING)" in said
    assert "`doideposit config show --origin`" in said
    (desk.folder / "doideposit.toml").write_text("targett = 1\n")
    assert desk("doctor", "--json").json["values"] == []


def test_after_a_deposit_the_ledger_is_looked_through(desk: Desk) -> None:
    desk("deposit", desk.record(), "--wait", 20)
    before = (desk.folder / "doideposit.sqlite3").read_bytes()
    names = {check["name"]: check["message"] for check in desk("doctor", "--json").json["checks"]}
    assert {"ledger", "permissions", "consistency", "unfinished"} <= set(names)
    assert "revision" in names["ledger"]
    assert (desk.folder / "doideposit.sqlite3").read_bytes() == before


def test_without_a_configuration_the_machine_is_looked_at_all_the_same(desk: Desk) -> None:
    (desk.folder / "doideposit.toml").unlink()
    result = desk("doctor")
    assert result.code == 2
    assert "doideposit init" in result.out
    assert "schemas" in result.out
    assert "Not checked" in result.out


def test_findings_of_the_configuration_stand_below_it_with_their_lines(desk: Desk) -> None:
    desk.write("doideposit.toml", GOOD.replace("2406-5617", "2406-5618", 1).replace("target =", "taget =", 1))
    result = desk("doctor")
    assert result.code == 2
    assert "issn-check-digit" in result.out
    assert "did you mean `target`" in result.out
    document = desk("doctor", "--json").json
    assert [finding["code"] for finding in document["checks"][0]["findings"]] == ["unknown-key", "issn-check-digit"]


@pytest.mark.parametrize(
    ("addition", "environ", "verdict", "said"),
    [
        ("", {}, "fail", "no Crossref login for the target test"),
        (LOGIN, {}, "fail", "no password in the environment variable CROSSREF_PASSWORD"),
        (LOGIN, {"CROSSREF_PASSWORD": "geheim"}, None, ""),
        (LOGIN, {"CROSSREF_PASSWORD": '"geheim"'}, "warn", "quotation marks or spaces"),
        (LOGIN, {"CROSSREF_PASSWORD": "geheim "}, "warn", "quotation marks or spaces"),
        (LOGIN, {"CROSSREF_PASSWORD": "ge\x07heim"}, "fail", "not plain text"),
        ('\n[credentials.test]\nusername = "sadf"\n', {}, "warn", "asked for at the terminal"),
        ('\n[credentials.test]\nusername = "sadf"\npassword = { file = "none" }\n', {}, "fail", "does not exist"),
        ('\n[credentials.test]\nusername = "sadf"\npassword = { command = ["false"] }\n', {}, "fail", "status 1"),
    ],
)
def test_the_login(folder: Path, addition: str, environ: dict[str, str], verdict: str | None, said: str) -> None:
    (folder / "doideposit.toml").write_text(GOOD + addition)
    found = faults(diagnosed(folder, target="test", environ=environ))
    assert found.get("login", (None,))[0] == verdict
    assert said in found.get("login", ("", "", ""))[1]
    assert "geheim" not in str(found)


def test_a_password_file_that_others_can_read(folder: Path) -> None:
    (folder / "password").write_text("geheim")
    (folder / "password").chmod(0o644)
    (folder / "doideposit.toml").write_text(GOOD + LOGIN.replace('env = "CROSSREF_PASSWORD"', 'file = "password"'))
    verdict, message, hint = faults(diagnosed(folder, target="test"))["login"]
    assert (verdict, "0644" in message, "chmod 600" in hint) == ("fail", True, True)
    assert diagnosed(folder, target="test").exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('doi = "{prefix}/SADF.ISSN.{issn}.C{number}"', 'doi = "{prefix}/SADF"', "the same DOI"),
        ('doi = "{prefix}/SADF.ISSN.{issn}.C{number}"', 'doi = "10.5555/{number}"', "begin with 10.5555"),
        ('# url = "https://www.example.org/comment-{number}/"', 'url = "ftp://example.org/{number}"', "not web"),
        ('# url = "https://www.example.org/comment-{number}/"', 'url = "http://example.org/{number}"', "unencrypted"),
        ('# url = "https://www.example.org/comment-{number}/"', 'url = "https://example.org/"', "would lead to"),
    ],
)
def test_a_series_that_cannot_be_right(folder: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    (folder / "doideposit.toml").write_text(GOOD.replace(old, new))
    assert said in faults(diagnosed(folder))["series"][1]


def test_two_series_with_the_same_dois(folder: Path) -> None:
    begin = GOOD.index("[series.sadf-comment]")
    second = GOOD[begin : GOOD.index("[sandbox.delays]")].replace("[series.sadf-comment]", "[series.working-paper]")
    (folder / "doideposit.toml").write_text(GOOD + second)
    assert "the same DOIs as sadf-comment" in faults(diagnosed(folder))["series"][1]


def test_no_series_at_all(folder: Path) -> None:
    (folder / "doideposit.toml").write_text(GOOD[: GOOD.index("[series.sadf-comment]")])
    diagnosis = diagnosed(folder)
    assert "no series" in faults(diagnosis)["series"][1]
    assert diagnosis.exit_code == 2


@pytest.mark.parametrize(("free", "verdict"), [(10**6, "fail"), (10**8, "warn"), (10**9, None)])
def test_the_disk(folder: Path, free: int, verdict: str | None) -> None:
    diagnosis = diagnosed(folder, free_bytes=lambda _: free)
    assert faults(diagnosis).get("disk", (None,))[0] == verdict
    assert diagnosis.exit_code == (3 if verdict == "fail" else 0)


def test_an_encoding_that_garbles_names(folder: Path) -> None:
    found = faults(diagnosed(folder, encodings=lambda: {"standard output": "ascii", "file names": "utf-8"}))
    assert found["encoding"][0] == "warn"
    assert "standard output (ascii)" in found["encoding"][1]
    assert "file names" not in found["encoding"][1]


@pytest.mark.parametrize(
    ("addition", "library", "extra"),
    [
        ('\n[credentials.production]\nusername = "a"\npassword = { keyring = true }\n', "keyring", "keyring"),
        ('\n[api]\nnotify_endpoints = ["sadf"]\n', "waitress", "serve"),
        ("", "psycopg", "postgres"),
    ],
)
def test_a_library_that_the_configuration_needs(folder: Path, addition: str, library: str, extra: str) -> None:
    text = GOOD + addition
    if library == "psycopg":
        text = text.replace("sqlite:///doideposit.sqlite3", "postgresql://nobody@127.0.0.1:1/none")
    (folder / "doideposit.toml").write_text(text)
    found = faults(diagnosed(folder, has_library=lambda name: name != library))["libraries"]
    assert found[0] == "fail"
    assert f"doideposit[{extra}]" in found[2]


def test_a_database_server_that_is_away(folder: Path) -> None:
    pytest.importorskip("psycopg")
    text = GOOD.replace("sqlite:///doideposit.sqlite3", "postgresql://nobody@127.0.0.1:1/none")
    (folder / "doideposit.toml").write_text(text)
    verdict, message, hint = faults(diagnosed(folder))["ledger"]
    assert verdict == "fail"
    assert "127.0.0.1" in message
    assert "server runs" in hint


# The ledger.


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def too_new(ledger: Path) -> None:
    change(ledger, "update alembic_version set version_num = 'ffff'")


def garbage(ledger: Path) -> None:
    ledger.write_bytes(b"this is no database" * 100)


def foreign(ledger: Path) -> None:
    ledger.unlink()
    change(ledger, "create table recipes (name text)")


def readable(ledger: Path) -> None:
    ledger.chmod(0o644)


def contradiction(ledger: Path) -> None:
    change(ledger, "update submission set sha256 = 'no'")


@pytest.mark.parametrize(
    ("damage", "name", "verdict", "said"),
    [
        (too_new, "ledger", "fail", "newer doideposit"),
        (garbage, "ledger", "fail", "damaged"),
        (foreign, "ledger", "fail", "another program"),
        (readable, "permissions", "warn", "others can read"),
        (contradiction, "consistency", "fail", "contradict"),
    ],
)
def test_a_ledger_that_is_not_well(
    desk: Desk, damage: Callable[[Path], None], name: str, verdict: str, said: str
) -> None:
    desk("deposit", desk.record(), "--wait", 20)
    damage(desk.folder / "doideposit.sqlite3")
    before = (desk.folder / "doideposit.sqlite3").read_bytes()
    diagnosis = diagnosed(desk.folder)
    assert faults(diagnosis)[name][0] == verdict
    assert said in faults(diagnosis)[name][1]
    assert diagnosis.exit_code == (3 if verdict == "fail" else 0)
    assert (desk.folder / "doideposit.sqlite3").read_bytes() == before


@pytest.mark.parametrize(("hours", "verdict"), [(1, None), (25, "warn"), (73, "warn")])
def test_a_deposit_that_takes_too_long(desk: Desk, hours: float, verdict: str | None) -> None:
    desk.write("doideposit.toml", GOOD.replace("hidden = 0", "hidden = 1000000"))
    desk("deposit", desk.record())
    later = datetime.now(UTC) + timedelta(hours=hours)
    found = faults(diagnosed(desk.folder, clock=lambda: later))
    assert found.get("overdue", (None,))[0] == verdict


def test_what_needs_a_person_is_counted(desk: Desk) -> None:
    desk("deposit", desk.record(), "--wait", 20)
    change(desk.folder / "doideposit.sqlite3", "update work set last_update_failed = 1")
    change(desk.folder / "doideposit.sqlite3", "update item set outcome = 'failed'")
    assert "status --attention" in faults(diagnosed(desk.folder))["attention"][2]


@pytest.mark.parametrize(
    ("old", "new", "name", "said"),
    [
        ("", '\n[inbox]\nfolder = "/mnt/nosuchshare/inbox"\n', "inbox", "no folder /mnt/nosuchshare for the inbox"),
        ("", '\n[monitoring]\nheartbeat_file = "gone/beat"\n', "monitoring", "gone for beat"),
        ("", '\n[monitoring]\nstatus_file = "gone/status.json"\n', "monitoring", "gone for status.json"),
        ("", '\n[monitoring]\nprometheus_file = "gone/doi.prom"\n', "monitoring", "gone for doi.prom"),
        ("sqlite:///doideposit", "sqlite:////nonexist/dir/x", "ledger", "no folder /nonexist/dir for the ledger"),
        ("", '\n[hooks.cms]\ncommand = ["/nosuch/program"]\n', "hooks", "cms: there is no program /nosuch/program"),
        ("", '\n[hooks.cms]\nurl = "https://x.org"\nsecret = { env = "NONE" }\n', "hooks", "variable NONE"),
        ("", '\n[api.tokens]\ncms = { env = "NONE" }\n', "other secrets", "variable NONE"),
    ],
)
def test_each_set_up_that_would_fail_is_a_line(folder: Path, old: str, new: str, name: str, said: str) -> None:
    assert old in GOOD
    (folder / "doideposit.toml").write_text(GOOD.replace(old, new, 1) if old else GOOD + new)
    verdict, message, hint = faults(diagnosed(folder))[name]
    assert (verdict, said in message, bool(hint)) == ("fail", True, True), message


MAIL = '\n[mail]\nhost = "127.0.0.1"\nsecurity = "none"\nsender = "doi@example.org"\nto = ["it@example.org"]\n'


@pytest.mark.parametrize(
    ("changes", "refuse", "verdict", "said"),
    [
        ("", "", "ok", "127.0.0.1 can be reached; `doideposit doctor --send-test-mail`"),
        ('username = "doi"\npassword = { env = "MAIL_PASSWORD" }\n', "", "ok", "reached as doi, with a password in"),
        ('username = "doi"\npassword = { env = "MAIL_PASSWORD" }\n', "AUTH", "fail", "does not accept the login"),
        ('username = "doi"\npassword = { env = "NONE" }\n', "", "fail", "no password in the environment variable NONE"),
        ('ca_file = "none.pem"\n', "", "fail", "none.pem, which [mail] ca_file names"),
    ],
)
def test_the_way_to_the_mail_server_is_tried(
    folder: Path, socket_enabled: None, changes: str, refuse: str, verdict: str, said: str
) -> None:
    with mail_server() as server:
        server.refuse = refuse
        (folder / "doideposit.toml").write_text(f"{GOOD}{MAIL}port = {server.port}\n{changes}")
        (found,) = [one for one in diagnosed(folder, environ={"MAIL_PASSWORD": "x"}).checks if one.name == "mail"]
    assert (found.verdict.value, said in found.message) == (verdict, True), found.message
    assert server.messages == []


def test_a_test_mail_goes_the_whole_way(desk: Desk, socket_enabled: None) -> None:
    with mail_server() as server:
        desk.write("doideposit.toml", f"{GOOD}{MAIL}port = {server.port}\n")
        done = desk("doctor", "--send-test-mail")
    assert "a test mail is on its way to it@example.org" in done.out
    assert [mail["Subject"] for mail in server.messages] == ["doideposit: test mail (sandbox)"]
    desk.write("doideposit.toml", GOOD)
    assert "no mail is configured" in desk("doctor", "--send-test-mail").out


def test_a_mail_server_that_is_away_and_a_program_that_is_missing(folder: Path, free_port: int) -> None:
    (folder / "doideposit.toml").write_text(f"{GOOD}{MAIL}port = {free_port}\n")
    assert "nothing listens on its port" in faults(diagnosed(folder))["mail"][1]
    text = GOOD + MAIL.replace('host = "127.0.0.1"', 'sendmail = "/nosuch/sendmail"')
    (folder / "doideposit.toml").write_text(text)
    assert "there is no program /nosuch/sendmail" in faults(diagnosed(folder))["mail"][1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folders_that_cannot_be_written(folder: Path) -> None:
    folder.chmod(0o500)
    try:
        found = faults(diagnosed(folder))
    finally:
        folder.chmod(0o700)
    assert {"ledger", "sandbox"} <= set(found)


def test_a_sandbox_state_that_is_something_else(folder: Path) -> None:
    (folder / "doideposit-sandbox.sqlite3").write_text("my letters")
    assert "not the state of a sandbox" in faults(diagnosed(folder))["sandbox"][1]


def test_schemas_that_are_missing_or_damaged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from doideposit.crossref.schemas.store import SchemaStore
    from doideposit.diagnosis.storage import MachineChecks

    source = SchemaStore.default(offline=True).location("5.5.0")
    assert source is not None
    copy = desk.folder / "schemas" / source.name
    for path in source.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    monkeypatch.setenv("DOIDEPOSIT_SCHEMAS", str(copy.parent))
    (copy / "common5.5.0.xsd").write_text("<!-- nothing -->")
    (damaged,) = [
        each
        for each in MachineChecks(None, DiagnosisContext()).schemas(SchemaStore.default(offline=True))
        if each.message
    ]
    assert (damaged.verdict, "common5.5.0.xsd" in damaged.message) == (CheckStatus.FAIL, True)
    assert "schemas install --force 5.5.0" in damaged.hint


def test_a_fault_that_nobody_foresaw_is_a_line_too(folder: Path) -> None:
    def broken(_: Path) -> int:
        raise ValueError("geheim")

    diagnosis = diagnosed(folder, free_bytes=broken)
    verdict, message, _ = faults(diagnosis)["disk"]
    assert (verdict, message) == ("fail", "it could not be checked (ValueError)")
    assert len(diagnosis.checks) > 8


# Online, against a simulated Crossref on this machine.


@pytest.fixture
def crossref(folder: Path) -> Iterator[Sandbox]:
    clock = Clock(datetime.now(UTC))
    with Sandbox(accounts=[Account.role("sadf", "geheim")], clock=clock) as sandbox, running(sandbox) as url:
        target = f'[targets.test]\nurl = "{url}"\nrest_url = "{url}"\nhandle_url = "{url}"\n'
        (folder / "doideposit.toml").write_text(GOOD + LOGIN + target)
        yield sandbox


def online(folder: Path, password: str = "geheim", **doors: Any) -> Diagnosis:
    return diagnosed(folder, target="test", online=True, environ={"CROSSREF_PASSWORD": password}, **doors)


@pytest.mark.network_loopback
def test_online_everything_is_asked_and_nothing_deposited(folder: Path, crossref: Sandbox) -> None:
    diagnosis = online(folder)
    names = {check.name: check for check in diagnosis.checks}
    assert {"network", "clock", "login online", "prefix"} <= set(names)
    assert names["login online"].verdict is CheckStatus.OK
    assert crossref.submissions == ()


@pytest.mark.network_loopback
def test_online_a_wrong_password(folder: Path, crossref: Sandbox) -> None:
    diagnosis = online(folder, "falsch")
    assert faults(diagnosis)["login online"][0] == "fail"
    assert diagnosis.exit_code == 3


@pytest.mark.network_loopback
@pytest.mark.parametrize(
    ("username", "hint"),
    [
        ("sadf", "whether sadf is the role that Crossref gave"),
        ("ana@example.org", "such as ana@example.org/role"),
        ("ana@example.org:sadf", "a slash between user name and role"),
        ("ana@example.org/sadf", "whether that person has the role sadf"),
    ],
)
def test_online_a_refused_login_names_what_to_look_at(
    folder: Path, crossref: Sandbox, username: str, hint: str
) -> None:
    file = folder / "doideposit.toml"
    file.write_text(file.read_text().replace('username = "sadf"', f'username = "{username}"'))
    assert hint in faults(online(folder, "falsch"))["login online"][2]


@pytest.mark.network_loopback
@pytest.mark.parametrize(
    ("fault", "name", "verdict"),
    [
        (("status", "503", "poll"), "login online", "fail"),
        (("status", "403", "poll"), "login online", "fail"),
        (("retry_after", "60", "poll"), "login online", "fail"),
        (("poll_garbage", "html", None), "login online", "warn"),
        (("auth", "401", "poll"), "login online", "fail"),
        (("status", "503", "rest"), "prefix", "fail"),
        (("status", "403", "rest"), "prefix", "fail"),
    ],
)
def test_online_faults_are_lines(
    folder: Path, crossref: Sandbox, fault: tuple[str, str, str | None], name: str, verdict: str
) -> None:
    switch, value, at = fault
    crossref.faults.add(switch, value, times=None, at=at)
    found = faults(online(folder))
    assert found[name][0] == verdict
    assert found[name][2]


@pytest.mark.network_loopback
@pytest.mark.parametrize(("seconds", "verdict"), [(10, None), (-120, "warn"), (3600, "fail")])
def test_online_the_clock(folder: Path, crossref: Sandbox, seconds: float, verdict: str | None) -> None:
    ours = datetime.now(UTC) + timedelta(seconds=seconds)
    assert faults(online(folder, clock=lambda: ours)).get("clock", (None,))[0] == verdict


@pytest.mark.network_loopback
def test_online_nobody_there(folder: Path, free_port: int) -> None:
    target = f'[targets.test]\nurl = "http://127.0.0.1:{free_port}"\n'
    (folder / "doideposit.toml").write_text(GOOD + LOGIN + target)
    verdict, message, hint = faults(online(folder))["network"]
    assert (verdict, "refused" in message) == ("fail", True)
    assert f"doideposit sandbox --port {free_port}" in hint


def test_online_for_the_embedded_sandbox_asks_nobody(desk: Desk) -> None:
    result = desk("doctor", "--online")
    assert result.code == 0
    assert "nothing to ask" in result.out


REPORT = """c258.yaml: 1 registered

Taken in   2026-09-07 08:15 UTC
Settled    2026-09-07 08:15 UTC
Target     sandbox (simulated: nothing was registered for readers)

In order: 1 record
------------------

10.48251/SADF.ISSN.2406-5617.C258  registered
"""


def test_finished_files_and_when_they_are_archived(folder: Path) -> None:
    done = folder / "inbox" / "done"
    done.mkdir(parents=True)
    for name in ("c258.yaml", "mine.txt"):
        (done / name).write_text("")
    (done / "c258.yaml.report.txt").write_text(REPORT)

    def archive(day: datetime) -> tuple[str, ...]:
        found = diagnosed(folder, clock=lambda: day).checks
        return next(((each.verdict.value, each.message, each.hint) for each in found if each.name == "archive"), ())

    early, late = datetime(2026, 9, 8, tzinfo=UTC), datetime(2027, 5, 10, tzinfo=UTC)
    assert archive(late) == ()
    (folder / "doideposit.toml").write_text(GOOD + '\n[inbox]\nkeep_done = "180d"\n')
    verdict, message, _ = archive(early)
    assert verdict == "ok"
    assert message.endswith("1 file without a report of this target stays; 2026-09 goes into an archive on 2027-04-09")
    verdict, message, hint = archive(late)
    assert (verdict, message) == ("warn", "1 old file should be in an archive by now: c258.yaml")
    assert "doideposit status" in hint


# How it looks.


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit_the_terminal_and_stand_below_one_another(folder: Path, width: int) -> None:
    for line in diagnosis_lines(diagnosed(folder, free_bytes=lambda _: 1), width=width):
        text = "".join(span.text for span in line)
        longest_word = max((len(word) for word in text.split()), default=0)
        assert len(text) <= max(width, 22 + 9 + longest_word)


def test_the_exit_status_names_the_configuration_before_the_world() -> None:
    def refused() -> Any:
        raise ConfigurationError("no", hint="do")

    broken = Diagnosis.make(refused, around=DiagnosisContext(free_bytes=lambda _: 0))
    assert broken.exit_code == 2
    world = replace(broken, checks=tuple(check for check in broken.checks if check.name != "configuration"))
    assert world.exit_code == 3
