"""Files with parts of records alone, on the command line: `validate`, `check`, `deposit`, `plan`, and the inbox."""

import os

import pytest

from desk import DOI, Desk
from inboxes import OLD

PARTS = f"""<doi_batch version="5.4.0" xmlns="http://www.crossref.org/doi_resources_schema/5.4.0"><head>
<doi_batch_id>references-of-258</doi_batch_id><depositor><depositor_name>South Asia Democratic Forum</depositor_name>
<email_address>info@sadf.eu</email_address></depositor></head><body><lic_ref_data><doi>{DOI}</doi>
<ai:program xmlns:ai="http://www.crossref.org/AccessIndicators.xsd" name="AccessIndicators">
<ai:license_ref>https://creativecommons.org/licenses/by/4.0/</ai:license_ref></ai:program></lic_ref_data>
</body></doi_batch>"""


@pytest.fixture
def house(desk: Desk) -> Desk:
    assert desk("deposit", desk.record(), "--wait", "60").code == 0
    desk.write("parts.xml", PARTS)
    return desk


def test_a_file_with_a_licence_alone_goes_like_any_other(house: Desk) -> None:
    assert "valid against Crossref doi_resources 5.4.0" in house("validate", "parts.xml").out
    assert house("check", "parts.xml").code == 0
    planned = house("deposit", "parts.xml", "--dry-run")
    assert (planned.code, "update" in planned.out, DOI in planned.out) == (0, True, True)
    result = house("deposit", "parts.xml", "--wait", "60")
    assert (result.code, DOI in result.out) == (0, True), result.out + result.err
    assert "unchanged" in house("deposit", "parts.xml", "--dry-run").out
    # The record file lacks the licence: that is said before it is lost.
    kept = house("deposit", house.record(title="title: Another title"), "--dry-run")
    assert (kept.code, "licence" in kept.out) == (1, True), kept.out
    assert house("verify", DOI).code == 0
    assert (
        "Recorded in a file of its own, with parts of the record, before anything was sent."
        in house("history", DOI).out
    )
    assert house("status", DOI, "--json").json["records"][0]["submission"]["timestamp"] is None
    assert house("ledger", "check").code == 0


def test_it_can_lie_in_the_inbox_and_in_a_plan(house: Desk) -> None:
    (house.folder / "inbox").mkdir()
    # What was written a moment ago may still be written.
    os.utime(house.write("inbox/parts.xml", PARTS), (OLD, OLD))
    result = house("run", "--inbox", "inbox")
    assert result.code == 0, result.out + result.err
    house("poll", "--all")
    house("run", "--inbox", "inbox")
    [done] = (house.folder / "inbox" / "done").rglob("parts.xml")
    assert done.read_text("utf-8") == PARTS
    other = house.write("other.xml", PARTS.replace("/by/", "/by-nc/"))
    assert house("plan", other, "-o", "plan.json").code == 0
    applied = house("apply", "plan.json", "--yes", "--wait", "60")
    assert applied.code == 0, applied.out + applied.err
    history = house("history", DOI).out
    assert "step 1 of 2" in history


def test_a_doi_that_is_not_registered_is_refused(desk: Desk) -> None:
    desk.write("parts.xml", PARTS)
    result = desk("deposit", "parts.xml")
    assert (result.code, f"doideposit adopt {DOI}" in result.out) == (1, True), result.out
