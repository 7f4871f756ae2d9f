"""Windows of maintenance and the mailbox in the configuration, as they are typed and shown."""

import pytest

from desk import Desk

WINDOW = "\n[[monitoring.maintenance]]\nbegins = {}\nends = {}\n"


def configured(desk: Desk, text: str) -> None:
    path = desk.folder / "doideposit.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_window_is_shown_as_it_stands_in_the_file(desk: Desk) -> None:
    configured(desk, WINDOW.format("2026-12-01T14:00:00Z", "2026-12-01T18:00:00Z"))
    shown = desk("config", "show", "--origin").out
    assert 'monitoring.maintenance[0].begins = "2026-12-01T14:00:00Z"' in shown
    assert "monitoring.deadlines.maintenance" not in shown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (WINDOW.format("2026-12-01T14:00:00Z", "2026-12-01T14:00:00Z"), "ends"),
        (WINDOW.format("2026-12-01T14:00:00Z", "2027-12-01T14:00:00Z"), "ends"),
        (WINDOW.format("2026-12-01T14:00:00", "2026-12-01T15:00:00"), "begins"),
        ("\n[mailbox]\n", "host"),
        ('\n[mailbox]\nmaildir = "Maildir"\nhost = "imap.example.org"\n', "host"),
        ('\n[mailbox]\nhost = "imap.example.org"\n', "username"),
        ('\n[mailbox]\nhost = "imap.example.org"\nusername = "doi"\npassword = "hunter22"\n', "password"),
        (
            '\n[mailbox]\nhost = "imap.example.org"\nsecurity = "none"\nusername = "d"\npassword = { env = "X" }\n',
            "security",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(desk: Desk, text: str, code: str) -> None:
    configured(desk, text)
    result = desk("status")
    assert result.code == 2
    assert "doideposit.toml:" in result.err
    assert "hunter22" not in result.out + result.err


def test_the_job_reads_a_maildir_of_the_configuration(desk: Desk) -> None:
    for part in ("cur", "new", "tmp"):
        (desk.folder / "Maildir" / part).mkdir(parents=True)
    (desk.folder / "Maildir" / "new" / "1.x").write_bytes(b"Subject: hello\n\nnothing of ours")
    configured(desk, '\n[mailbox]\nmaildir = "Maildir"\n')
    assert desk("run").code == 0
    assert (desk.folder / "Maildir" / "new" / "1.x").exists()
