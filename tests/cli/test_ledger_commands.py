"""`ledger`, `config` and `support-bundle`: copies, checks, settings with their origins, and the archive for support."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk import DOI, FAST, Desk
from doideposit.cli.init import PRESETS
from doideposit.job.inbox.folders import Folders
from doideposit.job.inbox.lock import FileLock

GOOD = PRESETS["sadf-comment"].configuration_text() + FAST


@pytest.fixture
def filled(desk: Desk) -> Desk:
    desk("deposit", desk.record(), "--wait", 20)
    return desk


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def permissive_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


# ledger


@pytest.mark.parametrize(
    "arguments", [("backup", "copy.sqlite3"), ("check",), ("export",), ("export", "-o", "copy.jsonl")]
)
def test_without_a_ledger_none_is_made(desk: Desk, arguments: tuple[str, ...]) -> None:
    result = desk("ledger", *arguments)
    assert result.code == 2
    assert "no ledger yet" in result.err
    assert not list(desk.folder.glob("*.sqlite3"))


def test_a_backup_is_a_copy_for_its_owner_alone(filled: Desk) -> None:
    told = filled("ledger", "backup", "copy.sqlite3", "--json").json
    assert told["ok"] is True
    assert told["bytes"] == (filled.folder / "copy.sqlite3").stat().st_size
    assert mode(filled.folder / "copy.sqlite3") == 0o600
    again = filled("ledger", "backup", "copy.sqlite3")
    assert again.code == 2
    assert "exists already" in again.err
    assert filled("status", DOI, "--json").json["records"][0]["registered"] is True
    assert filled("deposit", "c258.yaml", "--json").json["records"][0]["action"] == "unchanged"


def test_an_export_makes_the_same_ledger_elsewhere(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = filled("ledger", "export", "-o", "copy.jsonl", "--json").json
    lines = (filled.folder / "copy.jsonl").read_text().splitlines()
    assert told["rows"] == len(lines) - 1
    assert mode(filled.folder / "copy.jsonl") == 0o600
    assert filled("ledger", "export").out.splitlines() == lines
    assert all(isinstance(json.loads(line), dict) for line in lines)
    monkeypatch.setenv("DOIDEPOSIT_LEDGER__URL", "sqlite:///new.sqlite3")
    taken = filled("ledger", "import", "copy.jsonl", "--json").json
    assert taken["rows"] == told["rows"]
    assert filled("ledger", "export").out.splitlines() == lines
    assert filled("status", DOI, "--json").json["records"][0]["registered"] is True


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not an export"),
        (b'{"format": "something"}\n', "not an export"),
        (b"\xff\xfe\n", "not UTF-8"),
        (b'{"format": "doideposit-ledger", "revision": "9999"}\n', "not an export"),
    ],
)
def test_what_is_no_export_is_not_taken(desk: Desk, content: bytes, said: str) -> None:
    (desk.folder / "odd.jsonl").write_bytes(content)
    result = desk("ledger", "import", "odd.jsonl")
    assert result.code == 2
    assert said in result.err
    assert desk("ledger", "import", "none.jsonl").code == 3


def test_a_full_ledger_takes_no_import(filled: Desk) -> None:
    filled("ledger", "export", "-o", "copy.jsonl")
    result = filled("ledger", "import", "copy.jsonl", "--json")
    assert result.code == 2
    assert "not empty" in result.json["error"]["message"]


def test_an_export_to_standard_output_and_json_exclude_each_other(filled: Desk) -> None:
    assert filled("ledger", "export", "--json").code == 2


def test_contradictions_are_listed(filled: Desk) -> None:
    import sqlite3
    from contextlib import closing

    assert filled("ledger", "check").code == 0
    with closing(sqlite3.connect(filled.folder / "doideposit.sqlite3")) as connection, connection:
        connection.execute("update content set xml = x'00'")
    result = filled("ledger", "check", "--json")
    assert result.code == 3
    assert [finding["code"] for finding in result.json["findings"]] == ["ledger-bytes"]
    assert "restore a backup" in filled("ledger", "check").out


def test_everything_written_is_for_its_owner_alone(desk: Desk, permissive_umask: object) -> None:
    desk("deposit", desk.record(), "--wait", 20)
    desk("ledger", "backup", "copy.sqlite3")
    desk("ledger", "export", "-o", "copy.jsonl")
    desk("support-bundle", "-o", "bundle.zip")
    written = {path.name: mode(path) for path in desk.folder.iterdir() if path.suffix in {".zip", ".jsonl"}}
    written |= {path.name: mode(path) for path in desk.folder.glob("*.sqlite3*")}
    assert len(written) >= 5
    assert set(written.values()) == {0o600}, written


# config


def shown(desk: Desk, *options: str) -> dict[str, tuple[object, str]]:
    document = desk("config", "show", "--json", *options).json
    return {value["name"]: (value["value"], value["origin"]) for value in document["values"]}


def test_every_value_has_its_origin(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOIDEPOSIT_LIMITS__WORKERS", "3")
    values = shown(desk, "--target", "test")
    lines = (desk.folder / "doideposit.toml").read_text().splitlines()
    assert values["target"] == ("test", "flag")
    assert values["limits.workers"] == (3, "environment DOIDEPOSIT_LIMITS__WORKERS")
    assert values["limits.pending"][1] == "default"
    issn, origin = values["series.sadf-comment.issn"]
    assert issn == "2406-5617"
    assert "2406-5617" in lines[int(origin.removeprefix("file doideposit.toml:")) - 1]


def test_every_setting_of_a_full_configuration_is_shown(desk: Desk) -> None:
    desk.write(
        "doideposit.toml",
        GOOD
        + '\n[credentials.test]\nusername = "me@example.org/sadf"\npassword = { env = "CROSSREF_PASSWORD" }\n'
        + '[[rules.ignore]]\ncode = "orcid-missing"\nreason = "none known"\n[rules.severity]\nror-missing = "info"\n'
        + '[api.tokens]\nwordpress = { file = "token" }\n[monitoring]\nping_url = "https://ping.example.org/geheim"\n',
    )
    values = shown(desk)
    assert values["credentials.test.password.env"][0] == "CROSSREF_PASSWORD"
    assert values["rules.ignore[0].reason"][0] == "none known"
    assert values["rules.severity.ror-missing"][0] == "info"
    assert str(values["api.tokens.wordpress.file"][0]).endswith("/token")
    assert values["monitoring.ping_url"][0] == "https://ping.example.org/…"
    assert {
        origin.split(":")[0]
        for name, (_, origin) in values.items()
        if name.startswith(("rules", "api.tokens.wordpress.file"))
    } == {"file doideposit.toml"}


def test_a_password_in_the_environment_is_shown_by_its_variable_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOIDEPOSIT_LEDGER__PASSWORD", "geheim-4711")
    result = desk("config", "show", "--origin")
    assert 'ledger.password.env = "DOIDEPOSIT_LEDGER__PASSWORD"' in result.out
    assert "geheim" not in result.out


def test_without_a_file_the_defaults_are_shown(desk: Desk) -> None:
    (desk.folder / "doideposit.toml").unlink()
    result = desk("config", "show")
    assert result.code == 0
    assert 'target = "sandbox"' in result.out


# support-bundle


def contents(path: Path) -> dict[str, bytes]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(path) as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["bundle.zip", "bundle.tar.gz", "bundle.tgz"])
def test_the_archive_holds_what_it_lists(filled: Desk, name: str) -> None:
    document = filled("support-bundle", "-o", name, "--json").json
    found = contents(filled.folder / name)
    assert {each["name"]: each["bytes"] for each in document["members"]} == {
        name: len(content) for name, content in found.items()
    }
    assert {"versions.txt", "doctor.json", "configuration.json", "statuses.jsonl", "events.jsonl"} <= set(found)
    assert any(name.startswith("logs/") and b"doi_batch_diagnostic" in content for name, content in found.items())
    assert json.loads(found["doctor.json"])["ok"] is True
    assert DOI in found["statuses.jsonl"].decode()


def test_addresses_and_logins_are_shortened(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    login = '\n[credentials.test]\nusername = "jane@example.org/south"\npassword = { env = "CROSSREF_PASSWORD" }\n'
    role = '[credentials.production]\nusername = "southasia"\npassword = { env = "CROSSREF_PASSWORD" }\n'
    filled.write("doideposit.toml", GOOD + login + role)
    monkeypatch.setenv("CROSSREF_PASSWORD", "Prospects")
    filled("support-bundle", "-o", "bundle.zip")
    everything = b"\n".join(contents(filled.folder / "bundle.zip").values())
    assert b"info@sadf.eu" not in everything
    assert b"jane@" not in everything
    assert b"southasia" not in everything
    assert "j•••@example.org/south".encode() in everything
    # The password happens to be a word of the title: it is taken out all the same.
    assert b"Prospects" not in everything
    assert b"[redacted]" in everything


def test_nothing_is_written_when_only_listed_or_in_the_way(filled: Desk) -> None:
    assert filled("support-bundle", "--list").code == 0
    assert not list(filled.folder.glob("doideposit-support*"))
    filled.write("bundle.zip", "mine")
    assert filled("support-bundle", "-o", "bundle.zip").code == 2
    assert (filled.folder / "bundle.zip").read_text() == "mine"
    assert filled("support-bundle", "-o", "bundle.rar").code == 2
    assert filled("support-bundle", "-o", "nowhere/bundle.zip").code == 3


@pytest.mark.parametrize("text", ['target = "sandbox', GOOD.replace("2406-5617", "2406-5618", 1), None])
def test_a_broken_set_up_can_be_packed_too(filled: Desk, text: str | None) -> None:
    if text is None:
        (filled.folder / "doideposit.toml").unlink()
    else:
        filled.write("doideposit.toml", text)
    assert filled("support-bundle", "-o", "bundle.zip").code == 0
    found = contents(filled.folder / "bundle.zip")
    assert json.loads(found["doctor.json"])["ok"] is False
    assert "missing.txt" in found


def run_that_dies(folder: Path, statement: str) -> None:
    """Write to the ledger in another process, and let it die with what it wrote still beside the file."""
    code = (
        "import os, sqlite3; connection = sqlite3.connect('doideposit.sqlite3'); "
        f"connection.execute({statement!r}); connection.commit(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=False, timeout=30)


def test_a_folder_keeps_the_newest_backups_and_nothing_else_is_touched(filled: Desk) -> None:
    folder = filled.folder / "backups"
    folder.mkdir()
    old = [folder / f"doideposit-2026010{day}T000000Z.sqlite3" for day in range(1, 5)]
    other = [
        folder / name for name in ("doideposit-2026.sqlite3", "letter.txt", "doideposit-20260101T000000Z.sqlite3.gpg")
    ]
    for path in (*old, *other):
        path.write_text("x")
    told = filled("ledger", "backup", folder, "--keep", "3", "--json").json
    assert told["removed"] == [str(path) for path in old[:2]]
    assert sorted(folder.iterdir()) == sorted([*old[2:], *other, Path(told["backup"])])
    assert filled("ledger", "restore", told["backup"]).code == 0


def test_a_name_that_lies_about_the_format_is_refused(filled: Desk) -> None:
    done = filled("ledger", "backup", "copy.jsonl")
    assert done.code == 2
    assert "name it copy.sqlite3" in done.err
    assert not (filled.folder / "copy.jsonl").exists()
    assert filled("ledger", "backup", "nowhere", "--keep", "3").code == 2


def test_a_restore_after_a_crash_is_what_the_backup_was(filled: Desk) -> None:
    """The write-ahead log of the process that died must not be replayed into the restored ledger."""
    filled("ledger", "backup", "copy.sqlite3")
    run_that_dies(filled.folder, "UPDATE work SET title = 'changed after the backup'")
    assert (filled.folder / "doideposit.sqlite3-wal").exists()
    told = filled("ledger", "restore", "copy.sqlite3", "--json").json
    assert (told["ok"], told["dois"]) == (True, 1)
    assert filled("ledger", "check").code == 0
    assert filled("status", DOI, "--json").json["records"][0]["title"].startswith("Prospects")
    assert filled("deposit", "c258.yaml", "--json").json["records"][0]["action"] == "unchanged"
    assert mode(filled.folder / "doideposit.sqlite3") == 0o600
    with closing(sqlite3.connect(told["kept"])) as kept:
        assert kept.execute("SELECT title FROM work").fetchone()[0] == "changed after the backup"
    assert (filled.folder / "copy.sqlite3").exists()


def test_a_damaged_ledger_is_replaced_and_a_missing_one_too(filled: Desk) -> None:
    filled("ledger", "backup", "copy.sqlite3")
    ledger = filled.folder / "doideposit.sqlite3"
    ledger.write_bytes(b"no database any more" * 500)
    assert filled("status").code == 3
    assert "before-restore" in filled("ledger", "restore", "copy.sqlite3").out
    assert filled("status", DOI, "--json").json["records"][0]["registered"] is True
    ledger.unlink()
    assert filled("ledger", "restore", "copy.sqlite3").code == 0
    assert filled("ledger", "check").code == 0


@pytest.mark.parametrize("damage", ["cut", "text", "foreign", "contradiction", "export", "missing", "itself"])
def test_what_is_no_good_backup_changes_nothing(filled: Desk, damage: str) -> None:
    filled("ledger", "backup", "copy.sqlite3")
    copy = filled.folder / "copy.sqlite3"
    match damage:
        case "cut":
            copy.write_bytes(copy.read_bytes()[:9_000])
        case "text":
            copy.write_text("my notes", encoding="utf-8")
        case "foreign":
            copy.unlink()
            with closing(sqlite3.connect(copy)) as other:
                other.execute("CREATE TABLE recipes (name text)")
        case "contradiction":
            with closing(sqlite3.connect(copy)) as other:
                other.execute("UPDATE submission SET sha256 = 'no'")
                other.commit()
        case "export":
            copy.unlink()
            filled("ledger", "export", "-o", "copy.sqlite3")
        case "missing":
            copy.unlink()
        case "itself":
            copy = filled.folder / "doideposit.sqlite3"
    before = (filled.folder / "doideposit.sqlite3").read_bytes()
    result = filled("ledger", "restore", copy)
    assert result.code in {2, 3}
    assert copy.name in result.err
    assert (filled.folder / "doideposit.sqlite3").read_bytes() == before
    assert not [path for path in filled.folder.iterdir() if "restore" in path.name]
    assert filled("status", DOI, "--json").json["records"][0]["registered"] is True


def test_a_ledger_in_use_is_not_replaced(filled: Desk) -> None:
    filled("ledger", "backup", "copy.sqlite3")
    with closing(sqlite3.connect(filled.folder / "doideposit.sqlite3")) as other:
        other.execute("SELECT count(*) FROM work").fetchone()
        other.execute("BEGIN IMMEDIATE")
        result = filled("ledger", "restore", "copy.sqlite3")
    assert (result.code, "another program has the ledger" in result.err) == (3, True)
    folders = Folders(filled.folder / "inbox")
    folders.make()
    with FileLock(folders.job / "lock", datetime.now(UTC)):
        result = filled("ledger", "restore", "copy.sqlite3")
    assert (result.code, "the scheduled job is running" in result.err) == (3, True)


def test_a_new_ledger_is_announced_and_its_folder_is_never_made(desk: Desk) -> None:
    assert "starting a new ledger in" not in desk("deposit", desk.record(), "--wait", 20).err
    assert "starting a new ledger in" not in desk("deposit", "c258.yaml").err
    (desk.folder / "doideposit.sqlite3").unlink()
    (desk.folder / "doideposit.sqlite3").touch()
    assert "starting a new ledger in" in desk("status").err
    away = desk.folder / "volume" / "deeper"
    desk.write("doideposit.toml", GOOD.replace("sqlite:///doideposit.sqlite3", f"sqlite:///{away}/x.sqlite3"))
    result = desk("status")
    assert (result.code, "there is no folder" in result.err) == (3, True)
    assert not away.parent.exists()
