"""`doideposit run` as administrators start it."""

import json
import logging
import os
import signal
import stat
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from desk import DOI, FAST, Desk
from doideposit.cli.boundary import guarded
from doideposit.job.inbox.lock import FileLock
from doideposit.wiring import system_clock
from inboxes import OLD
from smtp_server import mail_server


def drop(desk: Desk, name: str, **changes: str) -> Path:
    inbox = desk.folder / "inbox"
    inbox.mkdir(exist_ok=True)
    path = desk.record(f"inbox/{name}", **changes)
    os.utime(path, (OLD, OLD))
    return path


def make_due(desk: Desk) -> None:
    """Ask now what became of everything, as if time had gone by."""
    assert desk("poll", "--all").code == 0


def test_a_pass_says_in_one_line_what_it_did(desk: Desk) -> None:
    drop(desk, "c258.yaml")
    drop(desk, "bad.yaml", published="published: 2023-13-01", number="number: 259", url="url: https://www.sadf.eu/259/")
    first = desk("run")
    assert first.code == 1
    assert first.out.startswith("sandbox: 2 files taken in, 1 rejected, 1 on the way; 0 DOIs registered, 1 outstanding")
    assert first.out.count("\n") == 1
    assert first.err == "warning: bad.yaml: 1 rejected\n"
    make_due(desk)
    second = desk("run", "--json")
    assert (second.code, second.err) == (0, "")
    assert second.json["files"][0]["path"] == str(desk.folder / "inbox" / "done" / "c258.yaml")
    assert second.json["standing"]["registered"] == 1
    assert DOI in (desk.folder / "inbox" / "done" / "c258.yaml.report.txt").read_text()


