"""A real WordPress with MariaDB and the plugin in it: for tests, and for the pictures of the documentation."""

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
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests
from werkzeug.serving import make_server

from api_client import Cms
from depositing import Desk, sqlite_url

__all__ = ["MISSING", "WORDPRESS", "RealSite", "database_server", "real_site"]

ROOT = Path(__file__).parents[1]
WORDPRESS = Path("/usr/share/wordpress")
_PROGRAMS = ("php", "mariadbd", "mariadb-install-db")
_AWAY = [name for name in _PROGRAMS if shutil.which(name, path="/usr/sbin:/usr/bin") is None]
if not (WORDPRESS / "wp-load.php").exists():
    _AWAY.append("wordpress")
# What is missing here, with the way to get it; nothing where all is there.
MISSING = (
    f"not installed: {', '.join(_AWAY)} (Debian: apt-get install wordpress mariadb-server php-mysql php-cli)"
    if _AWAY
    else ""
)

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


@contextmanager
def database_server() -> Iterator[Path]:
    """Start a MariaDB server of its own, reached by a socket alone; yield that."""
    # The server gives root's rights away, and cannot enter pytest's own folders then.
    folder = Path(tempfile.mkdtemp(prefix="doideposit-db-"))
    own = []
    if os.geteuid() == 0:
        shutil.chown(folder, "mysql")
        own = ["--user=mysql"]
    data, listening = folder / "data", folder / "socket"
    # The folder for temporary files of this process may be closed to the server's user.
    common = ["--no-defaults", f"--datadir={data}", f"--tmpdir={folder}", *own]
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


@contextmanager
def real_site(database: Path, tmp_path: Path) -> Iterator[RealSite]:
    """Install WordPress and the plugin into a folder, start it, and sign an editor in."""
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
