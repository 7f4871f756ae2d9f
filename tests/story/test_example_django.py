"""The Django example, through Django's own test client, against a Crossref over HTTP on this machine."""

import json
import os
import re
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

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
    from commentaries import deposits
    from commentaries.models import Commentary
    from django.contrib.auth.models import User
    from django.test import Client

    for old in site.glob("doideposit.*"):
        old.unlink()
    (site / "doideposit.toml").write_text(CONFIGURATION.format(url=doideposit_sandbox_server.url))
    User.objects.filter(username="staff").delete()
    client = Client()
    client.force_login(User.objects.create_superuser("staff", "staff@example.org", "irrelevant"))
    yield client
    deposits.depositor().close()
    deposits.depositor.cache_clear()
    Commentary.objects.all().delete()


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
    cells = re.findall(r'<td class="field-doi">(.*?)</td>', page)
    return unescape(re.sub(r"<[^>]+>", "", cells[0]))


def follow() -> None:
    from django.core.management import call_command

    call_command("follow_dois", "--all", stdout=sys.stderr)


@pytest.mark.slow
@pytest.mark.network_loopback
def test_the_button_registers_and_the_column_follows(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    sandbox = doideposit_sandbox_server
    one = write()
    assert column(admin) == "—"
    assert press(admin, one) == [("success", f"{DOI}: new, on test")]
    assert column(admin) == "under way"
    assert press(admin, one) == [("success", f"{DOI}: the same content is under way (queued), on test")]
    assert len(sandbox.submissions) == 1
    assert DOI not in admin.get("/comment-258/").content.decode().partition("<body>")[2], "not shown before it works"
    sandbox.settle()
    follow()
    follow()
    assert column(admin) == f"https://doi.org/{DOI}"
    assert sandbox.record(DOI).url == "https://www.example.org/comment-258/"


@pytest.mark.slow
@pytest.mark.network_loopback
def test_the_landing_page(admin: Any, doideposit_sandbox_server: SandboxServerForTests) -> None:
    one = write()
    press(admin, one)
    doideposit_sandbox_server.settle()
    follow()
    follow()
    head, _, body = admin.get("/comment-258/").content.decode().partition("<body>")
    assert '<meta name="citation_title" content="Prospects for &lt;NATO&gt;-Japan relations">' in head
    assert '<meta name="citation_author" content="Wolf, Siegfried O.">' in head
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', head)[1])
    assert data["identifier"]["value"] == DOI
    assert f'<a href="https://doi.org/{DOI}">https://doi.org/{DOI}</a>' in body


@pytest.mark.slow
@pytest.mark.network_loopback
def test_what_is_wrong_is_said_with_its_field_and_the_rest_goes(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    wrong, right = write("259", orcid="0000-0002-1825-0098"), write()
    said = press(admin, wrong, right)
    assert ("success", f"{DOI}: new, on test") in said
    (error,) = [text for level, text in said if level == "error"]
    assert error.startswith("259: ")
    assert "authors[0].orcid" in error
    assert len(doideposit_sandbox_server.submissions) == 1


@pytest.mark.slow
@pytest.mark.network_loopback
def test_an_outage_is_a_warning_and_nothing_is_lost(
    admin: Any, doideposit_sandbox_server: SandboxServerForTests
) -> None:
    doideposit_sandbox_server.faults.add("status", "503", times=1)
    levels = [level for level, _ in press(admin, write())]
    assert levels == ["success", "warning"]
    assert column(admin) == "under way"
    from commentaries import deposits

    assert deposits.depositor().status(DOI).state.value == "prepared"


@pytest.mark.slow
@pytest.mark.network_loopback
def test_a_queued_request_needs_no_network(admin: Any, doideposit_sandbox_server: SandboxServerForTests) -> None:
    from django.test import override_settings

    with override_settings(DOIS_ARE_QUEUED=True):
        assert press(admin, write()) == [("success", f"{DOI}: new, on test")]
    assert not doideposit_sandbox_server.submissions
    follow()
    assert len(doideposit_sandbox_server.submissions) == 1


@pytest.mark.slow
@pytest.mark.network_loopback
def test_a_commentary_without_authors_has_a_page_all_the_same(admin: Any) -> None:
    from commentaries.models import Commentary

    one = Commentary.objects.create(number="260", title="Later", published="2023-09-14")
    assert "citation_" not in admin.get("/comment-260/").content.decode()
    assert [level for level, _ in press(admin, one)] == ["error"]


def test_the_migrations_are_the_models(site: Path) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.slow
@pytest.mark.network_loopback
def test_only_what_is_published_gets_a_doi(admin: Any, doideposit_sandbox_server: SandboxServerForTests) -> None:
    later, now = write("259"), write()
    later.published = "2099-05-01"
    later.save()
    said = press(admin, later, now)
    assert ("success", f"{DOI}: new, on test") in said
    assert any(level == "warning" and text.startswith("259 is not published before 2099") for level, text in said)
    assert len(doideposit_sandbox_server.submissions) == 1
    press(admin, later)
    assert len(doideposit_sandbox_server.submissions) == 1
