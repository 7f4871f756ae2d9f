"""The WordPress plugin: every address and field it uses is in the API's description, and it works against the API."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from api_client import DOI, Cms
from depositing import Desk, sqlite_url
from doideposit.web.description import description
from wordpress_site import Site, wordpress_on

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "packaging" / "wordpress" / "doideposit"
DESCRIPTION = description()
SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.php"))}
SOURCE = "\n".join(SOURCES.values())
SCHEMAS = DESCRIPTION["components"]["schemas"]

needs_php = pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed: apt-get install php-cli")


def used(variable: str) -> set[str]:
    """The keys the plugin reads from a variable."""
    return set(re.findall(rf"\${variable}\['(\w+)'\]", SOURCE)) | set(re.findall(rf"\${variable}\[ '(\w+)' \]", SOURCE))


def test_it_asks_for_nothing_the_api_does_not_have() -> None:
    asked = re.findall(r"ask\( '(\w+)', '([^'?]+)", SOURCES["client"])
    assert set(asked) == {("POST", "/v1/deposits"), ("GET", "/v1/dois"), ("GET", "/v1/dois/")}
    for method, path in asked:
        assert method.lower() in DESCRIPTION["paths"][path + "{doi}/tags" if path.endswith("/") else path]


def test_it_sends_no_field_a_record_does_not_have() -> None:
    text = SOURCES["record"]
    record = text[text.index("function doideposit_record") : text.index("function doideposit_plain")]
    sent = set(re.findall(r"'(\w+)'\s*=>", record))
    schema = SCHEMAS["Commentary"]
    assert set(schema["required"]) <= sent <= set(schema["properties"])
    authors = text[text.index("function doideposit_authors") :]
    known = set(SCHEMAS["Person"]["properties"]) | set(SCHEMAS["Organisation"]["properties"])
    assert set(re.findall(r"'(\w+)'\s*=>", authors)) <= known


def test_it_reads_no_field_an_answer_does_not_have() -> None:
    assert used("answer") <= {*SCHEMAS["DepositResult"]["properties"], *SCHEMAS["ListResult"]["properties"]}
    assert used("one") <= set(SCHEMAS["DepositedRecord"]["properties"])
    assert used("finding") <= set(SCHEMAS["Finding"]["properties"])
    assert used("tags") <= set(SCHEMAS["TagsResult"]["properties"])
    assert {"records", "error"} <= used("answer")


def test_the_token_is_never_in_an_address_and_every_action_is_guarded() -> None:
    assert SOURCES["client"].count("$this->token") == 2, "kept, and used in the header"
    assert "'Authorization' => 'Bearer ' . $this->token" in SOURCES["client"]
    action = SOURCES["admin"][SOURCES["admin"].index("'admin_post_doideposit_register'") :]
    assert (
        action.index("doideposit_may") < action.index("check_admin_referer") < action.index("doideposit_register_all(")
    )
    assert "$_GET" not in SOURCE, "nothing is changed by an address"


def test_every_text_can_be_translated_and_the_client_needs_nothing_of_wordpress() -> None:
    for domain in re.findall(r"(?:__|esc_html__)\( (?:'(?:[^'\\]|\\.)*'), '(\w+)' \)", SOURCE):
        assert domain == "doideposit"
    assert not re.search(r"\b(wp_|esc_|get_|__\()", SOURCES["client"])


def test_the_template_for_translators_has_every_text() -> None:
    texts = set(re.findall(r"__\( '((?:[^'\\]|\\.)*)', 'doideposit' \)", SOURCE))
    template = (FOLDER / "languages" / "doideposit.pot").read_text(encoding="utf-8")
    held = {json.loads(line) for line in re.findall(r'^msgid (".*")$', template, re.MULTILINE)} - {""}
    assert texts == held, "run `make wordpress-texts`"


def test_uninstalling_forgets_the_settings_and_keeps_the_dois() -> None:
    assert re.findall(r"delete_\w+\( '(\w+)'", SOURCES["uninstall"]) == ["doideposit"]


@needs_php
def test_its_syntax() -> None:
    for path in FOLDER.glob("*.php"):
        done = subprocess.run(["php", "-l", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Desk(sqlite_url(tmp_path)) as desk, wordpress_on(Cms(desk)) as site:
        yield site


@needs_php
@pytest.mark.network_loopback
def test_the_button_registers_and_the_column_follows(site: Site) -> None:
    assert site("doideposit_column") == "—"
    assert site("doideposit_register")[0] == f"{DOI} is on its way to Crossref."
    assert set(site.kinds.values()) <= {"success", "warning"}
    assert site("doideposit_column") == f"{DOI} (under way)"
    assert site("doideposit_register")[0] == f"{DOI}: the same content is under way (queued)"
    assert site.kinds[f"{DOI}: the same content is under way (queued)"] == "info"
    site.cms.desk.settle()
    assert site("doideposit_refresh") is None
    assert site("doideposit_column") == f"{DOI} (rehearsed: the DOI does not exist for readers)"
    assert site("doideposit_link") == ""
    site.meta["_doideposit_state"]["target"] = "production"
    assert site("doideposit_column") == f'<a href="https://doi.org/{DOI}">https://doi.org/{DOI}</a>'
    assert site("doideposit_link") == f'<p class="doideposit">{site("doideposit_column")}</p>'
    tags = site.cms.open(f"/v1/dois/{DOI}/tags").get_json()
    assert unescape(re.sub(r"<script.*", "", site("doideposit_head"), flags=re.DOTALL)) == unescape(
        re.sub(r"<script.*", "", tags["head_html"], flags=re.DOTALL)
    )
    data = re.search(r"<script[^>]*>(.*)</script>", site("doideposit_head"))
    assert json.loads(data[1]) == tags["json_ld"]
    (submission,) = site.cms.desk.sandbox.submissions
    assert "<title>Prospects for NATO–Japan relations</title>" in submission.content.decode()
    assert site.cms.desk.sandbox.record(DOI).url == "https://www.example.org/comment-258/"


@needs_php
@pytest.mark.network_loopback
def test_more_authors_and_what_is_wrong(site: Site) -> None:
    site.meta["commentary_authors"] = "Wolf, Siegfried O.\r\nTsuji, Yuichi\n"
    assert len(site("doideposit_authors")) == 2
    site.meta["commentary_authors"] = "South Asia Democratic Forum\nSukarno,\n\n"
    assert site("doideposit_authors") == [
        {"organisation": "South Asia Democratic Forum"},
        {"family": "Sukarno", "given": None},
    ]
    site.meta["commentary_number"] = "no number at all"
    said = site("doideposit_register")
    assert said[0] == "no DOI: it has errors"
    assert any(sentence.startswith("error, ") for sentence in said)
    assert set(site.kinds.values()) == {"error"}, "red boxes"
    assert site("doideposit_column") == "—"


@needs_php
@pytest.mark.network_loopback
def test_nothing_is_claimed_when_the_api_says_no(site: Site) -> None:
    site.cms.token = "not the token"
    (said,) = site("doideposit_register")
    assert (said.partition(": ")[0], site.kinds[said]) == ("this token is unknown", "error")
    site.url = "http://127.0.0.1:9/"
    (said,) = site("doideposit_register")
    assert said.startswith("doideposit cannot be reached: ")
    assert "_doideposit_state" not in site.meta


@needs_php
@pytest.mark.network_loopback
def test_what_crossref_refuses_asks_for_a_person(site: Site) -> None:
    site.cms.desk.sandbox.faults.add("zero_records")
    site("doideposit_register")
    site.cms.desk.settle()
    site("doideposit_refresh")
    assert site("doideposit_column").startswith(f"{DOI} (not registered)<br><strong>")


@needs_php
@pytest.mark.network_loopback
@pytest.mark.parametrize(
    "post",
    [
        {"post_status": "draft"},
        {"post_status": "private"},
        {"post_status": "future", "post_date": "2099-05-01 08:00:00"},
        {"post_status": "pending"},
        {"post_status": "trash"},
        {"post_status": "publish", "post_password": "for members"},
        {"post_status": "auto-draft"},
        {"post_status": "archived"},
        {"post_status": "inherit", "post_type": "revision"},
        {"post_status": "inherit", "post_type": "attachment"},
        {"post_status": "publish", "post_type": "page"},
    ],
    ids=lambda post: "-".join(post.values()),
)
def test_only_what_readers_can_see_gets_a_doi(site: Site, post: dict[str, str]) -> None:
    site.post |= post
    (said,) = site("doideposit_register")
    assert "Publish it first" in said
    assert site.cms.desk.depositor.outstanding() == 0
    assert post.get("post_type", "post") != "post" or not site("doideposit_is_public")


class OtherVersion:
    """A service whose answers have other fields than this plugin knows."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def __call__(self, _environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(self.answer).encode()]


