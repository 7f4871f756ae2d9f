"""The pages for staff without a browser: the way from a document to a rehearsed DOI, and everybody who must not get in."""

import contextlib
import http.client
import io
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses

from depositing import validator
from desk import FAST
from doideposit.cli.init import PRESETS
from doideposit.config.settings import Settings
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox
from doideposit.web.serving import Application
from doideposit.wiring import load_settings
from finished_documents import document
from hostile_documents import pdf
from running_pages import open_for_accounts, open_for_ada, start_pages
from visiting import Visitor

DOI = "10.48251/SADF.ISSN.2406-5617.C300"
PASSWORDS = {"DESK_ANNA": "a password of anna", "DESK_BORIS": "a password of boris", "DESK_VERA": "a password of vera"}
ACCOUNTS = """
[desk.accounts.anna]
password = { env = "DESK_ANNA" }
roles = ["edit", "register"]
[desk.accounts.boris]
password = { env = "DESK_BORIS" }
roles = ["edit", "approve"]
[desk.accounts.vera]
password = { env = "DESK_VERA" }
roles = ["view"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, password in PASSWORDS.items():
        monkeypatch.setenv(name, password)
    text = PRESETS["sadf-comment"].configuration_text() + FAST + ACCOUNTS
    text = text.replace("[series.sadf-comment]", '[series.sadf-comment]\nurl = "https://www.sadf.eu/comment-{number}/"')
    (tmp_path / "doideposit.toml").write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def pages(folder: Path) -> Iterator[tuple[Application, str]]:
    made, token = open_for_ada(load_settings(folder / "doideposit.toml"))
    yield made, token
    made.close()


@pytest.fixture
def ada(pages: tuple[Application, str]) -> Visitor:
    desk, token = pages
    return Visitor(desk.app.test_client()).get(f"/enter/{token}")


@pytest.fixture
def shared(folder: Path) -> Iterator[Application]:
    made = open_for_accounts(load_settings(folder / "doideposit.toml"), os.environ)
    yield made
    made.close()


def signed_in(shared: Application, name: str) -> Visitor:
    visitor = Visitor(shared.app.test_client()).get("/sign-in")
    return visitor.post("/sign-in", name=name, password=PASSWORDS[f"DESK_{name.upper()}"])


def with_document(visitor: Visitor, text: str, name: str = "c300.md") -> Visitor:
    visitor.get("/new")
    return visitor.post("/new", document=(io.BytesIO(text.encode()), name))


def test_from_the_document_to_a_rehearsed_doi(ada: Visitor, folder: Path) -> None:
    with_document(ada, document())
    assert ada.form()["title"] == "Salt and silence"
    assert ada.form()["authors[0].family"] == "Byron"
    assert "Found in" in ada.page
    ada.press("save", title="Salt and silence, again")
    assert "Ready to be sent" in ada.page
    ada.press("look")
    assert "a new DOI" in ada.page
    assert "the DOI will not exist" in ada.page
    plan = re.search(r'name="plan" value="([^"]+)"', ada.page)
    assert plan is not None
    ada.post(ada.url.replace("/look", "/send"), plan=plan[1], target="sandbox")
    assert ada.url == f"/numbers/{DOI}"
    for _ in range(5):
        if "Registered" in ada.page:
            break
        ada.get(f"/numbers/{DOI}?on=sandbox")
    assert "in the rehearsal: this DOI does not exist" in ada.page
    # It is the same record file that every other door reads.
    record = (folder / "records" / "sadf-comment-300.yaml").read_text("utf-8")
    assert "title: Salt and silence, again" in record
    assert f'href="https://doi.org/{DOI}"' not in ada.page


def test_a_pdf_is_shown_page_by_page(ada: Visitor) -> None:
    lines = ("COMMENT 300", "Salt and silence", "By Ada Byron", "4 May 2021")
    words = "".join(f"BT /F1 12 Tf 72 {700 - 40 * n} Td ({line}) Tj ET " for n, line in enumerate(lines))
    ada.get("/new").post("/new", document=(io.BytesIO(pdf(words.encode(), pages=2)), "c300.pdf"))
    draft = ada.url
    assert 'Found in <a href="#doc-page-1">page 1</a>' in ada.page
    assert ada.page.count('id="doc-page-1"') == 1
    assert f'<img src="{draft}/page-2.png"' in ada.page
    picture = ada.client.get(f"{draft}/page-2.png")
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    assert ada.client.get(f"{draft}/page-3.png").status_code == 404


def test_the_same_document_twice_is_one_draft(ada: Visitor, pages: tuple[Application, str]) -> None:
    draft = with_document(ada, document()).press("save", title="Corrected already").url
    with_document(ada, document(), "another name.md")
    assert ada.url == draft
    assert "You added this document before" in ada.page
    assert ada.form()["title"] == "Corrected already"
    assert len(_drafts(pages[0])) == 1


def test_the_citation_is_shown_in_the_styles_of_readers(ada: Visitor) -> None:
    with_document(ada, document())
    assert (
        f"Byron, A. B. (2021). Salt and silence (SADF Comment 300). South Asia Democratic Forum. https://doi.org/{DOI}"
        in ada.page
    )
    assert "Byron, Ada B. 2021. Salt and Silence. SADF Comment 300." in ada.page


PERSON = {
    "orcid-id": "0000-0002-1825-0097",
    "given-names": "Ada",
    "family-names": "Byron",
    "institution-name": ["<b>X"],
}


@responses.activate
def test_an_orcid_id_is_chosen_by_a_person_and_never_by_itself(ada: Visitor) -> None:
    responses.get("https://pub.orcid.org/v3.0/expanded-search/", json={"expanded-result": [PERSON]})
    draft = with_document(ada, document()).url
    ada.press("find:authors[0].orcid")
    assert ada.url == f"{draft}/who"
    assert "Ada Byron" in ada.page
    assert "&lt;b&gt;X" in ada.page
    assert "checked" not in ada.page
    assert "authors[0].orcid" in ada.page
    chosen = dict(re.findall(r'name="(field|version)" value="([^"]+)"', ada.page))
    again = Visitor(ada.client, ada.page, ada.url)
    ada.post(f"{draft}/who", value="https://orcid.org/0000-0002-1825-0097", **chosen)
    assert ada.form()["authors[0].orcid"] == "https://orcid.org/0000-0002-1825-0097"
    # A second tab that still shows the list comes too late.
    assert again.post(f"{draft}/who", value="https://orcid.org/0000-0001-5109-3700", **chosen).status == 409
    assert again.post(f"{draft}/who", value="not an iD", **chosen).status == 422
    assert again.post(f"{draft}/who", value="x", field="title", version="1").status == 404


@responses.activate
def test_who_is_offline_types_the_ror_id(ada: Visitor) -> None:
    responses.get("https://api.ror.org/v2/organizations", body=ConnectionError("no network"))
    with_document(ada, document()).press("find:authors[0].affiliations[0].ror")
    assert "Fill in the affiliation first" in ada.page
    ada.get(ada.url.removesuffix("/who")).press(
        "find:authors[0].affiliations[0].ror", **{"authors[0].affiliations[0].name": "Harbour House"}
    )
    assert "ror.org does not answer" in ada.page
    assert "or type it as the author gave it" in ada.page


def test_only_a_button_writes_the_record_file(ada: Visitor, folder: Path) -> None:
    draft = with_document(ada, document()).url
    ada.get(f"{draft}/look")
    assert ada.url.startswith(draft)
    assert not ada.url.endswith("/look")
    assert not list(folder.rglob("sadf-comment-300.yaml"))
    ada.press("look")
    assert ada.url == f"{draft}/look"
    (record,) = folder.rglob("sadf-comment-300.yaml")
    before = record.stat().st_mtime_ns
    ada.get(f"{draft}/look?target=sandbox")
    assert record.stat().st_mtime_ns == before


def shown_plan(visitor: Visitor) -> str:
    plan = re.search(r'name="plan" value="([^"]+)"', visitor.page)
    assert plan is not None
    return plan[1]


def test_nothing_is_sent_that_was_not_shown(ada: Visitor, folder: Path) -> None:
    look = with_document(ada, document()).press("look").url
    plan = shown_plan(ada)
    path = folder / "records" / "sadf-comment-300.yaml"
    path.write_text(path.read_text("utf-8").replace("Salt and silence", "Nobody approved this"), "utf-8")
    ada.post(look.replace("/look", "/send"), plan=plan, target="sandbox")
    assert ada.status == 409
    assert "changed since the plan was made" in ada.page
    assert "Nothing was deposited from here yet" in ada.get(f"/numbers/{DOI}?on=sandbox").page


def test_another_plan_than_the_one_that_counts_is_shown_again_first(ada: Visitor) -> None:
    look = with_document(ada, document()).press("look").url
    ada.post(look.replace("/look", "/send"), plan="of another run", target="sandbox")
    assert ada.url == look
    assert "press the button again if it is right" in ada.page


def test_a_plan_that_was_shown_is_sent_after_a_restart(ada: Visitor, folder: Path) -> None:
    look = with_document(ada, document()).press("look").url
    plan = shown_plan(ada)
    made, token = open_for_ada(load_settings(folder / "doideposit.toml"))
    later = Visitor(made.app.test_client()).get(f"/enter/{token}")
    later.post(look.replace("/look", "/send"), plan=plan, target="sandbox")
    assert later.url == f"/numbers/{DOI}"
    made.close()


def test_a_plan_sent_twice_is_sent_once(ada: Visitor) -> None:
    look = with_document(ada, document()).press("look").url
    plan = shown_plan(ada)
    for _ in range(2):
        ada.post(look.replace("/look", "/send"), plan=plan, target="sandbox")
        assert ada.url == f"/numbers/{DOI}"
    assert ada.page.count("Recorded in a file of its own") == 1


def test_a_document_that_cannot_be_read_is_named_with_the_way_to_go(ada: Visitor) -> None:
    with_document(ada, "PK\x03\x04 not a zip", "c300.docx")
    assert ada.status == 422
    assert "c300.docx cannot be read" in ada.page
    assert "Start with an empty form" in ada.page


def test_what_stops_stands_beside_its_field(ada: Visitor) -> None:
    with_document(ada, document()).press("save", published="2026-13-45")
    field = ada.page[ada.page.index('data-field="published"') :]
    assert "date" in field[: field.index("</div>")].lower()
    assert "to correct before it can be sent" in ada.page
    ada.press("look")
    assert "to correct before it can be sent" in ada.page


def test_two_tabs_on_one_draft_lose_nothing(ada: Visitor, pages: tuple[Application, str]) -> None:
    with_document(ada, document())
    other = Visitor(ada.client, ada.page, ada.url, ada.status)
    ada.press("save", title="What the first tab typed")
    other.press("save", subtitle="What the second tab typed")
    assert other.status == 409
    assert "Nothing was overwritten" in other.page
    drafts = {draft.data.get("subtitle") or draft.data["title"] for draft in _drafts(pages[0])}
    assert drafts == {"What the first tab typed", "What the second tab typed"}


def test_the_same_form_sent_twice_is_saved_once(ada: Visitor, pages: tuple[Application, str]) -> None:
    with_document(ada, document())
    again = Visitor(ada.client, ada.page, ada.url, ada.status)
    ada.press("save", title="Pressed twice")
    again.press("save", title="Pressed twice")
    assert again.status == 200
    assert len(_drafts(pages[0])) == 1


def _drafts(desk: Application) -> list[Any]:
    return list(desk.app.extensions["workplace"].drafts.all())


def test_a_record_file_that_somebody_else_changed_is_not_overwritten(ada: Visitor, folder: Path) -> None:
    with_document(ada, document()).press("look")
    draft = ada.url.removesuffix("/look")
    path = folder / "records" / "sadf-comment-300.yaml"
    path.write_text("# mine\n" + path.read_text("utf-8"), "utf-8")
    ada.get(draft).press("look", title="Another title")
    assert "was changed by somebody else" in ada.page
    assert path.read_text("utf-8").startswith("# mine\n")


def test_after_a_restart_what_was_typed_is_there_again(ada: Visitor, folder: Path) -> None:
    with_document(ada, document()).press("save", title="Typed before the lights went out")
    made, token = open_for_ada(load_settings(folder / "doideposit.toml"))
    later = Visitor(made.app.test_client()).get(f"/enter/{token}")
    assert "Typed before the lights went out" in later.page
    made.close()


def test_an_old_cookie_of_a_run_before_is_worth_nothing(ada: Visitor, folder: Path) -> None:
    made, _ = open_for_ada(load_settings(folder / "doideposit.toml"))
    client = made.app.test_client()
    cookie = ada.client.get_cookie("doideposit-desk")
    assert cookie is not None
    client.set_cookie("doideposit-desk", cookie.value)
    assert "You are not signed in" in Visitor(client).get("/").page
    made.close()


# Who must not get in.


def test_the_one_time_address_works_once(ada: Visitor, pages: tuple[Application, str]) -> None:
    desk, token = pages
    assert Visitor(desk.app.test_client()).get(f"/enter/{token}").status == 403
    assert Visitor(desk.app.test_client()).get("/enter/guessed").status == 403


@pytest.mark.parametrize("path", ["/", "/new", "/numbers", f"/numbers/{DOI}", "/drafts/ABCDEFGHIJKL"])
def test_nothing_is_shown_to_who_is_not_signed_in(pages: tuple[Application, str], path: str) -> None:
    stranger = Visitor(pages[0].app.test_client()).get(path)
    assert "You are not signed in" in stranger.page
    assert "Series" not in stranger.page


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(ada: Visitor, headers: dict[str, str]) -> None:
    ada.get("/new")
    answer = ada.client.post("/new", data={"csrf": ada.token(), "number": "300"}, headers=headers)
    assert answer.status_code == 403


def test_who_did_nothing_for_hours_signs_in_again_and_finds_the_draft(shared: Application, folder: Path) -> None:
    anna = with_document(signed_in(shared, "anna"), document())
    draft = anna.url
    for seen in (time.time() - 9 * 3600, time.time() + 9 * 3600):
        # The last time that they were seen stands in the cookie; a clock that was set wrong is no way in either.
        with anna.client.session_transaction() as cookie:
            kept, cookie["seen"] = cookie["seen"], seen
        anna.get(draft)
        assert "Sign in" in anna.page
        assert "Salt and silence" not in anna.page
        posted = anna.client.post(draft, data={"csrf": "", "title": "Typed too late"})
        assert posted.status_code in {401, 403}
        with anna.client.session_transaction() as cookie:
            cookie["seen"] = kept
    assert anna.get(draft).form()["title"] == "Salt and silence"


@pytest.mark.parametrize("place", ["/", "/drafts/{draft}/look"])
def test_a_ledger_that_cannot_be_read_is_told_and_costs_no_draft(ada: Visitor, folder: Path, place: str) -> None:
    draft = with_document(ada, document()).press("look").url.split("/")[2]
    (folder / "doideposit.sqlite3").write_bytes(b"no database" * 1_000)
    ada.get(place.format(draft=draft))
    assert ada.status == 503
    assert "cannot be looked up at the moment" in ada.page
    assert "Nothing that you typed is lost" in ada.page
    assert not re.search(r"\bledger\b", re.sub(r"<details.*?</details>|<[^>]+>", " ", ada.page, flags=re.DOTALL))
    assert ada.get(f"/drafts/{draft}").form()["title"] == "Salt and silence"


@pytest.mark.parametrize("token", ["", "forged", "é"])
def test_a_form_without_the_token_is_refused(ada: Visitor, token: str) -> None:
    assert ada.client.post("/new", data={"csrf": token, "number": "300"}).status_code == 403


def test_another_name_of_this_computer_is_not_answered(pages: tuple[Application, str]) -> None:
    answer = pages[0].app.test_client().get("/", headers={"Host": "rebound.example"})
    assert answer.status_code == 400


def test_every_role_does_what_it_may_and_no_more(shared: Application) -> None:
    boris = with_document(signed_in(shared, "boris"), document())
    boris.press("look")
    assert "Your account is not allowed to register" in boris.page
    send = boris.url.replace("/look", "/send")
    assert boris.post(send, plan=shown_plan(boris), target="sandbox").status == 403
    vera = signed_in(shared, "vera")
    assert "New number" not in vera.page
    assert vera.get("/new").status == 403
    vera.get("/")
    assert vera.post("/new", number="1").status == 403
    anna = signed_in(shared, "anna")
    anna.get(boris.url.replace("/send", "/look") if "/drafts/" in boris.url else "/")
    assert anna.status == 200


def test_a_wrong_password_and_an_unknown_name_look_alike(shared: Application) -> None:
    said = set()
    for name in ("anna", "nobody"):
        visitor = Visitor(shared.app.test_client()).get("/sign-in")
        visitor.post("/sign-in", name=name, password="not the password")
        assert visitor.status == 403
        said.add(re.sub(r'name="csrf" value="[^"]+"', "", visitor.page))
    assert len(said) == 1


def test_no_page_holds_a_secret_or_a_script_of_its_own(shared: Application) -> None:
    anna = with_document(signed_in(shared, "anna"), document())
    for path in ("/", "/new", "/numbers", anna.url, f"{anna.url}/look"):
        anna.get(path)
        assert not any(password in anna.page for password in PASSWORDS.values())
        assert not re.search(r"<script(?! src=)|\son\w+=|style=", anna.page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!doi\.org/)', anna.page)
    answer = anna.client.get("/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_an_upload_that_is_too_large_is_said_in_words(ada: Visitor) -> None:
    ada.client.application.config["MAX_CONTENT_LENGTH"] = 10_000
    with_document(ada, "x" * 20_000)
    assert ada.status == 413
    assert "This is larger than" in ada.page


@pytest.mark.network_loopback
def test_two_hundred_megabytes_are_refused_in_words_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    host = urlsplit(start_pages(tmp_path)).netloc
    with contextlib.closing(http.client.HTTPConnection(host, timeout=60)) as browser:
        browser.putrequest("POST", "/new")
        browser.putheader("Accept", "text/html,*/*")
        browser.putheader("Content-Length", "200000000")
        browser.endheaders(b"PK")
        answer = browser.getresponse()
        assert answer.status == 413
        assert b"without its large pictures" in answer.read()


def test_hostile_texts_are_shown_as_text(ada: Visitor) -> None:
    with_document(ada, document(title='# <img src=x onerror=alert(1)> & "quotes"'))
    assert "<img src=x" not in ada.page


def test_the_words_of_the_machine_stay_in_the_details(ada: Visitor) -> None:
    with_document(ada, document())
    for path in ("/", "/new", "/numbers", ada.url, f"{ada.url}/look"):
        ada.get(path)
        shown = re.sub(r"<details.*?</details>|<[^>]+>", " ", ada.page, flags=re.DOTALL)
        assert not re.search(r"\b(XML|XSD|batch|ledger)\b", shown, re.IGNORECASE), path


def registering_for_real(folder: Path, crossref: str, more: str = "") -> Settings:
    """Return the settings of a publisher who registers for real, at an address that stands for Crossref's."""
    path = folder / "doideposit.toml"
    text = path.read_text("utf-8").replace('target = "sandbox"', f'target = "production"\n{more}')
    target = f'\n[targets.production]\nurl = "{crossref}"\nrest_url = "{crossref}"\nhandle_url = "{crossref}"\n'
    login = '\n[credentials.production]\nusername = "sandbox"\npassword = { env = "CROSSREF_PASSWORD" }\n'
    path.write_text(re.sub(r"(?m)^\[credentials[^\[]*", "", text) + target + login, "utf-8")
    return load_settings(path)


