"""`correct`, `retract`, `withdraw`, `remove`: from the notice to `updated-by`, in the right order, and only once."""

from collections.abc import Iterator

import pytest

from corrected_house import PREFIX, RETRACT, notice, registered_house, texts, with_policy
from depositing import validator
from desk import Desk
from doideposit.cli.init import PRESETS
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox


@pytest.fixture
def house(desk: Desk) -> Desk:
    text = (desk.folder / "doideposit.toml").read_text("utf-8")
    desk.write("doideposit.toml", with_policy(text))
    return registered_house(desk)


def test_a_number_is_retracted_from_notice_to_updated_by_and_only_once(house: Desk) -> None:
    result = house(*RETRACT)
    assert result.code == 0, result.out + result.err
    assert f"Done: it shows on {PREFIX}258" in result.out
    assert "the word “Retracted” before the title" in result.out
    assert f"a link to https://doi.org/{PREFIX}258" in result.out
    original, told = texts(house)
    assert "title: 'RETRACTED: What happened in place number 258'   # as printed" in original
    assert f"doi: {PREFIX}258" in told.partition("updates:")[2]
    assert '"RETRACTED: What happened' in house("status", "258", "--json").out
    again = house(*RETRACT)
    assert (again.code, "Already done" in again.out) == (0, True), again.out + again.err
    # The record files say what is registered: there is nothing left to be deposited.
    assert "2 unchanged" in house("deposit", "records", "--dry-run").out


def test_a_dry_run_changes_nothing_and_says_everything(house: Desk) -> None:
    before = texts(house)
    document = house(*RETRACT, "--dry-run", "--json").json
    assert (document["done"], document["new_dois"], document["type"]) == (False, 1, "retraction")
    assert [one["action"] for one in document["steps"]] == ["register", "update"]
    assert len(document["files"]) == 2
    assert len(document["pages"]) == 2
    assert texts(house) == before


def test_a_correction_leaves_the_work_as_it_is(house: Desk) -> None:
    before, _ = texts(house)
    notice(house, 300, "Correction: What happened in place number 258")
    result = house("correct", "258", "--notice", "300", "--date", "2026-01-10", "--as", "erratum")
    assert (result.code, "it shows on" in result.out) == (0, True), result.out + result.err
    assert texts(house)[0] == before


def test_what_cannot_be_done_is_refused_before_anything_is_changed(house: Desk) -> None:
    before = texts(house)
    for arguments, code, words in REFUSED:
        result = house(*arguments, "--json")
        [finding] = result.json["findings"]
        assert (result.code, finding["code"], words in finding["hint"]) == (1, code, True), finding
    assert texts(house) == before


REFUSED = [
    (("retract", "999", "--notice", "300", "--date", "2026-01-10"), "correct-no-record", "adopt"),
    (("retract", "258", "--notice", "999", "--date", "2026-01-10"), "correct-no-record", "file of its own"),
    (("retract", "258", "--notice", "258", "--date", "2026-01-10"), "correct-itself", "number of its own"),
    (("retract", "258", "--date", "2026-01-10"), "correct-no-notice", "--notice"),
    (("retract", "258", "--notice", "300"), "correct-no-date", "--date"),
    (("retract", "258", "--notice", "300", "--date", "2099-01-10"), "correct-date", "date"),
    (("retract", "258", "--notice", "300", "--date", "2001-01-10"), "correct-date", "date"),
    (("retract", "300", "--notice", "258", "--date", "2026-01-10"), "correct-not-registered", "deposit its record"),
]


def test_a_policy_page_that_is_missing_or_not_registered_is_refused_with_the_way_to_one(house: Desk) -> None:
    text = (house.folder / "doideposit.toml").read_text("utf-8")
    house.write("doideposit.toml", text.replace("SADF.policy", "SADF.other-page"))
    [finding] = house(*RETRACT, "--json").json["findings"]
    assert (finding["code"], "register that page first" in finding["hint"]) == ("plan-policy-unregistered", True)
    house.write("doideposit.toml", text.replace('crossmark_policy = "10.48251/SADF.policy"\n', ""))
    [finding] = house(*RETRACT, "--json").json["findings"]
    assert (finding["code"], "crossmark_policy" in finding["hint"]) == ("correct-no-policy", True)