@needs_php
@pytest.mark.network_loopback
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"ok": True, "deposits": []}, "their versions differ"),
        ({"ok": False, "error": {"title": "x"}}, "their versions differ"),
        ({"ok": True, "records": [{"doi": DOI}]}, "did not say what it did"),
        ({"ok": True, "records": [{"doi": DOI, "state": "new-word", "findings": [{"text": "?"}]}]}, "did not say"),
        (["a list"], "the program at this address is not doideposit"),
    ],
)
def test_a_service_of_another_version_is_named_and_breaks_nothing(site: Site, answer: object, said: str) -> None:
    server = make_server("127.0.0.1", 0, OtherVersion(answer), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        site.url = f"http://127.0.0.1:{server.server_port}/"
        assert said in site("doideposit_register")[0]
        site("doideposit_refresh")
        site("doideposit_column")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@needs_php
@pytest.mark.network_loopback
def test_a_database_that_cannot_be_written_is_said_and_the_next_press_mends_it(site: Site) -> None:
    site.meta["read_only"] = True
    said = site("doideposit_register")
    assert said[0] == f"{DOI} is on its way to Crossref."
    assert "its database cannot be written. Nothing is lost" in said[1]
    assert site("doideposit_column") == "—"
    site.meta["read_only"] = False
    assert "the same content is under way" in site("doideposit_register")[0]
    assert site("doideposit_column") == f"{DOI} (under way)"
    site.cms.desk.settle()
    assert len(site.cms.desk.sandbox.submissions) == 1


@needs_php
@pytest.mark.network_loopback
def test_another_number_is_another_doi_and_the_former_one_is_not_forgotten(site: Site) -> None:
    site("doideposit_register")
    site.meta["commentary_number"] = "1258"
    assert "Its number was 258. If you register it again, it gets a second DOI" in site("doideposit_what_changed")
    site("doideposit_register")
    shown = site("doideposit_column")
    assert "C1258 (under way)" in shown
    assert f"{DOI}, its former DOI, stays registered: redirect https://www.example.org/comment-258/" in shown


@needs_php
@pytest.mark.network_loopback
def test_what_an_older_plugin_kept_is_understood(site: Site) -> None:
    site("doideposit_register")
    for name in ("number", "former", "needs", "citation"):
        del site.meta["_doideposit_state"][name]
    assert site("doideposit_column") == f"{DOI} (under way)"
    assert site("doideposit_what_changed") == ""
    site.meta["_doideposit_state"] = "not as expected"
    assert site("doideposit_column") == "—"


@needs_php
@pytest.mark.network_loopback
def test_warnings_are_shown_too(site: Site) -> None:
    (warned,) = (line for line in site("doideposit_register") if line.startswith("warning, url: "))
    assert site.kinds[warned] == "warning"


@needs_php
@pytest.mark.network_loopback
def test_an_address_that_does_not_last_gets_no_doi(site: Site) -> None:
    site.meta["permalink"] = "https://www.example.org/?p=7"
    (said,) = site("doideposit_register")
    assert "Permalinks" in said
    assert site.cms.desk.depositor.outstanding() == 0


@needs_php
@pytest.mark.network_loopback
def test_a_failed_update_is_seen_and_what_was_registered_stays(site: Site) -> None:
    site("doideposit_register")
    site.cms.desk.settle()
    site("doideposit_refresh")
    site.post["post_title"] = "Another title"
    assert "It has changed since" in site("doideposit_column")
    site.cms.desk.sandbox.faults.add("reject", "Something Crossref said", times=1)
    site.cms.desk.clock.advance(60)
    site("doideposit_register")
    site.cms.desk.settle()
    site("doideposit_refresh")
    shown = site("doideposit_column")
    assert "rehearsed" in shown
    assert "The last update failed: " in shown


@needs_php
@pytest.mark.network_loopback
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"post_status": "draft"}, "Readers can no longer open its page"),
        ({"post_title": "Other"}, "It has changed since"),
        ({"permalink": "https://www.example.org/elsewhere/"}, "Its address has changed"),
    ],
    ids=["unpublished", "renamed", "moved"],
)
def test_what_happens_to_a_post_afterwards_is_said(site: Site, change: dict[str, str], said: str) -> None:
    site("doideposit_register")
    assert site("doideposit_what_changed") == ""
    site.meta |= {key: value for key, value in change.items() if key == "permalink"}
    site.post |= {key: value for key, value in change.items() if key != "permalink"}
    assert said in site("doideposit_what_changed")


