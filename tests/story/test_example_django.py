"""The Django example, through Django's own test client, against a Crossref over HTTP on this machine."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import quote

import pytest

from doideposit import Doi, landing
from doideposit.testing import SandboxServerForTests

django = pytest.importorskip("django", reason="Django is not installed")

EXAMPLE = Path(__file__).parents[2] / "examples" / "django_app"
DOI = "10.48251/SADF.ISSN.2406-5617.C258"
CONFIGURATION = """
target = "test"

[depositor]
name = "South Asia Democratic Forum"
email = "info@example.org"
registrant = "South Asia Democratic Forum"

[targets.test]
url = "{url}"

[credentials.test]
username = "sandbox"
password = {{ env = "SITE_TEST_PASSWORD" }}

[series.sadf-comment]
title = "SADF Comment"
issn = "2406-5617"
prefix = "10.48251"
doi = "{{prefix}}/SADF.ISSN.{{issn}}.C{{number}}"
publisher = {{ name = "South Asia Democratic Forum" }}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The site with an empty database in a folder of its own; Django can be set up once in a process."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLE)
        patch.setenv("SITE_FOLDER", str(folder))
        patch.setenv("DJANGO_SETTINGS_MODULE", "site_settings")
        patch.setenv("SITE_TEST_PASSWORD", "sandbox")
        for name in [name for name in os.environ if name.startswith("DOIDEPOSIT_")]:
            patch.delenv(name)
        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        yield folder
        connections.close_all()


@pytest.fixture
def admin(site: Path, doideposit_sandbox_server: SandboxServerForTests) -> Iterator[Any]:
    """A logged-in test client of the site, whose configuration names the sandbox of this test."""
    from commentaries.models import Commentary
    from django.contrib.auth.models import User
    from django.test import Client

    from doideposit.django.models import DoiState
    from doideposit.django.opening import depositor

    for old in site.glob("doideposit.*"):
        old.unlink()
    (site / "doideposit.toml").write_text(CONFIGURATION.format(url=doideposit_sandbox_server.url))
    User.objects.filter(username="staff").delete()
    client = Client()
    client.force_login(User.objects.create_superuser("staff", "staff@example.org", "irrelevant"))
    yield client
    depositor().close()
    depositor.cache_clear()
    Commentary.objects.all().delete()
    DoiState.objects.all().delete()


def write(number: str = "258", title: str = "Prospects for <NATO>-Japan relations", **author: str) -> Any:
    from commentaries.models import Author, Commentary

    one = Commentary.objects.create(number=number, title=title, published="2023-09-14", text="…")
    given = {"given": "Siegfried O.", "family": "Wolf", "affiliation": "South Asia Democratic Forum"}
    Author.objects.create(commentary=one, **{**given, **author})
    return one


def press(admin: Any, *commentaries: Any) -> list[tuple[str, str]]:
    """Select commentaries in the admin and press "Register DOI"; what the page then says, with its level."""
    form = {"action": "register_doi", "_selected_action": [each.pk for each in commentaries]}
    page = admin.post("/admin/commentaries/commentary/", form, follow=True)
    assert page.status_code == 200
    listed = re.search(r'<ul class="messagelist">(.*?)</ul>', page.content.decode(), re.DOTALL)
    return [
        (level, unescape(text)) for level, text in re.findall(r'<li class="(\w+)">(.*?)</li>', listed[1], re.DOTALL)
    ]


def column(admin: Any) -> str:
    page = admin.get("/admin/commentaries/commentary/").content.decode()
    cells = re.findall(r'<td class="field-doi_standing">(.*?)</td>', page)
    return unescape(re.sub(r"<[^>]+>", "", cells[0]))


def follow() -> str:
    from django.core.management import call_command

    said = StringIO()
    call_command("follow_dois", "--all", stdout=said)
    return said.getvalue()


def registered(sandbox: SandboxServerForTests) -> None:
    for _ in range(2):
        follow()
        sandbox.settle()
    follow()


