"""`correct`, `retract`, `withdraw`, `remove`: from the notice to `updated-by`, in the right order, and only once."""

from pathlib import Path

import pytest

from desk import Desk

PREFIX = "10.48251/SADF.ISSN.2406-5617.C"
POLICY = """<doi_batch version="5.5.0" xmlns="http://www.crossref.org/schema/5.5.0"><head>
<doi_batch_id>policy-page</doi_batch_id><timestamp>20260601120000</timestamp><depositor>
<depositor_name>South Asia Democratic Forum</depositor_name><email_address>doi@sadf.eu</email_address></depositor>
<registrant>South Asia Democratic Forum</registrant></head><body><database><database_metadata>
<titles><title>Crossmark policy of the South Asia Democratic Forum</title></titles></database_metadata>
<dataset dataset_type="crossmark_policy"><titles><title>How we correct and retract</title></titles><doi_data>
<doi>10.48251/SADF.policy</doi><resource>https://www.sadf.eu/corrections/</resource></doi_data></dataset></database>
</body></doi_batch>"""


def notice(house: Desk, number: int = 300, title: str = "Retraction: What happened in place number 258") -> Path:
    return house.record(
        f"records/c{number}.yaml", number=f"number: {number}", title=f'title: "{title}"', doi="# no doi",
        url=f"url: https://www.sadf.eu/comment-{number}/", published="published: 2026-01-10",
    )  # fmt: skip


@pytest.fixture
def house(desk: Desk) -> Desk:
    """A publisher with a registered number, a policy page, and a notice that is not deposited yet."""
    text = (desk.folder / "doideposit.toml").read_text("utf-8")
    fast = text.replace("unready_polls = 0", "unready_polls = 0\nhandle = 0\nrest = 0")
    lines = fast.splitlines()
    place = next(number for number, line in enumerate(lines, 1) if line.startswith("[series.sadf-comment]"))
    lines.insert(place, 'crossmark_policy = "10.48251/SADF.policy"')
    desk.write("doideposit.toml", "\n".join(lines))
    (desk.folder / "records").mkdir()
    record = desk.record(
        "records/c258.yaml", title="title: What happened in place number 258   # as printed", doi="# no doi"
    )
    assert desk("deposit", desk.write("policy.xml", POLICY), "--wait", "60").code == 0
    assert desk("deposit", record, "--wait", "60").code == 0
    notice(desk)
    return desk


RETRACT = ("retract", "258", "--notice", "300", "--date", "2026-01-10")


def texts(house: Desk) -> tuple[str, str]:
    folder = house.folder / "records"
    return (folder / "c258.yaml").read_text("utf-8"), (folder / "c300.yaml").read_text("utf-8")


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
    (("retract", "258", "--notice", "300", "--date", "2099-01-10"), "correct-date", "day"),
    (("retract", "258", "--notice", "300", "--date", "2001-01-10"), "correct-date", "day"),
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
