"""Mails: when they are due, how they read, and how they travel."""

import shutil
import socket
import ssl
import subprocess
import traceback
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from doideposit.config.schema import MailSection
from doideposit.errors import WorldError
from doideposit.job.mail_server import MailServer
from doideposit.job.notices import MailWriter, Notice, NoticeKind
from smtp_server import mail_server

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)  # a Wednesday
PASSWORD = SecretStr("hunter2")


def settings(**changes: object) -> MailSection:
    data = {"host": "localhost", "sender": "doi@example.org", "to": ["it@example.org"], "security": "none"}
    return MailSection.model_validate(data | changes)


def notice(key: str = "a", kind: NoticeKind = "rejected file", title: str = "c.yaml: 1 rejected") -> Notice:
    return Notice(key, kind, title, ("why",), "do something")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, ["a", "b"]),
        ({"a": NOW - timedelta(hours=23)}, ["b"]),
        ({"a": NOW - timedelta(hours=24)}, ["a", "b"]),
        ({"a": NOW, "b": NOW}, []),
    ],
)
def test_a_matter_is_told_again_after_a_day(told: Mapping[str, datetime], expected: list[str]) -> None:
    found = Notice.untold([notice("a"), notice("b"), notice("a")], told, NOW, timedelta(days=1))
    assert [one.key for one in found] == expected


@pytest.mark.parametrize(
    ("day", "last", "expected"),
    [
        ("monday", None, True),
        ("monday", date(2026, 9, 6), True),
        ("monday", date(2026, 9, 7), False),
        ("monday", date(2026, 9, 9), False),
        ("thursday", date(2026, 9, 3), False),
        ("thursday", date(2026, 9, 2), True),
        ("wednesday", date(2026, 9, 8), True),
        ("never", None, False),
    ],
)
def test_the_digest_is_due_once_a_week(day: str, last: date | None, expected: bool) -> None:
    assert settings(digest=day).digest_due(last, NOW) is expected


def test_a_mail_reads_like_this() -> None:
    notices = [
        notice("1", "overdue DOI", "https://doi.org/10.5555/1"),
        notice("2"),
        notice("3", "trouble", "no login"),
    ]
    mail = MailWriter(settings(), "pub1").attention(notices, "production", NOW)
    assert mail["Subject"] == "doideposit: it could not do its work, 1 rejected file, 1 overdue DOI (production)"
    body = mail.get_content()
    assert body.index("no login") < body.index("c.yaml") < body.index("https://doi.org/10.5555/1")
    assert (
        "Files that were rejected\n========================\n\nc.yaml: 1 rejected\n  why\n  What to do: do something"
        in body
    )
    assert "pub1" in body
    assert "after\n24 hours" in body


def test_what_comes_from_outside_cannot_write_headers() -> None:
    mail = MailWriter(settings(), "h").attention([notice(title="x\r\nBcc: all@example.org")], "production", NOW)
    assert mail["Bcc"] is None
    assert "\nBcc:" not in mail.as_string()


def letter() -> EmailMessage:
    return MailWriter(settings(), "h").attention([notice(title="Überschrift – 日本")], "production", NOW)


def test_a_mail_travels_as_it_is(socket_enabled: None) -> None:
    with mail_server() as server:
        MailServer(settings(port=server.port), None).send(letter())
    (got,) = server.messages
    assert "Überschrift – 日本" in got.get_content()
    assert server.recipients == ["TO:<it@example.org>"]
    assert server.logins == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(path)]
    command += ["-out", str(path.with_name("certificate.pem"))]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_name("certificate.pem").read_text())
    return path


def test_the_login_travels_only_through_a_verified_connection(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with mail_server(context) as server:
        mine = settings(port=server.port, security="starttls", username="doi", password={"env": "X"})
        with pytest.raises(WorldError, match="certificate could not be verified"):
            MailServer(mine, PASSWORD).send(letter())
        assert server.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        MailServer(mine, PASSWORD).send(letter())
        assert server.logins == [("doi", "hunter2")]
        assert len(server.messages) == 1
        assert {line.split()[0].upper() for line in server.in_the_open} <= {"EHLO", "STARTTLS"}


def test_an_authority_of_ones_own_is_named_in_the_configuration(certificate: Path, socket_enabled: None) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with mail_server(context) as server:
        MailServer(settings(port=server.port, security="starttls", ca_file=str(certificate)), None).send(letter())
        with pytest.raises(WorldError, match="the file /nosuch, which"):
            MailServer(settings(port=server.port, security="starttls", ca_file="/nosuch"), None).send(letter())
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ('printf "%s\\n" "$@" > arguments; cat > mail', ""),
        ("exit 75", "ended with status 75"),
        ("sleep 60", "took longer than 0.5 seconds"),
    ],
)
def test_sendmail_takes_a_mail_or_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    program = tmp_path / "sendmail"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    mine = settings(host=None, sendmail=str(program))
    if words:
        with pytest.raises(WorldError, match=words):
            MailServer(mine, None).send(letter(), within=0.5 if "sleep" in script else 60)
        return
    MailServer(mine, None).send(letter())
    assert (tmp_path / "arguments").read_text().split() == ["-i", "-f", "doi@example.org", "--", "it@example.org"]
    assert b"Subject: doideposit: 1 rejected file" in (tmp_path / "mail").read_bytes()


def test_a_server_that_accepts_and_says_nothing_holds_nobody_up(socket_enabled: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mine = settings(port=silent.getsockname()[1])
        with pytest.raises(WorldError, match=r"did not finish within 0\.2 seconds"):
            MailServer(mine, None).send(letter(), within=0.2)


def test_a_server_without_encryption_gets_nothing(socket_enabled: None) -> None:
    with mail_server() as server:
        mine = settings(port=server.port, security="starttls", username="doi", password={"env": "X"})
        with pytest.raises(WorldError, match="it offers no STARTTLS"):
            MailServer(mine, PASSWORD).send(letter())
    assert (server.logins, server.messages) == ([], [])


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("AUTH", "does not accept the login"),
        ("RCPT", "does not accept the recipients"),
        ("DATA", "did not accept the mail"),
    ],
)
def test_a_refusal_is_told_in_words_and_without_the_servers_own(verb: str, words: str, socket_enabled: None) -> None:
    with mail_server() as server:
        server.refuse = verb
        mine = settings(port=server.port, username="doi", password={"env": "X"})
        with pytest.raises(WorldError, match=words) as caught:
            MailServer(mine, PASSWORD).send(letter())
    assert "hunter2" not in "".join(traceback.format_exception(caught.value)) + caught.value.hint


def test_a_server_that_is_away(socket_enabled: None) -> None:
    with mail_server() as server:
        pass
    with pytest.raises(WorldError, match="nothing listens on its port"):
        MailServer(settings(port=server.port), None).send(letter())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"host": "mail.example.org"}, "mail-unencrypted"),
        ({"host": None}, "mail-way"),
        ({"sendmail": "/usr/sbin/sendmail"}, "mail-way"),
        ({"host": None, "sendmail": "sendmail -t"}, "string_pattern_mismatch"),
        ({"username": "doi"}, "mail-login"),
        ({"password": {"env": "X"}}, "mail-login"),
        ({"password": "hunter2", "username": "doi"}, "password-in-file"),
        ({"to": []}, "too_short"),
        ({"to": ["no address"]}, "string_pattern_mismatch"),
        ({"sender": "a@b.c\nBcc: x@y.z"}, "string_pattern_mismatch"),
        ({"repeat_after": "soon"}, "duration"),
        ({"digest": "daily"}, "literal_error"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**changes)
    assert code in {error["type"] for error in caught.value.errors()}