@pytest.mark.slow
@pytest.mark.network_loopback
def test_the_button_registers_and_the_column_follows(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    sandbox = doideposit_sandbox_server
    one = write()
    assert column(admin) == "—"
    said = press(admin, one)
    assert said[0] == ("success", "1 DOI is on its way (test).")
    assert [(level, text.rpartition(": ")[0]) for level, text in said[1:]] == [
        ("warning", f"{one}: the address https://www.example.org/comment-258/ is a placeholder (url)"),
        ("warning", f"{one}: “<NATO>” looks like markup, and readers would see exactly this (title)"),
    ]
    assert not sandbox.submissions, "a request needs no network"
    assert column(admin) == "under way"
    press(admin, one)
    follow()
    # It is not "nothing has changed" before Crossref has registered it.
    assert press(admin, one) == [("warning", f"{one}: the same content is under way (queued)")]
    registered(sandbox)
    assert column(admin) == f"{DOI} (rehearsal)"
    assert press(admin, one) == [("success", "1 DOI needs nothing: nothing has changed.")]
    follow()
    assert len(sandbox.submissions) == 1
    assert sandbox.record(DOI).url == "https://www.example.org/comment-258/"


@pytest.mark.slow
@pytest.mark.network_loopback
def test_the_landing_page_shows_the_doi_only_where_it_works(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    from doideposit.django.deposits import work_of
    from doideposit.django.models import DoiState

    one = write()
    press(admin, one)
    registered(doideposit_sandbox_server)
    shown = admin.get("/comment-258/").content
    assert [each.code for each in landing.check(work_of(one), html=shown)] == ["page-doi-missing", "page-tags-missing"]
    assert b"doi.org" not in shown, "a DOI of the test system leads nowhere"
    assert b"citation_" not in shown
    state = DoiState(doi=DOI, target="production", registered=True)
    assert state.address == f"https://doi.org/{DOI}"


@pytest.mark.slow
@pytest.mark.network_loopback
def test_one_bad_number_breaks_no_list_and_a_hundred_cost_one_message_and_one_query(admin: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from doideposit.django.models import DoiModel

    bad = write("x y")
    many = [write(str(number)) for number in range(300, 400)]
    said = press(admin, bad, *many)
    assert ("success", "100 DOIs are on their way (test).") in said
    assert [level for level, _ in said] == ["success", "error", *["warning"] * 11]
    page = admin.get("/admin/commentaries/commentary/").content.decode()
    assert page.count("under way</td>") == 99, "a page of the list has a hundred rows"
    with CaptureQueriesContext(
        connection,
    ) as queries:
        DoiModel.read_states(many)
        assert {one.doi_state.standing for one in many} == {"under-way"}
    assert len(queries) == 1
    filtered = admin.get("/admin/commentaries/commentary/?doi_state=none").content.decode()
    assert "field-doi_standing" in filtered
    assert filtered.count('class="field-doi_standing"') == 1


@pytest.mark.slow
@pytest.mark.network_loopback
def test_what_is_wrong_is_said_with_its_field_and_the_rest_goes(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    wrong, right = write("259", orcid="0000-0002-1825-0098"), write()
    said = press(admin, wrong, right)
    assert ("success", "1 DOI is on its way (test).") in said
    (error,) = [text for level, text in said if level == "error"]
    assert error.startswith("259: ")
    assert "authors[0].orcid" in error
    follow()
    assert len(doideposit_sandbox_server.submissions) == 1


@pytest.mark.slow
@pytest.mark.network_loopback
def test_an_outage_is_said_and_nothing_is_lost(admin: Any, doideposit_sandbox_server: SandboxServerForTests) -> None:
    from django.test import override_settings

    doideposit_sandbox_server.faults.add("status", "503", times=2, at="upload")
    with override_settings(DOIDEPOSIT_SEND_AT_ONCE=True):
        assert [level for level, _ in press(admin, write())] == ["success", *["warning"] * 3]
    assert column(admin) == "under way"
    from doideposit.django.opening import depositor

    assert depositor().status(DOI).state.value == "prepared"


@pytest.mark.slow
@pytest.mark.network_loopback
def test_only_what_is_published_gets_a_doi(admin: Any, doideposit_sandbox_server: SandboxServerForTests) -> None:
    later, now = write("259"), write()
    later.published = "2099-05-01"
    later.save()
    said = press(admin, later, now)
    assert ("success", "1 DOI is on its way (test).") in said
    assert any(level == "warning" and text.startswith("259: ") and "published" in text for level, text in said)
    assert admin.get("/comment-259/").status_code == 404
    press(admin, later)
    follow()
    assert len(doideposit_sandbox_server.submissions) == 1


@pytest.mark.slow
@pytest.mark.network_loopback
def test_what_is_not_in_the_database_gets_no_doi(admin: Any) -> None:
    from commentaries.models import Commentary

    from doideposit.django.deposits import register

    gone = write("300")
    gone.delete()
    unsaved = Commentary(number="301", title="Rivers of the north", published="2023-09-14")
    found = register([unsaved, gone])
    assert (found.hidden, found.accepted) == ((unsaved, gone), ())


@pytest.mark.slow
@pytest.mark.network_loopback
def test_two_objects_never_share_a_doi(admin: Any, doideposit_sandbox_server: SandboxServerForTests) -> None:
    from commentaries.models import Commentary

    first = write()
    press(admin, first)
    Commentary.objects.filter(pk=first.pk).update(number="258-old")
    second = write("258", title="Another")
    (said,) = press(admin, second)
    assert said[0] == "error"
    assert "is the DOI of “258: Prospects" in said[1]
    follow()
    assert len(doideposit_sandbox_server.submissions) == 1
    Commentary.objects.filter(pk=first.pk).delete()
    assert press(admin, second)[0] == ("success", "1 DOI is on its way (test).")
    registered(doideposit_sandbox_server)
    assert column(admin) == f"{DOI} (rehearsal)", "who writes it anew goes on with its DOI"


@pytest.mark.slow
@pytest.mark.network_loopback
def test_odd_commentaries_are_answered_with_the_field_that_is_meant(admin: Any) -> None:
    odd = {
        "`title` is missing (title)": {"title": ""},
        "`number` is missing (number)": {"number": ""},
        "“🌊” contains no letter (authors[0].family)": {"family": "🌊"},
        "“[gallery ids=1]” looks like markup": {"title": "<b>Bold</b> & [gallery ids=1] 🌊"},
    }
    for said, wrong in odd.items():
        one = write(**{"title": "Rivers", **wrong})
        assert any(said in text for _, text in press(admin, one)), said
        one.delete()


@pytest.mark.slow
@pytest.mark.network_loopback
@pytest.mark.parametrize(
    ("happens", "said"),
    [
        ("edited", "(changed since)"),
        ("hidden", "readers can no longer open its page: publish it again"),
        ("renumbered", "under way"),
        ("deleted", "its object was deleted here"),
    ],
)
def test_what_happens_after_registration_is_said_with_what_to_do(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests, happens: str, said: str
) -> None:
    from doideposit.django.models import DoiState
    from doideposit.django.signals import doi_needs_attention, doi_registered

    heard: list[tuple[str, str]] = []

    def hear(signal: Any, state: Any, **_: Any) -> None:
        heard.append(("registered" if signal is doi_registered else "attention", state.doi))

    doi_registered.connect(hear)
    doi_needs_attention.connect(hear)
    one = write()
    press(admin, one)
    registered(doideposit_sandbox_server)
    assert heard == [("registered", DOI)]
    if happens == "deleted":
        form = {"action": "delete_selected", "_selected_action": [one.pk], "post": "yes"}
        page = admin.post("/admin/commentaries/commentary/", form, follow=True).content.decode()
        assert "stays registered and leads to https://www.example.org/comment-258/" in page
    else:
        changed = {"edited": {"title": "Other"}, "hidden": {"published": "2099-01-01"}, "renumbered": {"number": "259"}}
        type(one).objects.filter(pk=one.pk).update(**changed[happens])
        if happens == "renumbered":
            press(admin, one)
    follow()
    state = DoiState.objects.get(key=DOI.lower())
    shown = f"{state.message}: {state.next_action}" if happens == "deleted" else column(admin)
    assert said in shown
    if happens == "renumbered":
        assert "redirect its page at https://www.example.org/comment-258/ to the new one" in state.next_action
    assert (("attention", DOI) in heard) == (happens != "edited")


@pytest.mark.slow
@pytest.mark.network_loopback
def test_the_page_of_one_object_has_a_button_and_all_dois_have_a_list(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    one = write()
    address = f"/admin/commentaries/commentary/{one.pk}/change/"
    page = admin.get(address).content.decode()
    assert 'value="Save and register DOI"' in page
    assert "_register_doi" not in admin.get("/admin/commentaries/commentary/add/").content.decode()
    form = {"number": "258", "title": "Rivers 🌊 &amp; rain", "published": "2023-09-14", "_register_doi": "1"}
    rows = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "0-family": "Wolf", "0-given": "Siegfried O."}
    done = admin.post(address, form | {f"authors-{key}": value for key, value in rows.items()}, follow=True)
    assert done.redirect_chain[-1] == (address, 302)
    assert "1 DOI is on its way (test)." in done.content.decode()
    registered(doideposit_sandbox_server)
    assert f"{DOI} (rehearsal)" in admin.get(address).content.decode()
    assert b"<title>Rivers \xf0\x9f\x8c\x8a &amp;amp; rain</title>" in doideposit_sandbox_server.submissions[0].content
    one.delete()
    said = follow()
    where = "a DOI cannot be deleted: keep a page at https://www.example.org/comment-258/ that says what happened"
    assert where in said
    assert "newly in need of a person\n" in follow(), "each is named once"
    listed = admin.get("/admin/doideposit/doistate/?standing__exact=attention").content.decode()
    assert where in listed
    assert admin.get("/admin/doideposit/doistate/add/").status_code == 403


@pytest.mark.slow
@pytest.mark.network_loopback
def test_a_database_without_rights_loses_nothing_and_is_named(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    from django.db import connection

    one = write()
    from django.core.management import CommandError, call_command

    try:
        connection.cursor().execute("PRAGMA query_only = ON")
        said = press(admin, one)
        with pytest.raises(CommandError, match=r"could not be written .*: nothing is lost"):
            call_command("register_dois", "commentaries.Commentary", stdout=StringIO(), stderr=StringIO())
    finally:
        connection.cursor().execute("PRAGMA query_only = OFF")
    (error,) = [text for level, text in said if level == "error"]
    assert "could not be written (attempt to write a readonly database)" in error
    assert "Nothing is lost" in error
    follow()
    assert column(admin) == "—"
    assert press(admin, one) == [("warning", f"{one}: the same content is under way (queued)")]
    assert column(admin) == "under way"
    assert len(doideposit_sandbox_server.submissions) == 1
    # Registered now: of a file that is still queued, only the minute of the next poll changes, and not always.
    doideposit_sandbox_server.settle()
    try:
        connection.cursor().execute("PRAGMA query_only = ON")
        with pytest.raises(CommandError, match=r"could not be written .*the next run continues"):
            follow()
    finally:
        connection.cursor().execute("PRAGMA query_only = OFF")


@pytest.mark.slow
@pytest.mark.network_loopback
def test_a_process_that_ends_between_ledger_and_list_is_mended_by_the_next_press(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    from django.db import connection

    from doideposit.django.deposits import register

    def end(execute: Any, sql: str, *rest: Any) -> Any:
        if "doideposit_doistate" in sql and sql.startswith("INSERT"):
            raise KeyboardInterrupt
        return execute(sql, *rest)

    one = write()
    with connection.execute_wrapper(end), pytest.raises(KeyboardInterrupt):
        register([one])
    assert column(admin) == "—"
    assert press(admin, one)[0] == ("success", "1 DOI is on its way (test).")
    registered(doideposit_sandbox_server)
    assert column(admin) == f"{DOI} (rehearsal)"
    assert len(doideposit_sandbox_server.submissions) == 1


@pytest.mark.slow
@pytest.mark.network_loopback
def test_two_editors_press_at_once_and_it_is_sent_once(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    from django.db import connection

    from doideposit.django.deposits import RegisteredObjects, register
    from doideposit.django.models import DoiState

    chosen = [write("258"), write("259")]
    barrier = Barrier(2)

    def editor() -> RegisteredObjects:
        barrier.wait()
        try:
            return register(chosen)
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        done = [each.result() for each in [pool.submit(editor), pool.submit(editor)]]
    assert sum(len(each.accepted) for each in done) >= 2
    assert {(each.refused, each.unkept, each.error) for each in done} == {((), "", None)}
    registered(doideposit_sandbox_server)
    assert DoiState.objects.count() == 2
    sent = [one.content for one in doideposit_sandbox_server.submissions]
    assert len(sent) == len(set(sent))
    assert sum(content.count(b"<doi>") for content in sent) == 2


@pytest.mark.slow
@pytest.mark.network_loopback
def test_an_object_whose_own_code_fails_stops_no_other(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    from doideposit.django.deposits import refresh, register

    def broken() -> dict[str, Any]:
        raise LookupError("no address for “x y”")

    right, wrong = write(), write("x y")
    wrong.doi_record = broken
    done = register([wrong, right])
    assert done.accepted == (right,)
    ((_, said),) = done.refused
    assert "LookupError: no address for “x y”" in said
    assert refresh().looked == 1


@pytest.mark.slow
@pytest.mark.network_loopback
def test_a_page_that_moved_and_a_number_that_changed_are_told_apart(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    from django.test import override_settings

    from doideposit.django.models import DoiState

    one = write()
    press(admin, one)
    registered(doideposit_sandbox_server)
    with override_settings(SITE_ADDRESS="https://new.example.org"):
        follow()
        state = DoiState.objects.get()
        assert state.standing == "changed"
        assert "moved from https://www.example.org/comment-258/" in state.next_action
    type(one).objects.update(number="1258")
    assert "gets a second DOI, 10.48251/SADF.ISSN.2406-5617.C1258" in follow()
    assert "0 newly in need of a person" in follow(), "what stays so is told once"
    assert column(admin).startswith("the number was changed")


@pytest.mark.slow
@pytest.mark.network_loopback
def test_a_list_costs_one_query_more_whatever_its_length(admin: Any) -> None:
    from commentaries.models import Commentary
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as seen:
            assert admin.get("/admin/commentaries/commentary/").status_code == 200
        return sum("doideposit_doistate" in one["sql"] for one in seen), len(seen)

    write()
    queries()
    few = queries()
    Commentary.objects.bulk_create(
        Commentary(number=str(number), title="T", published="2023-09-14") for number in range(300, 399)
    )
    assert queries() == few
    assert few[0] == 1


@pytest.mark.slow
@pytest.mark.network_loopback
def test_a_commentary_without_authors_has_a_page_all_the_same(admin: Any) -> None:
    from commentaries.models import Commentary

    one = Commentary.objects.create(number="260", title="Later", published="2023-09-14")
    assert "citation_" not in admin.get("/comment-260/").content.decode()
    assert [level for level, _ in press(admin, one)] == ["error"]


@pytest.mark.slow
@pytest.mark.network_loopback
def test_everything_public_is_registered_by_one_command(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    from django.core.management import CommandError, call_command

    write("258"), write("259"), write("x y")
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="1 of 3 cannot be registered"):
        call_command("register_dois", "commentaries.Commentary", stdout=out, stderr=err)
    assert out.getvalue() == "2 on their way, 0 unchanged\n"
    assert err.getvalue().startswith("x y: ")
    follow()
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 3"):
        call_command("register_dois", "commentaries.Commentary", "--dry-run", stdout=out, stderr=err)
    assert out.getvalue().count(": unchanged") == 2
    with pytest.raises(CommandError, match="not a model"):
        call_command("register_dois", "commentaries.Nothing")
    with pytest.raises(CommandError, match="DoiModel"):
        call_command("register_dois", "commentaries.Author")


@pytest.mark.slow
@pytest.mark.network_loopback
def test_the_checks_name_what_is_missing(admin: Any, site: Path) -> None:
    from django.core.checks import run_checks
    from django.test import override_settings

    def told(**changed: Any) -> set[str]:
        with override_settings(**changed):
            return {one.id for one in run_checks(tags=["doideposit"])}

    assert told() == set()
    assert told(DOIDEPOSIT_CONFIG=None) == {"doideposit.E001"}
    assert told(DOIDEPOSIT_CONFIG=site / "nothing.toml") == {"doideposit.E002"}
    assert told(DOIDEPOSIT_TARGET="sandbox", DEBUG=False) == {"doideposit.W001"}


def test_the_migrations_are_the_models(site: Path) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


RECORDS: dict[str, dict[str, Any]] = {
    "258": {"title": "“Fish” & 'chips' \"now\", with &amp;amp; and 5 &lt; 6"},
    "259": {"title": "H<sub>2</sub>O &lt;/script&gt;&lt;!-- <i>again</i>", "subtitle": "Why?"},
    "260": {"title": "Rivers \N{WATER WAVE} & rain", "published": "2023-09"},
    "261": {"title": "L’été à Bruxelles", "language": "fr", "authors": [{"organisation": "Le “Forum” & amis"}]},
    "262": {
        "title": "日本の川",
        "language": "ja",
        "translated_titles": [{"text": "Rivers of Japan", "language": "en"}],
        "authors": [{"given": "Ada", "family": "O'Hara <b>", "suffix": "Jr."}, {"given": "X", "family": "Y"}],
    },
    "263": {
        "title": "RETRACTED: Everything",
        "institutions": [{"name": "Harbour & House"}],
        "report_number": "HH 263",
        "licences": ["https://creativecommons.org/licenses/by/4.0/"],
        "pdf_url": "https://www.sadf.eu/c.pdf",
        "references": [
            {"text": "Mer, A. (2019). <i>On tides</i>.", "url": "https://www.sadf.eu/tides", "doi": "10.5555/tides"},
            {"author": "Byron", "year": "1843", "article_title": "Notes", "url": "https://www.sadf.eu/notes"},
            {"text": "A leaflet", "doi": "10.5555/leaflet"},
        ],
    },
    "264(2);3_4": {"title": "A DOI with odd signs"},
    "007": {"title": "Zeros at its front", "authors": [{"organisation": "South Asia Democratic Forum"}]},
    "A/12": {"title": "Letters and a slash", "authors": [{"family": "Pelé"}], "published": "2023"},
    "b-265": {
        "title": "&lt;/script>&lt;script>alert('\"moved\"')&lt;/script>",
        "url": "https://www.sadf.eu/new/b-265/",
    },
    "No.266_x": {"title": '🌊🌊 "Both" ‘kinds’ of «quotes»'},
    "267_(fr)": {"title": "Sans personne", "language": "fr", "authors": [{"organisation": "Forum “des” rivières"}]},
}


@dataclass(frozen=True)
class Landing:
    """What one of the doors gives a page: tags, JSON-LD, the DOI as a link, and the citation."""

    meta: list[tuple[str, str]]
    json_ld: Any
    link: str
    citation: str

    @classmethod
    def of(cls, head: str, link: str, citation: str) -> "Landing":
        """Read what was written as HTML, as a browser would."""
        tags = re.findall(r'<meta name="([^"]*)" content="([^"]*)">', head)
        (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', head, re.DOTALL)
        href, shown = re.findall(r'<a href="([^"]*)">([^<]*)</a>', link)[0]
        assert href == shown
        return cls([(name, unescape(content)) for name, content in tags], json.loads(data), unescape(href), citation)


def by_command(named: str, capsys: pytest.CaptureFixture[str], site: Path) -> Landing:
    from doideposit.cli.main import run

    capsys.readouterr()
    assert run(["--config", str(site / "doideposit.toml"), "tags", named, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["records"]
    one = Landing.of(found["head_html"], found["doi_display"], found["citation"])
    assert one.meta == [(each["name"], each["content"]) for each in found["meta"]]
    assert one.json_ld == found["json_ld"]
    return one


def over_http(client: Any, doi: str) -> Landing:
    found = client.open(f"/v1/dois/{quote(doi, safe='')}/tags").get_json()
    return Landing.of(found["head_html"], found["doi_display"], found["citation"])


def by_template(record: dict[str, Any], *, registered: bool) -> Landing | str:
    from django.template import Context, Template

    from doideposit.django.models import DoiState

    class Page:
        doi_state = DoiState(doi=record["doi"], target="production", registered=registered)

        def doi_record(self) -> dict[str, Any]:
            return record

    parts = "{% load doideposit %}{% doi_head one %}|||{% doi_link one %}|||{% doi_citation one %}"
    head, link, citation = Template(parts).render(Context({"one": Page()})).split("|||")
    return Landing.of(head, link, unescape(citation)) if head else head + link + citation


def in_wordpress(site: Any, doi: str) -> Landing | str:
    site.meta = {"commentary_number": "1", "_doideposit_state": {"doi": doi}}
    site("doideposit_refresh")
    # Tests have no production, and nothing is shown of a DOI that is elsewhere.
    site.meta["_doideposit_state"]["target"] = "production"
    head, link = site("doideposit_head"), site("doideposit_link")
    return Landing.of(head, link, site.meta["_doideposit_state"]["citation"]) if head else head + link


@pytest.mark.slow
@pytest.mark.network_loopback
@pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed: apt-get install php-cli")
def test_a_landing_page_is_the_same_by_command_http_django_and_wordpress(
    admin: Any, site: Path, doideposit_sandbox_server: SandboxServerForTests, capsys: pytest.CaptureFixture[str]
) -> None:
    from api_client import ApiClient
    from doideposit.django.opening import depositor
    from wordpress_site import wordpress_on

    person = {"given": "Siegfried O.", "family": "Wolf"}
    common = {"series": "sadf-comment", "published": "2023-09-14", "authors": [person]}
    records = {
        number: {
            "number": number,
            "url": f"https://www.sadf.eu/comment-{quote(number)}/",
            "doi": DOI.replace("258", number),
            **common,
            **one,
        }
        for number, one in RECORDS.items()
    }
    report = depositor().deposit(*records.values())
    assert report.ok, [str(one) for each in report.entries for one in each.findings if one.stops]
    registered(doideposit_sandbox_server)
    cms = ApiClient(depositor())
    with wordpress_on(cms) as wordpress:
        for number, record in records.items():
            expected = by_template(record, registered=True)
            assert isinstance(expected, Landing)
            assert expected.link == Doi(record["doi"]).url
            assert by_command(number, capsys, site) == expected
            assert over_http(cms, record["doi"]) == expected
            assert in_wordpress(wordpress, record["doi"]) == expected
            assert by_template(record, registered=False) == ""
        # What is not registered has no tags in either of them: its DOI leads nowhere.
        late = records["258"] | {"number": "265", "doi": DOI.replace("258", "265")}
        assert depositor().deposit(late | {"url": "https://www.sadf.eu/comment-265/"}).ok
        assert in_wordpress(wordpress, late["doi"]) == ""
