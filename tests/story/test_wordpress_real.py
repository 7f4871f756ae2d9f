"""The plugin in a real WordPress with MariaDB: installed from its zip, pressed by an editor, seen by a reader."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests
from werkzeug.serving import make_server

from api_client import DOI, Cms
from depositing import Desk, sqlite_url

ROOT = Path(__file__).parents[2]
WORDPRESS = Path("/usr/share/wordpress")
MISSING = [
    name for name in ("php", "mariadbd", "mariadb-install-db") if shutil.which(name, path="/usr/sbin:/usr/bin") is None
]
if not (WORDPRESS / "wp-load.php").exists():
    MISSING.append("wordpress")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.acceptance,
    pytest.mark.network_loopback,
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"not installed: {', '.join(MISSING)} (Debian: apt-get install wordpress mariadb-server php-mysql php-cli)",
    ),
]

CONFIGURATION = """<?php
define( 'DB_NAME', 'site' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{socket}' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'WP_HOME', 'http://127.0.0.1:{port}' );
define( 'WP_SITEURL', 'http://127.0.0.1:{port}' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', __DIR__ . '/debug.log' );
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {{
	define( $name . '_KEY', 'of this test' );
	define( $name . '_SALT', 'of this test' );
}}
$table_prefix = 'wp_';
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
"""


# Debian has the themes in packages of their own.
THEME = """<!doctype html><html><head><?php wp_head(); ?></head><body>
<?php while ( have_posts() ) { the_post(); the_title(); the_content(); } ?></body></html>"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def database() -> Iterator[Path]:
    """A MariaDB server of its own, reached by a socket alone."""
    # The server gives root's rights away, and cannot enter pytest's own folders then.
    folder = Path(tempfile.mkdtemp(prefix="doideposit-db-"))
    own = []
    if os.geteuid() == 0:
        shutil.chown(folder, "mysql")
        own = ["--user=mysql"]
    data, listening = folder / "data", folder / "socket"
    common = ["--no-defaults", f"--datadir={data}", *own]
    made = subprocess.run(
        ["mariadb-install-db", *common, "--auth-root-authentication-method=normal"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    server = subprocess.Popen(
        ["/usr/sbin/mariadbd", *common, f"--socket={listening}", "--skip-networking", f"--pid-file={folder / 'pid'}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            made = subprocess.run(
                ["mariadb", "--no-defaults", f"--socket={listening}", "-uroot", "-e", "create database site"],
                capture_output=True,
                check=False,
            )
            if made.returncode == 0:
                break
            time.sleep(0.1)
        else:
            pytest.fail("MariaDB did not start")
        yield listening
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class RealSite:
    """WordPress behind PHP's own web server, the API behind it, and an editor's browser."""

    cms: Cms
    address: str
    posts: dict[str, int]
    root: Path
    database: Path
    session: requests.Session = field(default_factory=requests.Session)

    def login(self, name: str) -> None:
        self.session = requests.Session()
        self.session.cookies.set("wordpress_test_cookie", "WP Cookie check")
        form = {"log": name, "pwd": "a password for this test", "wp-submit": "Log In", "testcookie": "1"}
        assert "wp-admin" in self.session.post(f"{self.address}/wp-login.php", data=form, timeout=60).url

    def page(self, path: str) -> str:
        answer = self.session.get(f"{self.address}{path}", timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.text

    def column(self, number: str) -> str:
        page = self.page("/wp-admin/edit.php")
        row = page[page.index(f'id="post-{self.posts[number]}"') :]
        cell = re.search(r"<td class='doideposit[^>]*>(.*?)</td>", row, re.DOTALL)
        return unescape(re.sub(r"<[^>]+>", " ", cell[1])).strip()

    def register(self, *numbers: str) -> str:
        page = self.page("/wp-admin/edit.php")
        nonce = re.search(r'name="_wpnonce" value="(\w+)"', page)[1]
        query = "&".join(f"post[]={self.posts[number]}" for number in numbers)
        return unescape(self.page(f"/wp-admin/edit.php?action=doideposit_register&{query}&_wpnonce={nonce}"))

    def php(self, code: str) -> str:
        """Run some code inside WordPress, as wp-cron does."""
        done = subprocess.run(
            ["php", "-r", f"require 'wp-load.php'; wp_set_current_user(1); {code}"],
            cwd=self.root,
            env={**os.environ, "HTTP_HOST": self.address.removeprefix("http://")},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def sql(self, command: str) -> None:
        """Let the owner of the database do something."""
        subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.database}", "-uroot", "site", "-e", command], check=True
        )

    def press(self, number: str) -> str:
        """Press the button of the box beside the editor."""
        page = self.page(f"/wp-admin/post.php?post={self.posts[number]}&action=edit")
        form = page[page.index('id="doideposit-form"') :]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
        answer = self.session.post(f"{self.address}/wp-admin/admin-post.php", data=fields, timeout=60)
        return unescape(answer.text)


@pytest.fixture
def site(database: Path, tmp_path: Path) -> Iterator[RealSite]:
    zipped = tmp_path / "plugin.zip"
    subprocess.run([sys.executable, ROOT / "packaging" / "wordpress" / "build.py", zipped], check=True)
    root = tmp_path / "site"
    shutil.copytree(WORDPRESS, root, ignore=shutil.ignore_patterns("twentytwentyone", "twentytwenty"))
    (root / "wp-config.php").unlink(missing_ok=True)
    port = free_port()
    (root / "wp-config.php").write_text(CONFIGURATION.format(socket=database, port=port))
    shutil.rmtree(root / "wp-content" / "plugins", ignore_errors=True)
    theme = root / "wp-content" / "themes" / "plain"
    theme.mkdir(parents=True)
    (theme / "style.css").write_text("/* Theme Name: Plain */")
    (theme / "index.php").write_text(THEME)
    with ZipFile(zipped) as archive:
        archive.extractall(root / "wp-content" / "plugins")
    client = ["mariadb", "--no-defaults", f"--socket={database}", "-uroot", "-e"]
    subprocess.run([*client, "drop database site; create database site"], check=True)
    with Desk(sqlite_url(tmp_path), target="production") as desk:
        cms = Cms(desk)
        api = make_server("127.0.0.1", 0, cms.app, threaded=True)
        threading.Thread(target=api.serve_forever, args=(0.01,), daemon=True).start()
        settings = {
            "url": f"http://127.0.0.1:{api.server_port}",
            "token": cms.token,
            "series": "sadf-comment",
            "category": "commentary",
        }
        installed = subprocess.run(
            ["php", ROOT / "tests" / "wordpress" / "install.php"],
            cwd=root,
            env={**os.environ, "DOIDEPOSIT_SETTINGS": json.dumps(settings), "HTTP_HOST": f"127.0.0.1:{port}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert installed.returncode == 0, installed.stdout + installed.stderr
        php = subprocess.Popen(
            ["php", "-S", f"127.0.0.1:{port}", "-t", root],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": "2"},
        )
        try:
            posts = json.loads(installed.stdout[installed.stdout.rindex("{") :])
            one = RealSite(cms, f"http://127.0.0.1:{port}", posts, root, database)
            for _ in range(100):
                try:
                    one.login("staff")
                    break
                except requests.ConnectionError:
                    time.sleep(0.1)
            yield one
            log = root / "debug.log"
            # WordPress 6.1 itself is not made for the newest PHP; the plugin has to be silent.
            assert "plugins/doideposit" not in (log.read_text(encoding="utf-8") if log.exists() else "")
        finally:
            php.terminate()
            php.wait(10)
            api.shutdown()
            api.server_close()


def test_the_whole_way_of_a_post(site: RealSite) -> None:
    assert site.column("258") == "—"
    said = site.register("258", "259", "260", "261")
    assert f"Rivers & rain 258: {DOI} is on its way to Crossref." in said
    assert said.count("Publish it first") == 2
    assert site.column("258") == f"{DOI} (under way)"
    site.cms.desk.settle()
    assert site.column("258") == f"https://doi.org/{DOI}"
    (xml,) = {one.content for one in site.cms.desk.sandbox.submissions if DOI.encode() in one.content}
    assert b"<title>Rivers &amp; rain 258</title>" in xml
    assert b"South Asia Democratic Forum</organization>" in xml

    site.session = requests.Session()
    page = site.page("/comment-258/")
    head, _, body = page.partition("<body")
    assert f'<meta name="citation_doi" content="{DOI}">' in head
    assert f'<a href="https://doi.org/{DOI}">https://doi.org/{DOI}</a>' in body
    data = json.loads(re.search(r'<script type="application/ld\+json">(\{"@context.*?)</script>', head)[1])
    assert data["identifier"]["value"] == DOI

    site.login("staff")
    assert "registered with the same content" in site.press("258")


def test_a_service_that_hangs_holds_no_page(site: RealSite) -> None:
    site.register("258", "259")
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(50)
        form = site.page("/wp-admin/options-general.php?page=doideposit")
        assert site.cms.token not in form, "no page shows the token"
        nonce = re.search(r'name="_wpnonce" value="(\w+)"', form)[1]
        fields = {
            "option_page": "doideposit",
            "action": "update",
            "_wpnonce": nonce,
            "doideposit[url]": f"http://127.0.0.1:{deaf.getsockname()[1]}",
            "doideposit[token]": "",
            "doideposit[series]": "sadf-comment",
            "doideposit[category]": "commentary",
        }
        site.session.post(f"{site.address}/wp-admin/options.php", data=fields, timeout=60)
        begun = time.monotonic()
        assert site.column("258") == f"{DOI} (under way)"
        assert time.monotonic() - begun < 20, "one request of three seconds for all rows, and not one for each"


def test_a_contributor_may_not(site: RealSite) -> None:
    site.login("writer")
    page = site.page("/wp-admin/edit.php")
    assert "doideposit_register" not in page
    nonce = re.search(r'name="_wpnonce" value="(\w+)"', page)
    query = f"post[]={site.posts['258']}&_wpnonce={nonce[1] if nonce else ''}"
    site.session.get(f"{site.address}/wp-admin/edit.php?action=doideposit_register&{query}", timeout=60)
    answer = site.session.post(
        f"{site.address}/wp-admin/admin-post.php",
        data={"action": "doideposit_register", "post": str(site.posts["258"])},
        timeout=60,
    )
    assert answer.status_code == 403
    assert site.cms.desk.depositor.outstanding() == 0


def test_deleting_a_post_says_what_its_doi_needs(site: RealSite) -> None:
    site.register("258")
    page = site.page("/wp-admin/edit.php")
    link = unescape(re.search(rf'href="([^"]*post={site.posts["258"]}&amp;action=trash[^"]*)"', page)[1])
    said = unescape(site.session.get(link, timeout=60).text)
    assert f"{DOI} stays registered. Keep a page at" in said


def test_the_page_shows_its_doi_without_any_visit_to_the_list(site: RealSite) -> None:
    site.register("258")
    site.cms.desk.settle()
    assert site.php("echo wp_next_scheduled( 'doideposit_follow' ) ? 'hourly' : 'never';") == "hourly"
    site.php("do_action( 'doideposit_follow' );")
    site.session = requests.Session()
    assert f"https://doi.org/{DOI}</a>" in site.page("/comment-258/")
    site.php(
        "require_once ABSPATH . 'wp-admin/includes/plugin.php'; deactivate_plugins( 'doideposit/doideposit.php' );"
    )
    assert "citation_doi" not in site.page("/comment-258/")
    assert site.php("echo wp_next_scheduled( 'doideposit_follow' ) ? 'hourly' : 'never';") == "never"
    kept = site.php(f"echo get_post_meta( {site.posts['258']}, '_doideposit_state', true )['doi'];")
    assert kept == DOI, "the DOI stays with the post"


def test_quick_edit_brings_its_row_back(site: RealSite) -> None:
    site.register("258")
    page = site.page("/wp-admin/edit.php")
    nonce = re.search(r'id="_inline_edit" name="_inline_edit" value="(\w+)"', page)[1]
    fields = {
        "action": "inline-save",
        "_inline_edit": nonce,
        "post_type": "post",
        "post_ID": str(site.posts["258"]),
        "screen": "edit-post",
        "post_title": "Another <em>title</em> 🌊",
        "_status": "draft",
        "post_view": "list",
    }
    answer = site.session.post(f"{site.address}/wp-admin/admin-ajax.php", data=fields, timeout=60)
    assert answer.status_code == 200
    assert DOI in answer.text
    assert "Readers cannot open its page any more" in answer.text
    assert f"{DOI} stays registered. Keep a page at" in unescape(site.page("/wp-admin/edit.php"))


def test_two_editors_press_at_once_and_it_is_sent_once(site: RealSite) -> None:
    pages = []
    for _ in range(2):
        site.login("staff")
        form = site.page(f"/wp-admin/post.php?post={site.posts['258']}&action=edit")
        form = form[form.index('id="doideposit-form"') :]
        pages.append((site.session, dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))))
    barrier = threading.Barrier(2)

    def press(session: requests.Session, fields: dict[str, str]) -> int:
        barrier.wait()
        return session.post(f"{site.address}/wp-admin/admin-post.php", data=fields, timeout=60).status_code

    with ThreadPoolExecutor() as pool:
        assert set(pool.map(press, *zip(*pages, strict=True))) == {200}
    assert site.column("258") == f"{DOI} (under way)"
    site.cms.desk.settle()
    assert sum(DOI.encode() in one.content for one in site.cms.desk.sandbox.submissions) == 1


def test_a_database_without_rights_loses_nothing(site: RealSite) -> None:
    site.sql("create or replace trigger no_rights before insert on wp_postmeta for each row signal sqlstate '42000'")
    assert "its database cannot be written. Nothing is lost" in site.register("258")
    assert site.column("258") == "—"
    site.sql("drop trigger no_rights")
    assert "the same content is under way" in site.register("258")
    assert site.column("258") == f"{DOI} (under way)"


def test_the_plugin_is_replaced_while_a_deposit_is_under_way(site: RealSite) -> None:
    folder = site.root / "wp-content" / "plugins" / "doideposit"
    aside = folder.with_name("aside")
    with ThreadPoolExecutor() as pool:
        pressed = pool.submit(site.register, "258")
        shutil.copytree(folder, aside)
        shutil.rmtree(folder)
        aside.rename(folder)
        with suppress(AssertionError, TypeError, ValueError):
            pressed.result()
    site.php("require_once ABSPATH . 'wp-admin/includes/plugin.php'; activate_plugin( 'doideposit/doideposit.php' );")
    site.register("258")
    assert site.column("258") == f"{DOI} (under way)"
    site.cms.desk.settle()
    assert sum(DOI.encode() in one.content for one in site.cms.desk.sandbox.submissions) == 1


def test_two_posts_never_share_a_doi(site: RealSite) -> None:
    site.register("258")
    site.php(f"update_post_meta( {site.posts['259']}, 'commentary_number', '258' );")
    assert 'belongs to "Rivers & rain 258"' in site.register("259")
    assert site.cms.desk.depositor.outstanding() == 1
