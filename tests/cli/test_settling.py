"""What a person settles: looking a DOI up, setting a failure aside, giving a deposit up."""

from desk import DOI, Desk
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.simulation import Sandbox


def slow(desk: Desk) -> None:
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text().replace("hidden = 0", "hidden = 600"))


def test_verify_proves_that_readers_get_there(desk: Desk) -> None:
    desk("deposit", desk.record(), "--wait", 30)
    before = desk("status", DOI, "--json").json["records"][0]["milestones"]
    assert before["registered"]["at"] is not None
    assert before["resolves"]["at"] is None
    looked = desk("verify", "--json")
    assert looked.code == 0
    assert [record["doi"] for record in looked.json["records"]] == [DOI]
    assert desk("verify", "10.48251/SADF.ISSN.2406-5617.C999").code == 2


def test_verify_also_says_what_does_not_hold_yet(desk: Desk) -> None:
    text = (desk.folder / "doideposit.toml").read_text()
    late = text.replace("rest = 0\nhandle = 0\n", "rest = 600\nhandle = 600\n")
    assert late != text
    desk.write("doideposit.toml", late)
    desk("deposit", desk.record(), "--wait", 30)
    said = desk("verify").out
    assert "resolves   not proved               doi.org does not have it yet" in said
    assert "indexed    not proved               Crossref's REST API has no record of it yet" in said


def test_a_link_that_leads_elsewhere_is_told_everywhere_and_verify_ends_with_1(desk: Desk) -> None:
    desk("deposit", desk.record(), "--wait", 30)
    with Sandbox(state=desk.folder / "doideposit-sandbox.sqlite3", delays=Delays.none()) as crossref:
        crossref.elsewhere.change_url(DOI, "https://elsewhere.example/")
    looked = desk("verify", DOI)
    assert looked.code == 1
    assert "registered, leads elsewhere" in looked.out
    assert "it leads to https://elsewhere.example/ instead of https://www.sadf.eu/" in looked.out
    assert "drift restore" in looked.out
    document = desk("verify", DOI, "--json")
    assert (document.code, document.json["ok"]) == (1, False)
    assert document.json["records"][0]["contradicted"] == "resolves"
    assert "1 needs a person" in desk("status").out
    assert DOI in desk("status", "--attention").out
    assert "does not resolve as it should" in desk("history", DOI).out
    assert "leads elsewhere" in desk("report", "-o", "-").out
    assert "1 in need of a person" in desk("run").out
    # The advice is followed literally: what is registered is sent once more, and leads to its page again.
    assert desk("deposit", "c258.yaml", "--retry", "--wait", 30).code == 0
    assert desk("verify", DOI).code == 0


def test_giving_a_deposit_up_lets_the_doi_be_deposited_again(desk: Desk) -> None:
    slow(desk)
    desk("deposit", desk.record())
    changed = desk.record(title="title: Prospects for relations of NATO and Japan")
    waits = desk("deposit", changed, "--json").json["records"][0]
    assert (waits["state"], waits["findings"][-1]["code"]) == ("prepared", "plan-in-progress")
    assert desk("abandon", DOI, "--reason", "sent by mistake").code == 0
    assert "sent by mistake" in desk("history", DOI).out
    assert desk("poll").code == 0
    assert desk("status", DOI, "--json").json["records"][0]["state"] == "queued", "the correction took its turn"
    assert desk("abandon", DOI).code == 2


def test_a_failure_is_acknowledged_with_a_reason_and_stays_in_the_history(desk: Desk) -> None:
    nothing = desk("acknowledge", DOI, "--reason", "seen", "--json")
    assert nothing.code == 2
    assert nothing.json["error"]["hint"]