def test_a_quiet_pass_speaks_only_when_something_is_wrong(desk: Desk) -> None:
    drop(desk, "c258.yaml")
    done = desk("run", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    drop(desk, "bad.yaml", published="published: 2023-13-01", number="number: 259", url="url: https://www.sadf.eu/259/")
    done = desk("run", "--quiet", "--rejected-ok")
    assert done.code == 0, "a job runner that restarts what fails would never stop"
    assert "1 rejected" in done.out


def test_a_job_that_fails_is_named_by_status_and_doctor_until_a_pass_ends_well(desk: Desk) -> None:
    good = (desk.folder / "doideposit.toml").read_text()
    desk.write("doideposit.toml", good + '\n[monitoring]\nheartbeat_file = "gone/beat"\n')
    assert desk("run").code == 3
    assert "! the scheduled job fails: no run has succeeded yet" in desk("status").out
    assert desk("status", "--json").json["job"] == "fails"
    (told,) = [one for one in desk("doctor", "--json").json["checks"] if one["name"] == "job"]
    assert told["verdict"] == "warn"
    assert "gone/beat cannot be written: No such file or directory" in told["message"]
    assert "`doideposit run`" in told["hint"]
    (desk.folder / "gone").mkdir()
    assert desk("run").code == 0
    assert "job fails" not in desk("status").out
    assert desk("status", "--json").json["job"] == "works"
    assert desk("doctor").code == 0


def test_an_inbox_of_ones_own_and_json_logs(desk: Desk) -> None:
    other = desk.folder / "elsewhere"
    other.mkdir()
    os.utime(desk.record("elsewhere/c258.yaml"), (OLD, OLD))
    done = desk("run", "--inbox", other, "--json-logs", "--heartbeat", desk.folder / "beat")
    assert done.code == 0
    lines = [json.loads(line) for line in done.err.splitlines()]
    assert {"time", "level", "logger", "message"} <= set(lines[0])
    assert any(line.get("deposit_file") for line in lines)
    assert not (desk.folder / "inbox").exists()
    assert (desk.folder / "beat").read_text().endswith(" 0\n")


def test_a_second_start_ends_with_a_word(desk: Desk) -> None:
    desk("run")
    with FileLock(desk.folder / "inbox" / ".doideposit" / "lock", system_clock()):
        done = desk("run")
    assert (done.code, "another run is active" in done.out) == (0, True)


def test_a_drive_that_is_away_is_trouble(desk: Desk) -> None:
    done = desk("run", "--inbox", desk.folder / "mnt" / "inbox", "--json")
    assert (done.code, done.json["error"]["code"]) == (3, "disk")


@pytest.mark.parametrize(
    "arguments", [("--every", "often"), ("--every", "0s"), ("--ping", "ftp://x.org"), ("--ping", "https://u:p@x.org/")]
)
def test_options_that_cannot_be(desk: Desk, arguments: tuple[str, ...]) -> None:
    done = desk("run", *arguments)
    assert (done.code, "u:p@" in done.err) == (2, False)


def test_mail_and_ping_go_out_and_show_no_secret(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="doideposit.crossref.http")
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404 if "gone" in self.path else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    monkeypatch.setenv("MAIL_PASSWORD", "hunter2")
    drop(desk, "bad.yaml", published="published: 2023-13-01")
    with HTTPServer(("127.0.0.1", 0), Handler) as web, mail_server() as letters:
        threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        address = f"http://127.0.0.1:{web.server_address[1]}"
        text = (desk.folder / "doideposit.toml").read_text()
        mail = f'\n[mail]\nhost = "127.0.0.1"\nport = {letters.port}\nsecurity = "none"\nsender = "doi@example.org"\n'
        mail += 'to = ["it@example.org"]\nusername = "doi"\npassword = { env = "MAIL_PASSWORD" }\n'
        desk.write("doideposit.toml", text + mail)
        done = desk("run", "--ping", f"{address}/s3cret-id")
        gone = desk("run", "--ping", f"{address}/gone-s3cret-id", "--json-logs")
        web.shutdown()
    assert (done.code, gone.code) == (1, 0)
    assert asked == ["/s3cret-id", "/gone-s3cret-id"]
    assert letters.logins[0] == ("doi", "hunter2")
    assert [mail["Subject"].split(" (")[0] for mail in letters.messages] == [
        "doideposit: 1 rejected file",
        "doideposit: 0 DOIs registered this week",
    ]
    everything = done.out + done.err + gone.out + gone.err + "".join(mail.as_string() for mail in letters.messages)
    assert "answered with status 404" in gone.err
    assert "hunter2" not in everything
    assert "s3cret" not in everything


def test_a_mail_password_that_is_missing_is_a_matter_of_configuration(desk: Desk) -> None:
    text = (desk.folder / "doideposit.toml").read_text()
    mail = '\n[mail]\nhost = "127.0.0.1"\nsender = "doi@example.org"\nto = ["it@example.org"]\nusername = "doi"\n'
    desk.write("doideposit.toml", text + mail + 'password = { env = "NO_SUCH_VARIABLE" }\n')
    drop(desk, "bad.yaml", published="published: 2023-13-01")
    done = desk("run")
    assert done.code == 2
    assert "NO_SUCH_VARIABLE" in done.err


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_every_keeps_going_until_it_is_asked_to_stop(tmp_path: Path, number: int, code: int) -> None:
    command = [sys.executable, "-m", "doideposit"]
    subprocess.run([*command, "init", "--preset", "sadf-comment"], cwd=tmp_path, check=True, capture_output=True)
    with (tmp_path / "doideposit.toml").open("a", encoding="utf-8") as stream:
        stream.write(FAST)
    running = subprocess.Popen(
        [*command, "run", "--every", "1s", "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    lines = [json.loads(running.stdout.readline()) for _ in range(2)]
    running.send_signal(number)
    out, err = running.communicate(timeout=90)
    assert running.returncode == code, err
    assert [line["exit_code"] for line in lines] == [0, 0]
    assert all(json.loads(line) for line in out.splitlines())


def broken() -> None:
    raise KeyError("what nobody foresaw, with a secret in it")


def test_what_nobody_foresaw_never_ends_with_the_status_that_a_schedule_takes_for_good(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert guarded(broken) == 3
    said = capsys.readouterr().err
    assert "an unexpected error happened (KeyError)" in said
    assert "report it" in said
    assert "secret" not in said
    assert "Traceback" not in said
    assert guarded(broken, debug=True) == 3
    assert "Traceback" in capsys.readouterr().err


def test_json_says_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(broken, as_json=True) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "unforeseen"


@pytest.mark.parametrize(("open_to", "mode"), [("owner", 0o600), ("group", 0o640)])
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_who_may_read_the_files_for_monitoring_is_configured(desk: Desk, open_to: str, mode: int, umask: int) -> None:
    files = 'status_file = "status.json"\nprometheus_file = "d.prom"\nheartbeat_file = "beat"\n'
    text = (desk.folder / "doideposit.toml").read_text()
    desk.write("doideposit.toml", f'{text}\n[monitoring]\n{files}open_to = "{open_to}"\n')
    before = os.umask(umask)
    try:
        assert desk("run").code == 0
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE((desk.folder / name).stat().st_mode) for name in ("status.json", "d.prom", "beat")}
    assert set(modes.values()) == {mode}
    assert desk("run", "--inbox", "another").code == 0
    assert desk("build", desk.record(), "-o", "out.xml").code == 0
    assert stat.S_IMODE((desk.folder / "out.xml").stat().st_mode) == 0o600
    assert desk("build", "c258.yaml", "-o", "/dev/null").code == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def mail_settings(port: int) -> str:
    return (
        f'\n[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "doi@example.org"\n'
        'to = ["it@example.org"]\n'
    )


def test_a_drive_that_is_away_is_mailed_once_a_day(desk: Desk) -> None:
    """The state of the job lies on that drive: without a memory elsewhere it would be told with every pass."""
    with mail_server() as letters:
        desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text() + mail_settings(letters.port))
        away = desk.folder / "mnt" / "inbox"
        for _ in range(3):
            assert desk("run", "--inbox", away).code == 3
        (mail,) = letters.messages
        assert mail["Subject"] == "doideposit: it could not do its work (sandbox)"
        assert f"there is no folder {away.parent} for the inbox" in mail.get_content()
        assert "check that the drive is connected" in mail.get_content()
        memory = desk.folder / ".doideposit" / "state.json"
        state = json.loads(memory.read_text())
        memory.write_text(json.dumps(state | {"told": {"trouble:disk": "2026-01-01T00:00:00+00:00"}}))
        assert desk("run", "--inbox", away).code == 3
        assert len(letters.messages) == 2
        # The same where the job's own files cannot be used.
        memory.unlink()
        (desk.folder / "inbox" / ".doideposit" / "lock").mkdir(parents=True)
        assert [desk("run").code for _ in range(2)] == [3, 3]
    assert len(letters.messages) == 3
    assert "lock cannot be opened" in letters.messages[-1].get_content()


def test_a_mail_that_cannot_go_while_the_drive_is_away_hides_nothing(desk: Desk) -> None:
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text() + mail_settings(9))
    done = desk("run", "--inbox", desk.folder / "mnt" / "inbox")
    assert done.code == 3
    assert "there is no folder" in done.err
    assert "mail could not be sent" in done.err


def test_an_error_is_shown_once(desk: Desk) -> None:
    desk.write(
        "doideposit.toml",
        (desk.folder / "doideposit.toml").read_text() + '\n[monitoring]\nheartbeat_file = "gone/beat"\n',
    )
    done = desk("run")
    assert (done.out + done.err).count("gone/beat cannot be written") == 1
    assert done.out == "sandbox: no new files; 0 DOIs registered, 0 outstanding; 1 error\n"
    # Programs read the words in the document.
    assert "gone/beat cannot be written" in desk("run", "--json").json["summary"]
