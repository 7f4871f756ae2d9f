"""Bad input and a failing world: each has its own error with its place, and nothing is lost."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desk import DOI, Desk
from doideposit.cli.boundary import ExitCode, guarded

SIX_MISTAKES = """\
series: sadf-coment
number: 258
titel: Prospects for NATO-Japan relations
published: 2023-02-31
authors:
  - given: Siegfried O.
    family: Wolf
    orcid: 0000-0002-1825-0098
url: www.sadf.eu/comment-258
relations:
  - type: isCousinOf
    identifier: 10.5555/abc
"""


def findings(desk: Desk, text: str, name: str = "bad.yaml") -> list[dict[str, object]]:
    desk.write(name, text)
    result = desk("check", name, "--json")
    assert result.code == 1
    return [finding for record in result.json["records"] for finding in record["findings"]]


def test_six_mistakes_give_six_findings_each_with_its_place(desk: Desk) -> None:
    found = [one for one in findings(desk, SIX_MISTAKES) if one["severity"] == "error"]
    places = {(one["code"], one["line"], one["column"]) for one in found}
    assert ("unknown-series", 1, 9) in places
    assert ("unknown-key", 3, 1) in places
    assert ("date-impossible", 4, 12) in places
    assert ("orcid-check-digit", 8, 30) in places
    assert ("url-shape", 9, 6) in places
    assert ("relation-type-unknown", 11, 11) in places
    assert all(one["file"] == "bad.yaml" and one["hint"] for one in found)


def test_a_language_that_there_is_not_is_found_on_its_own_line(desk: Desk) -> None:
    path = desk.record(language="language: xzz")
    line = path.read_text(encoding="utf-8").splitlines().index("language: xzz") + 1
    found = [one for one in desk("check", path, "--json").json["records"][0]["findings"] if "xzz" in one["message"]]
    assert [(one["code"], one["severity"], one["field"], one["line"], one["column"]) for one in found] == [
        ("language-not-in-schema", "error", "language", line, 11)
    ]


def test_rules_look_at_the_fields_that_are_right_when_others_are_not(desk: Desk) -> None:
    broken = "published: 2023-02-31"
    loud = desk.record(published=broken, title="title: SHOUTING ABOUT NATO AND JAPAN", url="# no landing page")
    found = desk("check", loud, "--json").json["records"][0]["findings"]
    codes = {one["code"] for one in found}
    assert {"date-impossible", "url-missing", "title-all-caps", "orcid-missing"} <= codes
    assert not any("Stand-in" in one["message"] for one in found)


def test_what_was_perhaps_meant(desk: Desk) -> None:
    said = {str(one["code"]): f"{one['message']} {one['hint']}" for one in findings(desk, SIX_MISTAKES)}
    assert "sadf-comment" in said["unknown-series"]
    assert "title" in said["unknown-key"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("doi: 10.48251/SADF.ISSN.2406-5617 .C258", "doi-character"),
        ("doi: 10.48251/SADF.ISSN.2406\u20115617.C258", "doi-character"),
        ("doi: 10.48251/SADF.ISSN.2406-5617.C259", "doi-disagrees"),
        ("doi: 10.48251/SADF.ISSN.2406-5617.C258.", "doi-trailing-dot"),
    ],
)
def test_a_doi_that_is_none(desk: Desk, line: str, code: str) -> None:
    result = desk("check", desk.record(doi=line), "--json")
    assert result.code == 1
    found = result.json["records"][0]["findings"]
    assert [(one["code"], one["line"]) for one in found if one["severity"] == "error"] == [(code, 6)]


def test_a_lone_ampersand_is_just_text_and_a_control_character_is_not(desk: Desk) -> None:
    good = desk.record(title="title: Fish & chips < potatoes")
    assert desk("check", good).code == 0
    assert "Fish &amp; chips &lt; potatoes" in desk("build", good).out
    bad = desk("check", desk.record(title='title: "Prospects\\x0Bfor relations"'), "--json")
    assert [one["code"] for one in bad.json["records"][0]["findings"] if one["severity"] == "error"] == [
        "control-character"
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.yaml", b"", "file-empty"),
        ("spaces.yaml", b"  \n\n", "file-empty"),
        ("binary.yaml", bytes(range(256)) * 4, "file-binary"),
        ("latin.yaml", "title: Müller".encode("latin-1"), "file-encoding"),
        ("broken.yaml", b"a: [1, 2\nb: }", "yaml-syntax"),
        ("broken.json", b'{"a": 1,}', "json-syntax"),
    ],
)
def test_files_that_are_no_records(desk: Desk, name: str, content: bytes, code: str) -> None:
    (desk.folder / name).write_bytes(content)
    result = desk("check", name, "--json")
    assert result.code == 1
    found = result.json["records"][0]["findings"]
    assert [one["code"] for one in found] == [code]
    assert found[0]["hint"]


def test_a_missing_file_and_an_unknown_kind_of_file(desk: Desk) -> None:
    desk.write("notes.docx", "x")
    result = desk("check", "nowhere.yaml", "notes.docx", "--json")
    assert result.code == 1
    assert len(result.json["records"]) == 2


def test_a_huge_file_is_refused_without_being_read(desk: Desk) -> None:
    # A file with a hole: reading it whole would take more memory and time than the test has.
    with (desk.folder / "huge.yaml").open("wb") as stream:
        stream.truncate(200_000_000_000)
    result = desk("check", "huge.yaml", "--json")
    assert result.json["records"][0]["findings"][0]["code"] == "file-too-large"


def test_a_folder_is_checked_whole(desk: Desk) -> None:
    (desk.folder / "records").mkdir()
    desk.record("records/a.yaml")
    desk.record("records/b.yaml", title="title: SHOUTING ABOUT NATO")
    result = desk("check", "records", "--json")
    assert [record["source"] for record in result.json["records"]] == ["records/a.yaml", "records/b.yaml"]
    (desk.folder / "nothing").mkdir()
    assert desk("check", "nothing", "--json").json["ok"] is False


def test_one_record_with_an_error_stops_the_whole_deposit(desk: Desk) -> None:
    desk.record("good.yaml")
    desk.write("bad.yaml", SIX_MISTAKES)
    result = desk("deposit", "good.yaml", "bad.yaml", "--json")
    assert result.code == 1
    assert desk("status", "--json").json["records"] == []


def test_configuration_faults_come_all_at_once_with_their_lines(desk: Desk) -> None:
    text = (desk.folder / "doideposit.toml").read_text()
    text = text.replace("2406-5617", "2406-5618", 1).replace('target = "sandbox"', 'taget = "sandbox"')
    desk.write("doideposit.toml", text)
    result = desk("check", desk.record(), "--json")
    assert result.code == 2
    codes = {finding["code"]: finding["line"] for finding in result.json["findings"]}
    lines = text.splitlines()
    assert "taget" in lines[codes["unknown-key"] - 1]
    assert "2406-5618" in lines[codes["issn-check-digit"] - 1]


def test_without_a_configuration_the_next_command_is_named(desk: Desk) -> None:
    (desk.folder / "doideposit.toml").unlink()
    result = desk("check", desk.record())
    assert result.code == 2
    assert "doideposit init" in result.err


def test_production_is_asked_for_and_never_a_default(desk: Desk) -> None:
    unseen = ("--unseen", "this machine has no network")
    blind = desk("deposit", desk.record(), "--target", "production", "--yes")
    assert (blind.code, "whether it is registered is unknown" in blind.out) == (1, True)
    result = desk("deposit", desk.record(), "--target", "production", *unseen)
    assert result.code == 2
    assert "--yes" in result.err
    missing = desk("deposit", desk.record(), "--target", "production", "--yes", *unseen)
    assert missing.code == 2
    assert "credentials.production" in missing.err


def test_a_schema_file_with_a_wrong_hash_is_named_and_not_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = desk("schemas", "list", "--json").json["schemas"]
    source = Path(next(one["location"] for one in listed if one["version"] == "5.5.0"))
    copy = desk.folder / "schemas" / source.name
    copy.mkdir(parents=True)
    for path in source.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    monkeypatch.setenv("DOIDEPOSIT_SCHEMAS", str(copy.parent))
    assert desk("schemas", "verify").code == 0
    damaged = copy / "common5.5.0.xsd"
    damaged.write_bytes(damaged.read_bytes() + b" ")
    assert desk("schemas", "verify").code == 3
    result = desk("check", desk.record(), "--json")
    assert result.code == 3
    assert result.json["error"]["code"] == "schema-damaged"
    assert "common5.5.0.xsd" in result.json["error"]["message"]


needs_permissions = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def test_a_ledger_that_cannot_be_written(desk: Desk) -> None:
    text = (desk.folder / "doideposit.toml").read_text()
    desk.write("doideposit.toml", text.replace("sqlite:///doideposit.sqlite3", "sqlite:///c258.yaml/ledger.sqlite3"))
    result = desk("deposit", desk.record(), "--json")
    assert result.code == 3
    assert result.json["error"]["code"] == "ledger-unavailable"
    assert "c258.yaml" in result.json["error"]["message"]


@needs_permissions
def test_a_read_only_folder_for_the_ledger(desk: Desk) -> None:
    desk.folder.chmod(0o500)
    try:
        result = desk("deposit", desk.folder / "c258.yaml", "--json")
    finally:
        desk.folder.chmod(0o700)
    assert result.json["error"]["code"] == "ledger-unavailable"


def test_a_full_disk_for_the_ledger(desk: Desk) -> None:
    text = (desk.folder / "doideposit.toml").read_text()
    desk.write("doideposit.toml", text.replace("sqlite:///doideposit.sqlite3", "sqlite:////dev/full"))
    result = desk("deposit", desk.record(), "--json")
    assert result.code == 3
    assert result.json["error"]["code"].startswith("ledger")


def test_a_ledger_of_a_newer_version_is_left_as_it_is(desk: Desk) -> None:
    desk("deposit", desk.record())
    path = desk.folder / "doideposit.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("update alembic_version set version_num = 'ffff'")
    connection.close()
    before = path.read_bytes()
    result = desk("status", "--json")
    assert result.code == 3
    assert result.json["error"]["code"] == "ledger-too-new"
    assert path.read_bytes() == before


def serve(desk: Desk, port: int, *options: str) -> subprocess.Popen[str]:
    arguments = ["sandbox", "--port", str(port), "--state", str(desk.folder / "crossref.sqlite3"), *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "doideposit", *arguments], stderr=subprocess.PIPE, text=True, cwd=desk.folder
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    while line and "listens on" not in line:
        line = process.stderr.readline()
    return process


def point_at(desk: Desk, port: int, target: str = "test") -> None:
    (desk.folder / "password").write_text("sandbox")
    (desk.folder / "password").chmod(0o600)
    login = f'\n[credentials.{target}]\nusername = "sandbox"\npassword = {{ file = "password" }}\n'
    address = f'[targets.{target}]\nurl = "http://127.0.0.1:{port}"\n'
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text() + login + address)


@pytest.mark.network_loopback
@pytest.mark.slow
def test_the_sandbox_killed_between_upload_and_poll(desk: Desk, free_port: int) -> None:
    point_at(desk, free_port)
    server = serve(desk, free_port, "--fast")
    assert desk("deposit", desk.record(), "--target", "test").code == 0
    server.send_signal(signal.SIGKILL)
    server.wait()
    away = desk("poll", "--all", "--target", "test", "--json")
    assert away.code == 3
    assert desk("status", DOI, "--target", "test", "--json").json["records"][0]["state"] == "queued"
    server = serve(desk, free_port, "--fast")
    try:
        back = desk("poll", "--all", "--target", "test", "--json")
        assert back.code == 0
        assert desk("status", DOI, "--target", "test", "--json").json["records"][0]["registered"] is True
    finally:
        server.terminate()
        server.wait()


@pytest.mark.network_loopback
@pytest.mark.slow
def test_what_is_registered_for_real_comes_with_its_citation_and_tags(desk: Desk, free_port: int) -> None:
    point_at(desk, free_port, "production")
    server = serve(desk, free_port, "--fast")
    try:
        real = ("--target", "production", "--yes", "--wait", 5)
        told = desk("deposit", desk.record(), *real)
        assert told.code == 0
        assert f"https://doi.org/{DOI}  registered\n" in told.out
        citation = "Wolf, S. O. (2023). Prospects for NATO-Japan relations. SADF Comment 258. https://doi.org/"
        assert citation in told.out
        assert '<meta name="citation_title" content="Prospects for NATO-Japan relations">' in told.out
        assert told.out.index("registered\n") < told.out.index(citation)
        # Of several the receipt names the command, and it can be given as it is.
        text = desk.record().read_text().replace(f'doi: "{DOI}"\n', "").replace(f"doi: {DOI}\n", "")
        records = [
            desk.write(
                f"c{number}.yaml", text.replace("258", str(number)).replace("\ntitle: ", f"\ntitle: On {number} ")
            )
            for number in (259, 260)
        ]
        told = desk("deposit", *records, *real)
        assert told.code == 0, told
        (command,) = re.findall(r"`doideposit (tags .*)`", told.out)
        assert desk(*command.split()).out.count("Citation\n") == 2
    finally:
        server.terminate()
        server.wait()


@pytest.mark.network_loopback
@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.3, 0.7, 1.0, 1.4, 2.0, 3.0])
def test_ctrl_c_at_any_moment_loses_nothing(desk: Desk, delay: float) -> None:
    record = desk.record()
    command = [sys.executable, "-m", "doideposit", "deposit", str(record), "--wait", "30", "--json"]
    process = subprocess.Popen(command, cwd=desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode in {0, 130, -signal.SIGINT}
    # Before the first line of the package runs, Ctrl-C is Python's affair.
    assert "Traceback" not in err or "/doideposit/cli/" not in err
    done = desk("deposit", record, "--wait", 120, "--json")
    assert done.code == 0
    assert done.json["records"][0]["registered"] is True


class _Meddler:
    """Python wraps what is raised here, whatever it is, in a RuntimeError."""

    def __set_name__(self, _owner: type, _name: str) -> None:
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_is_an_interruption_however_it_was_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    """It can come while a class or a model is made, and then comes out as another exception."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert guarded(lambda: type("Made", (), {"part": _Meddler()})) == ExitCode.INTERRUPTED
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert guarded(lambda: 1 / 0) == ExitCode.WORLD
    finally:
        signal.signal(signal.SIGINT, before)
    assert "interrupted" in capsys.readouterr().err


def test_unknown_commands_and_codes_get_a_suggestion(desk: Desk) -> None:
    assert "deposit" in desk("depsit").err
    assert desk("explain", "orcid-chek-digit").code == 2
    assert "orcid-check-digit" in desk("explain", "orcid-chek-digit").err
    assert desk("status", "not-a-doi").code == 2


def test_a_missing_login_is_told_before_anything_is_written_down(desk: Desk) -> None:
    text = (desk.folder / "doideposit.toml").read_text().replace("info@sadf.eu", "doi@sadf.eu")
    desk.write("doideposit.toml", text)
    refused = desk("deposit", desk.record(), "--target", "test", "--json")
    assert refused.code == 2
    assert "credentials.test" in refused.json["error"]["hint"]
    assert desk("status", "--target", "test", "--json").json["records"] == []