# Two people.


@pytest.fixture
def real(folder: Path) -> Iterator[Application]:
    """The pages of a publisher who registers for real, where another person has to approve; Crossref is a sandbox."""
    with Sandbox(validate=validator().validate, delays=Delays.none()) as sandbox, running(sandbox) as url:
        settings = registering_for_real(folder, url, "approvals = 1")
        made = open_for_accounts(settings, os.environ)
        yield made
        made.close()


def test_crossref_away_stops_nothing_but_the_registration(
    folder: Path, monkeypatch: pytest.MonkeyPatch, pages: tuple[Application, str]
) -> None:
    monkeypatch.setenv("CROSSREF_PASSWORD", "sandbox")
    settings = registering_for_real(folder, "http://127.0.0.1:9")
    made, token = open_for_ada(settings)
    ada = Visitor(made.app.test_client()).get(f"/enter/{token}")
    draft = with_document(ada, document()).press("look").url.removesuffix("/look")
    assert "a new DOI" in ada.page
    ada.get(f"{draft}/look?target=production")
    assert "because Crossref could not be asked" in ada.page
    shown = re.sub(r"<details.*?</details>|<[^>]+>", " ", ada.page, flags=re.DOTALL)
    assert "--unseen" not in shown
    ada.post(f"{draft}/send", plan=shown_plan(ada), target="production")
    assert "Not registered" in ada.page
    assert ada.get(draft).form()["title"] == "Salt and silence"
    made.close()


