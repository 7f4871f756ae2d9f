"""Two people approve: what `plan`, `approve` and `apply` say and do, against a simulated Crossref over HTTP."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from depositing import validator
from desk import DOI, Desk, Result
from doideposit.cli.init import PRESETS
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox

pytestmark = pytest.mark.network_loopback


@pytest.fixture
def crossref() -> Iterator[tuple[Sandbox, str]]:
    with Sandbox(validate=validator().validate, delays=Delays.none()) as sandbox, running(sandbox) as url:
        yield sandbox, url


@pytest.fixture
def house(desk: Desk, crossref: tuple[Sandbox, str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A publisher where another person approves what goes to production."""
    monkeypatch.setenv("CROSSREF_PASSWORD", "sandbox")
    configure(desk, crossref[1])
    desk.record()
    return desk


def configure(desk: Desk, url: str, more: str = "") -> None:
    text = (
        PRESETS["sadf-comment"]
        .configuration_text()
        .replace('target = "sandbox"', f'target = "production"\napprovals = 1\n{more}')
    )
    login = '[credentials.production]\nusername = "sandbox"\npassword = { env = "CROSSREF_PASSWORD" }\n'
    desk.write(
        "doideposit.toml",
        f'{text}\n{login}[targets.production]\nurl = "{url}"\nrest_url = "{url}"\nhandle_url = "{url}"\n'
        '[fees]\nnew_doi = "0.25"\n',
    )


def sent(crossref: tuple[Sandbox, str]) -> list[str]:
    return [one.content.decode() for one in crossref[0].submissions]


def plan(house: Desk, by: str = "Anna") -> Result:
    return house("plan", "c258.yaml", "-o", "plan.json", "--by", by)