@needs_php
@pytest.mark.network_loopback
@pytest.mark.parametrize(
    "post",
    [
        {"post_title": ""},
        {"post_title": "[gallery ids=1] 🌊 <b>Rivers &amp; rain</b>"},
        {"post_date": "0000-00-00 00:00:00"},
    ],
    ids=["no title", "shortcodes and emoji", "no date"],
)
def test_odd_posts_are_answered(site: Site, post: dict[str, str]) -> None:
    site.post |= post
    said = site("doideposit_register")
    if "[" in post.get("post_title", ""):
        assert said[0] == f"{DOI} is on its way to Crossref."
        site.cms.desk.settle()
        assert "<title>🌊 Rivers &amp; rain</title>" in site.cms.desk.depositor.xml(DOI).decode()
    elif "post_title" in post:
        assert said == ["It has no title: write one first."]
        assert site.cms.log == [], "the service is not asked"
    else:
        assert any(sentence.startswith("error, ") for sentence in said)


@needs_php
@pytest.mark.network_loopback
def test_everything_that_a_post_lacks_is_said_at_once(site: Site) -> None:
    site.post |= {"post_title": "[gallery]", "post_author": "2"}
    site.meta["commentary_number"] = " "
    assert [sentence.partition(":")[0] for sentence in site("doideposit_register")] == [
        "It has no title", "It has no number", "It has no authors",
    ]  # fmt: skip