@pytest.mark.network_loopback
def test_a_number_in_doubt_is_not_called_unchanged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSREF_PASSWORD", "sandbox")
    with Sandbox(validate=validator().validate, delays=Delays.none()) as sandbox, running(sandbox) as url:
        settings = registering_for_real(folder, url)
        made, token = open_for_ada(settings)
        ada = Visitor(made.app.test_client()).get(f"/enter/{token}")
        draft = with_document(ada, document()).press("look").url.removesuffix("/look")
        ada.get(f"{draft}/look?target=production")
        sandbox.faults.add("status", "200", at="upload")
        ada.post(f"{draft}/send", plan=shown_plan(ada), target="production")
        # With what came instead of an answer.
        ada.until(f"/numbers/{DOI}?on=production", "In doubt", "Scheduled maintenance")
        look = ada.post(f"/numbers/{DOI}/edit").url + "/look?target=production"
        in_doubt = ("nothing is sent now", "it is not known yet whether Crossref received it")
        ada.until(look, *in_doubt)
        assert ada.get(look).without(in_doubt) == [], "the second time too"
        assert "unchanged, nothing to send" not in ada.page
        made.close()


@pytest.mark.network_loopback
def test_what_anna_wrote_is_registered_after_boris_approved_it(
    real: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSREF_PASSWORD", "sandbox")
    anna = with_document(signed_in(real, "anna"), document())
    draft = anna.url
    anna.press("look").get(f"{draft}/look?target=production")
    assert "another person has to approve it" in anna.page
    plan = shown_plan(anna)
    refused = anna.post(f"{draft}/send", plan=plan, target="production")
    assert refused.status == 503
    assert "no approval" in refused.page
    boris = signed_in(real, "boris")
    assert "Waits for approval" in boris.page
    boris.get(f"{draft}/look?target=production")
    assert shown_plan(boris) == plan
    boris.post(f"{draft}/approve", plan=plan, target="production")
    assert "Approved by boris" in boris.page
    anna.get(f"{draft}/look?target=production").post(f"{draft}/send", plan=plan, target="production")
    assert anna.url == f"/numbers/{DOI}"
    assert "Boris approved the plan" in anna.page
    assert "Anna applied the plan" in anna.page


@pytest.mark.network_loopback
def test_nobody_approves_their_own_or_what_changed(real: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSREF_PASSWORD", "sandbox")
    boris = with_document(signed_in(real, "boris"), document())
    draft = boris.url
    boris.press("look").get(f"{draft}/look?target=production")
    plan = shown_plan(boris)
    assert ">Approve<" not in boris.page
    assert "cannot approve it" in boris.post(f"{draft}/approve", plan=plan, target="production").page
    anna = signed_in(real, "anna").get(draft).press("look", title="Changed after the look")
    assert anna.get(f"{draft}/look?target=production").status == 200
    assert shown_plan(anna) != plan
