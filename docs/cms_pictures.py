"""Makes the pictures of Django's admin and of WordPress: `python docs/cms_pictures.py [django|wordpress]`.

Each runs for real, over a simulated Crossref on this machine: the example for Django, and the WordPress of the tests.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests"))

SIZE = {"width": 1280, "height": 800}
PASSWORD = "a password for these pictures"  # noqa: S105  (of a site that lives for a minute)
CONFIGURATION = """
target = "production"

[depositor]
name = "South Asia Democratic Forum"
email = "info@sadf.eu"
registrant = "South Asia Democratic Forum"

[targets.production]
url = "http://127.0.0.1:{port}"
rest_url = "http://127.0.0.1:{port}"
handle_url = "http://127.0.0.1:{port}"

[credentials.production]
username = "sandbox"
password = {{ env = "SITE_PASSWORD" }}

[series.sadf-comment]
title = "SADF Comment"
issn = "2406-5617"
issn_medium = "electronic"
prefix = "10.48251"
doi = "{{prefix}}/SADF.ISSN.{{issn}}.C{{number}}"
publisher = {{ name = "South Asia Democratic Forum", place = "Brussels" }}
"""
WRITTEN = """
from django.contrib.auth.models import User
from commentaries.models import Author, Commentary
User.objects.create_superuser("staff", "staff@example.org", {password!r})
for number, title, day in [
    ("255", "Small rivers, large claims", "2023-06-01"), ("256", "Who reads a treaty?", "2023-07-12"),
    ("257", "Ports and promises", "2023-08-20"), ("258", "Prospects for NATO-Japan relations", "2023-09-14"),
    ("x y", "A number that is none", "2023-10-02"), ("260", "After the monsoon", "2099-01-01"),
]:
    one = Commentary.objects.create(number=number, title=title, published=day, text="The first lines of the text.")
    Author.objects.create(commentary=one, given="Siegfried O.", family="Wolf", affiliation="SADF")
"""


@contextmanager
def started(command: list[str], address: str, **options: Any) -> Iterator[None]:
    """Start a program that listens, wait until it answers, and end it afterwards."""
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        program.terminate()
        program.wait(20)


def keep(page: Page, name: str) -> None:
    """Keep what a page looks like."""
    page.screenshot(path=HERE / "images" / f"{name}.png")


def django(browser: Browser) -> None:
    """Register some commentaries of the example, edit one, and look at its public page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "examples" / "django_app", folder, dirs_exist_ok=True)
        settings = folder / "site_settings.py"
        # The address of the pages is that of the publisher of the example.
        settings.write_text(settings.read_text("utf-8").replace("www.example.org", "www.sadf.eu"), "utf-8")
        (folder / "doideposit.toml").write_text(CONFIGURATION.format(port=8391), "utf-8")
        options: dict[str, Any] = {"cwd": folder, "env": {**os.environ, "SITE_PASSWORD": "sandbox"}}
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "-v", "0"], check=True, **options)
        subprocess.run([*manage, "shell", "-v", "0", "-c", WRITTEN.format(password=PASSWORD)], check=True, **options)
        crossref = [sys.executable, "-m", "doideposit", "sandbox", "--port", "8391", "--fast"]
        server = [*manage, "runserver", "--noreload", "8392"]
        site = "http://127.0.0.1:8392"
        with (
            started(crossref, "http://127.0.0.1:8391/", **options),
            started(server, f"{site}/admin/login/", **options),
        ):
            page = browser.new_page(viewport=SIZE)
            page.goto(f"{site}/admin/login/")
            page.fill("#id_username", "staff")
            page.fill("#id_password", PASSWORD)
            page.get_by_role("button", name="Log in").click()
            press(page, site, ["258", "257"])
            for _ in range(3):
                subprocess.run([*manage, "follow_dois", "--all"], check=False, capture_output=True, **options)
            press(page, site, ["258", "256", "x y", "260"])
            keep(page, "django-list")
            page.get_by_role("link", name="258", exact=True).click()
            page.get_by_role("button", name="Save and register DOI").scroll_into_view_if_needed()
            keep(page, "django-edit")
            page.set_viewport_size(SIZE | {"height": 300})
            page.goto(f"{site}/comment-258/")
            keep(page, "django-page")


def press(page: Page, site: str, numbers: list[str]) -> None:
    """Select commentaries in the list, and choose "Register DOI"."""
    page.goto(f"{site}/admin/commentaries/commentary/")
    for number in numbers:
        page.locator("tr", has=page.get_by_role("link", name=number, exact=True)).locator("input.action-select").check()
    page.select_option("select[name=action]", "register_doi")
    page.get_by_role("button", name="Go").click()
    page.wait_for_load_state("networkidle")


TITLES = {
    "258": "Prospects for NATO-Japan relations",
    "259": "Ports & promises",
    "260": "After the monsoon",
    "261": "Who reads a treaty?",
}


def wordpress(browser: Browser) -> None:
    """Register some posts of the WordPress of the tests, look at the editor of one, and at its public page."""
    from real_wordpress import MISSING, database_server, real_site  # noqa: PLC0415  (it lies beside the tests)

    if MISSING:
        sys.exit(f"no pictures of WordPress: {MISSING}")
    with (
        tempfile.TemporaryDirectory() as name,
        database_server() as database,
        real_site(database, Path(name)) as site,
    ):
        for number, title in TITLES.items():
            fields = f"'ID' => {site.posts[number]}, 'post_title' => '{title}', 'post_content' => 'The first lines.'"
            site.php(f"wp_update_post( array( {fields} ) );")
        # The post that comes with WordPress, and the theme of Debian where it is installed.
        site.php("wp_delete_post( 1, true ); switch_theme( 'twentytwentythree' );")
        page = browser.new_page(viewport=SIZE)
        page.goto(f"{site.address}/wp-login.php")
        page.fill("#user_login", "staff")
        page.fill("#user_pass", "a password for this test")
        page.get_by_role("button", name="Log In").click()
        press_in_list(page, site.address, ["258"])
        site.cms.desk.settle()
        press_in_list(page, site.address, list(TITLES))
        page.wait_for_load_state("networkidle")
        keep(page, "wordpress-list")
        page.goto(f"{site.address}/wp-admin/post.php?post={site.posts['258']}&action=edit")
        # The welcome to the editor of blocks stands before everything else at the first visit.
        close = page.get_by_role("button", name="Close", exact=True)
        if close.is_visible() or page.locator(".components-modal__frame").count():
            page.keyboard.press("Escape")
        page.locator("#doideposit").scroll_into_view_if_needed()
        keep(page, "wordpress-edit")
        # Readers have no black bar of WordPress above the page.
        reader = browser.new_page(viewport=SIZE | {"height": 480})
        reader.goto(f"{site.address}/comment-258/")
        keep(reader, "wordpress-page")


def press_in_list(page: Page, site: str, titles: list[str]) -> None:
    """Select posts in the list of WordPress, and choose "Register DOI"."""
    page.goto(f"{site}/wp-admin/edit.php")
    for number in titles:
        page.locator("tr", has=page.get_by_role("link", name=TITLES[number], exact=False)).locator(
            "th.check-column input"
        ).check()
    page.select_option("#bulk-action-selector-top", "doideposit_register")
    page.locator("#doaction").click()


PICTURES = {"django": django, "wordpress": wordpress}


def main() -> None:
    """Make the pictures that are asked for, or all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name in sys.argv[1:] or PICTURES:
            PICTURES[name](browser)
        browser.close()


if __name__ == "__main__":
    main()