def test_a_notice_that_says_something_else_is_not_changed(house: Desk) -> None:
    told = house.folder / "records" / "c300.yaml"
    update = f"updates: [{{type: correction, doi: {PREFIX}258, date: 2026-01-10}}]\n"
    told.write_text(told.read_text("utf-8") + update, "utf-8")
    [finding] = house(*RETRACT, "--json").json["findings"]
    assert finding["code"] == "correct-notice-differs"


# Where other people approve what goes to production.


@pytest.fixture
def crossref() -> Iterator[str]:
    with Sandbox(validate=validator().validate, delays=Delays.none()) as sandbox, running(sandbox) as url:
        yield url


@pytest.mark.network_loopback
def test_each_step_is_a_plan_where_others_approve(desk: Desk, crossref: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSREF_PASSWORD", "sandbox")
    text = with_policy(PRESETS["sadf-comment"].configuration_text()).replace(
        'target = "sandbox"', 'target = "production"'
    )
    login = '[credentials.production]\nusername = "sandbox"\npassword = { env = "CROSSREF_PASSWORD" }\n'
    urls = "".join(f'{name} = "{crossref}"\n' for name in ("url", "rest_url", "handle_url"))
    desk.write("doideposit.toml", f"{text}\n{login}[targets.production]\n{urls}")
    registered_house(desk, "--yes")
    approving = text.replace('target = "production"', 'target = "production"\napprovals = 1')
    desk.write("doideposit.toml", f"{approving}\n{login}[targets.production]\n{urls}")

    for step in ("c300", "c258"):
        asked = desk(*RETRACT, "--yes")
        path = f"retract-{step}.plan.json"
        assert (asked.code, path in asked.out) == (4, True), asked.out + asked.err
        # Nobody goes on before somebody else has read it.
        assert desk("apply", path, "--yes").code != 0
        assert desk("approve", path, "--by", "Bert", "--yes").code == 0
        # A plan that was edited is another plan, and a record that moved on holds it back.
        plan, record = desk.folder / path, desk.folder / "records" / f"{step}.yaml"
        edited, told = plan.read_text("utf-8").replace("What happened", "What else happened"), record.read_text("utf-8")
        assert desk("apply", desk.write("edited.json", edited), "--yes").code != 0
        desk.write(f"records/{step}.yaml", told.replace("What happened", "What else happened"))
        assert "changed since the plan was made" in desk("apply", path, "--yes").out
        desk.write(f"records/{step}.yaml", told)
        applied = desk("apply", path, "--yes")
        assert applied.code == 0, applied.out + applied.err
        assert desk("poll", "--all").code == 0
    done = desk(*RETRACT, "--yes")
    assert (done.code, f"Already done: it shows on {PREFIX}258" in done.out) == (0, True), done.out + done.err


def test_posted_content_says_itself_that_it_was_withdrawn(desk: Desk) -> None:
    text = (desk.folder / "doideposit.toml").read_text("utf-8")
    desk.write("doideposit.toml", text.replace('record_type = "report-series"', 'record_type = "posted"'))
    (desk.folder / "records").mkdir()
    record = desk.record("records/c258.yaml", title="title: What happened in place number 258")
    assert desk("deposit", record, "--wait", "60").code == 0
    asked = ("withdraw", "258", "--date", "2026-01-10")
    [finding] = desk(*asked, "--json").json["findings"]
    assert (finding["code"], "--reason" in finding["hint"]) == ("correct-no-notice", True)
    result = desk(*asked, "--reason", "Withdrawn at the author's wish")
    assert (result.code, "Done" in result.out) == (0, True), result.out + result.err
    told = record.read_text("utf-8")
    assert "type: withdrawn" in told
    assert "title: What happened" in told
    again = desk(*asked)
    assert (again.code, "Already done" in again.out) == (0, True), again.out + again.err
    assert desk("verify", "258").code == 0


def test_a_work_under_way_is_waited_for_before_it_is_corrected(house: Desk) -> None:
    record = house.record(
        "records/c259.yaml", number="number: 259", title="title: What happened in place number 259", doi="# no doi",
        url="url: https://www.sadf.eu/comment-259/",
    )  # fmt: skip
    assert house("deposit", record).code == 0
    result = house("correct", "259", "--notice", "300", "--date", "2026-01-10")
    assert (result.code, f"waiting for what must be registered first: {PREFIX}259" in result.err) == (0, True), (
        result.out + result.err
    )