def test_the_way_of_four_eyes(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    made = plan(house)
    assert made.code == 0, made.err
    assert "1 new DOI will be registered at Crossref; a registered DOI can never be deleted" in made.out
    assert "Crossref charges a fee for 1 new DOI (0.25 USD each, 0.25 USD in all)" in made.out
    assert "another person runs `doideposit approve plan.json`" in made.out
    # Nobody has approved it yet.
    early = house("apply", "plan.json", "--yes")
    assert early.code == 2
    assert "no approval" in early.err
    assert "doideposit approve" in early.err
    # The record is corrected after the plan was made.
    house.record(title="title: A better title")
    refused = house("apply", "plan.json", "--yes", "--wait", "20")
    assert refused.code == 1
    assert "→ “A better title”" in refused.out
    assert house("approve", "plan.json", "--by", "Bert", "--yes").code == 1, "nobody approves what cannot be applied"
    assert plan(house).code == 0
    assert house("approve", "plan.json", "--by", "Bert", "--yes").code == 0
    house.record(title="title: A better title still")
    assert house("apply", "plan.json", "--yes").code == 1, "it was approved before its file changed"
    house.record(title="title: A better title")
    assert plan(house).code == 0
    assert house("apply", "plan.json", "--yes").code == 2, "the new plan has no approval of the old one"
    own = house("approve", "plan.json", "--by", "ANNA", "--yes")
    assert own.code == 2
    assert "made this plan, and cannot approve it" in own.err
    assert sent(crossref) == []
    approved = house("approve", "plan.json", "--by", "Bert", "--yes")
    assert approved.code == 0, approved.err
    assert f"{DOI}  A better title" in approved.out
    applied = house("apply", "plan.json", "--by", "Anna", "--yes")
    assert applied.code == 0, applied.err
    [content] = sent(crossref)
    assert "A better title" in content
    again = house("apply", "plan.json", "--yes")
    assert again.code == 0
    assert "already applied" in again.out
    story = house("history", DOI).out
    assert "Bert approved the plan" in story
    assert "Anna applied the plan" in story
    assert "approved by Bert" in story


@pytest.mark.parametrize("arguments", [["deposit", "c258.yaml", "--yes"], ["deposit", "c258.yaml", "--yes", "--json"]])
def test_deposit_says_what_to_do_instead(house: Desk, crossref: tuple[Sandbox, str], arguments: list[str]) -> None:
    done = house(*arguments)
    assert done.code == 2
    assert "doideposit plan" in done.err
    assert sent(crossref) == []
    if "--json" in arguments:
        assert done.json["error"]["code"] == "approval-missing"


def test_a_rehearsal_needs_nobody(house: Desk) -> None:
    assert house("deposit", "c258.yaml", "--target", "sandbox").code == 0
    assert house("deposit", "c258.yaml", "--dry-run").code == 0


def test_an_edited_plan_loses_its_approval(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    plan(house)
    assert house("approve", "plan.json", "--by", "Bert", "--yes").code == 0
    text = (house.folder / "plan.json").read_text(encoding="utf-8")
    house.write("plan.json", text.replace("NATO", "OTAN"))
    edited = house("apply", "plan.json", "--yes")
    assert edited.code == 2
    assert "was changed after it was made" in edited.err
    assert "Traceback" not in edited.err
    assert sent(crossref) == []


def test_json_tells_programs_who_approved(house: Desk) -> None:
    made = house("plan", "c258.yaml", "-o", "plan.json", "--by", "Anna", "--json").json
    assert made["file"] == "plan.json"
    assert made["fees"] == {"due": 1, "each": "0.25 USD", "total": "0.25 USD"}
    approved = house("approve", "plan.json", "--by", "Bert", "--yes", "--json").json
    assert (approved["plan"], approved["approved_by"], approved["missing"]) == (made["plan"], ["Bert"], 0)
    shown = house("apply", "plan.json", "--dry-run", "--json").json
    assert (shown["ok"], shown["approved_by"]) == (True, ["Bert"])
    assert [record["action"] for record in shown["records"]] == ["register"]


def test_no_plan_is_written_of_a_record_with_errors(house: Desk) -> None:
    house.record(title="title: ''")
    done = plan(house)
    assert done.code == 1
    assert "No plan was written" in done.out
    assert not (house.folder / "plan.json").exists()


def test_a_plan_of_nothing_and_an_approval_given_twice(house: Desk, crossref: tuple[Sandbox, str]) -> None:
    configure(house, crossref[1])
    text = (house.folder / "doideposit.toml").read_text(encoding="utf-8")
    house.write("doideposit.toml", text.replace("approvals = 1", "approvals = 2"))
    plan(house)
    assert house("approve", "plan.json", "--by", "Bert", "--yes").code == 0
    again = house("approve", "plan.json", "--by", " bert", "--yes").out
    assert "You approved it before; approved by Bert: 1 more approval is needed" in again
    assert house("approve", "plan.json", "--by", "Carl", "--yes").code == 0
    assert house("apply", "plan.json", "--by", "Anna", "--yes").code == 0
    nothing = plan(house)
    assert "It has nothing to send" in nothing.out
    assert "next" not in nothing.out
    assert "This plan has nothing to send." in house("apply", "plan.json", "--yes").out


def test_the_password_is_not_in_the_plan(house: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSREF_PASSWORD", "hunter-2-secret")
    plan(house)
    assert "hunter-2-secret" not in (house.folder / "plan.json").read_text(encoding="utf-8")


# Signed approvals.


@pytest.fixture
def keys(house: Desk, crossref: tuple[Sandbox, str]) -> dict[str, Path]:
    """Bert's key is allowed, and Mallory's is not."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH is not on this machine")
    found = {}
    for name in ("anna", "bert", "mallory"):
        path = house.folder / f"key-{name}"
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
        subprocess.run(command, check=True, capture_output=True)
        found[name] = path
    allowed = [f"{name} {found[name].with_suffix('.pub').read_text()}" for name in ("anna", "bert")]
    house.write("signers", "".join(allowed))
    configure(house, crossref[1], 'allowed_signers = "signers"\n')
    return found


@pytest.mark.acceptance
def test_a_signed_approval(house: Desk, keys: dict[str, Path], crossref: tuple[Sandbox, str]) -> None:
    assert plan(house, "anna").code == 0
    unsigned = house("approve", "plan.json", "--by", "bert", "--yes")
    assert (unsigned.code, "--sign" in unsigned.err) == (2, True)
    foreign = house("approve", "plan.json", "--by", "bert", "--sign", keys["mallory"], "--yes")
    assert (foreign.code, "may approve" in foreign.err) == (2, True)
    other = house("approve", "plan.json", "--by", "bert", "--sign", keys["anna"], "--yes")
    assert (other.code, "the signature is from anna" in other.err) == (2, True)
    own = house("approve", "plan.json", "--by", "anna", "--sign", keys["anna"], "--yes")
    assert (own.code, "cannot approve it" in own.err) == (2, True)
    signed = house("approve", "plan.json", "--by", "bert", "--sign", keys["bert"], "--yes")
    assert signed.code == 0, signed.err
    assert house("apply", "plan.json", "--yes", "--wait", "20").code == 0
    assert len(sent(crossref)) == 1


def test_a_key_that_was_taken_away_approves_nothing_any_more(house: Desk, keys: dict[str, Path]) -> None:
    plan(house, "anna")
    assert house("approve", "plan.json", "--by", "bert", "--sign", keys["bert"], "--yes").code == 0
    allowed = (house.folder / "signers").read_text().splitlines()
    house.write("signers", allowed[0] + "\n")
    late = house("apply", "plan.json", "--yes")
    assert (late.code, "no approval" in late.err) == (2, True)


def test_an_unsigned_approval_of_before_does_not_count_where_signatures_do(
    house: Desk, crossref: tuple[Sandbox, str]
) -> None:
    plan(house)
    assert house("approve", "plan.json", "--by", "Bert", "--yes").code == 0
    house.write("signers", "")
    configure(house, crossref[1], 'allowed_signers = "signers"\n')
    assert house("apply", "plan.json", "--yes").code == 2


def test_no_openssh_is_said(house: Desk, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    plan(house, "anna")
    monkeypatch.setenv("PATH", str(house.folder))
    done = house("approve", "plan.json", "--by", "bert", "--sign", keys["bert"], "--yes")
    assert done.code == 2
    assert "ssh-keygen is not on this machine" in done.err
    assert "install OpenSSH" in done.err


def test_a_signature_where_none_is_configured_is_refused(house: Desk) -> None:
    plan(house)
    key = house.write("key", "no key")
    done = house("approve", "plan.json", "--by", "Bert", "--sign", key, "--yes")
    assert done.code == 2
    assert json.loads((house.folder / "plan.json").read_text())["format"] == "doideposit-plan/1"


@pytest.mark.acceptance
def test_restoring_wants_a_second_person_too_and_says_exactly_what_to_run(
    house: Desk, crossref: tuple[Sandbox, str]
) -> None:
    assert plan(house).code == 0
    assert house("approve", "plan.json", "--by", "Bert", "--yes").code == 0
    assert house("apply", "plan.json", "--by", "Anna", "--yes", "--wait", "20").code == 0
    crossref[0].elsewhere.change_url(DOI, "https://www.other.eu/here")
    assert house("drift", "--all").code == 1
    refused = house("drift", "restore", "258", "--yes")
    assert refused.code == 2
    commands = re.findall(r"`doideposit ([^`]+)`", refused.err)
    assert [one.split()[0] for one in commands] == ["drift", "approve", "apply"]
    # What it says is run as it stands, each by whoever it names.
    assert house(*shlex.split(commands[0]), "--by", "Anna").code == 0
    assert house(*shlex.split(commands[2]), "--yes").code == 2, "nobody has approved it"
    assert house(*shlex.split(commands[1]), "--by", "Bert", "--yes").code == 0
    done = house(*shlex.split(commands[2]), "--by", "Anna", "--yes", "--wait", "20")
    assert done.code == 0, done.out + done.err
    assert "other.eu" not in sent(crossref)[-1]
    record = house("status", DOI, "--json").json["records"][0]
    assert (record["series"], record["registered"]) == ("sadf-comment", True)


def test_what_only_shows_a_deposit_in_doubt_ends_as_the_deposit_does(
    house: Desk, crossref: tuple[Sandbox, str]
) -> None:
    """A script asks with `--dry-run` whether a deposit would go through: 3 says that it would not, for now."""
    assert plan(house).code == 0
    assert house("approve", "plan.json", "--by", "Bert", "--yes").code == 0
    crossref[0].faults.add("drop_after_accept", at="upload")
    doubt = "it is not known yet whether Crossref received"
    applied = house("apply", "plan.json", "--yes")
    assert applied.code == 3
    for command in (
        ["deposit", "c258.yaml", "--dry-run"],
        ["plan", "c258.yaml", "-o", "again.json", "--by", "Anna"],
        ["apply", "plan.json", "--dry-run"],
        ["apply", "plan.json", "--yes"],
    ):
        shown = house(*command)
        assert (shown.code, doubt in shown.out) == (3, True), (command, shown.out, shown.err)
        assert "needs nothing" not in shown.out
        told = house(*command, "--json")
        assert (told.code, told.json["ok"], told.json["error"]["code"]) == (3, True, "submission-in-doubt")
    # Crossref had the file all the same.
    assert house("poll", "--all").code == 0
    assert house("poll", "--all").code == 0
    assert house("deposit", "c258.yaml", "--dry-run").code == 0
    assert len(sent(crossref)) == 1
