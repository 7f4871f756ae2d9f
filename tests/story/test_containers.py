"""The services of `packaging/compose.yaml` from nothing to a registered DOI, in the image that the Dockerfile makes."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

import psycopg
import pytest
import yaml

import postgres
from clean_root import ROOT, USER, Container, built_image, why_not
from desk import DOI, FAST
from doideposit.cli.init import PRESETS

VOLUME = "work"
WORK = f"/srv/doideposit/{VOLUME}"
PASSWORDS = {"database": "a password of the database", "crossref": "never used here", "anna": "a password of anna"}
TOKEN = "a-token-of-the-api-with-many-characters"
RECORD = """\
series: sadf-comment
number: 258
title: Prospects for NATO-Japan relations
published: 2023-09-14
authors:
  - {given: Siegfried O., family: Wolf}
url: https://www.sadf.eu/comment-258/
"""
COMPOSE = (ROOT / "packaging" / "compose.yaml").read_text("utf-8")
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
# One worker builds the image once for all of them.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.acceptance,
    pytest.mark.network_loopback,
    pytest.mark.xdist_group("image"),
    # Building the image downloads and unpacks what it installs, on a machine that does other work beside.
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if reason := why_not():
        pytest.skip(reason)
    with built_image(tmp_path_factory.mktemp("image")) as folder:
        yield folder


@pytest.fixture
def services(image: Path, tmp_path: Path) -> Container:
    """A folder beside compose.yaml with a configuration, and the volume for what lasts."""
    owner = [int(part) for part in USER.split(":")]
    text = PRESETS["sadf-comment"].configuration_text().replace("sqlite:///", f"sqlite:///{VOLUME}/") + FAST
    text += '\n[sandbox]\nstate = "work/sandbox.sqlite3"\n[inbox]\nfolder = "work/inbox"\nsettle = "0s"\n'
    (tmp_path / "doideposit.toml").write_text(text, "utf-8")
    (tmp_path / "work").mkdir()
    os.chown(tmp_path / "work", *owner)
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    volumes = {
        "/srv/doideposit/doideposit.toml": tmp_path / "doideposit.toml",
        WORK: tmp_path / "work",
    }
    return Container(image, volumes, frozenset({"/srv/doideposit/doideposit.toml"}))


def drop(container: Container) -> None:
    """Put a record into the inbox, as a colleague does."""
    inbox = container.volumes[WORK] / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / "c258.yaml").write_text(RECORD, "utf-8")
    for path in (inbox, inbox / "c258.yaml"):
        os.chown(path, *(int(part) for part in USER.split(":")))


def standing(container: Container) -> dict[str, Any]:
    code, out, err = container.run("status", DOI, "--json")
    assert code in {0, 1, 4}, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_from_nothing_to_a_registered_doi_though_killed_on_the_way(services: Container) -> None:
    assert SERVICES["serve"]["read_only"] is True
    drop(services)
    job = services.start(*SERVICES["job"]["command"])
    time.sleep(0.3)
    Container.kill(job)
    for _ in range(6):
        assert services.run("run")[0] == 0
        assert services.run("poll", "--all")[0] in {0, 4}
        if '"registered": true' in json.dumps(standing(services)):
            break
    else:
        pytest.fail(f"not registered: {standing(services)}")


@pytest.mark.parametrize("missing", ["no volume", "a read-only volume"])
def test_a_volume_that_is_missing_or_read_only_is_said(services: Container, tmp_path: Path, missing: str) -> None:
    volumes = dict(services.volumes)
    if missing == "no volume":
        del volumes[WORK]
    without = Container(services.image, volumes, services.read_only | {WORK})
    code, out, err = without.run("run")
    assert code == 3, out + err
    assert "Traceback" not in err
    assert "read-only" in (out + err).lower(), out + err
    shutil.rmtree(tmp_path / "work", ignore_errors=True)


def settings_of_compose() -> str:
    """Return the lines of configuration that the comments of compose.yaml ask for."""
    lines = [line.removeprefix("#").strip() for line in COMPOSE.splitlines() if line.startswith("#         ")]
    # The same comments end with a command, which is no line of a configuration.
    return "\n".join(line for line in lines if line.startswith("[") or " = " in line)


def owned(path: Path) -> Path:
    os.chown(path, *(int(part) for part in USER.split(":")))
    return path


@pytest.fixture
def composed(image: Path, tmp_path: Path) -> Iterator[Container]:
    """The services of compose.yaml over a PostgreSQL server: configuration, secrets and the volume `work`."""
    with postgres.running() as server:
        folder = Path(server.partition("host=")[2])
        folder.chmod(0o755)
        with psycopg.connect(f"host={folder} user=tests dbname=postgres", autocommit=True) as connection:
            connection.execute("CREATE ROLE doideposit LOGIN")
            connection.execute("CREATE DATABASE doideposit OWNER doideposit")
        # The server listens on a socket alone, so that its address is the folder of that in the place of a host.
        added = settings_of_compose().replace("@database/doideposit", "@/doideposit?host=/run/database")
        text = re.sub(r"\[ledger\].*\nurl = .*\n", "", PRESETS["sadf-comment"].configuration_text())
        text += f'{FAST}\n{added}\n[api.tokens]\nwordpress = {{ env = "WORDPRESS_TOKEN" }}\n'
        text = text.replace('folder = "work/inbox"', 'folder = "work/inbox"\nsettle = "0s"')
        (tmp_path / "doideposit.toml").write_text(text, "utf-8")
        for name in ("secrets", "work", "work/inbox"):
            (tmp_path / name).mkdir()
            owned(tmp_path / name)
        for name, password in PASSWORDS.items():
            secret = tmp_path / "secrets" / name
            secret.write_text(password, "utf-8")
            owned(secret).chmod(0o400)
        for parent in (tmp_path, *tmp_path.parents[:2]):
            parent.chmod(0o755)
        volumes = {
            "/srv/doideposit/doideposit.toml": tmp_path / "doideposit.toml",
            WORK: tmp_path / "work",
            "/run/secrets": tmp_path / "secrets",
            "/run/database": folder,
        }
        read_only = frozenset({"/srv/doideposit/doideposit.toml", "/run/secrets"})
        yield Container(image, volumes, read_only, {"WORDPRESS_TOKEN": TOKEN})


@pytest.fixture
def port() -> int:
    """A port that nobody uses: the containers of this test share the network of the machine."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
    return number


def eventually(look: Callable[[], Any], what: str, tries: int = 300) -> Any:
    for _ in range(tries):
        found = look()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail(f"{what}: not within {tries / 10} s")


def asked(address: str, body: object = None) -> Any:
    """Ask the API, as a CMS does; nothing where the service does not answer."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=30) as answer:
            return json.load(answer)
    except (URLError, ConnectionError, TimeoutError):
        return None


def events(database: Path) -> int:
    """Return how much is written in the ledger."""
    with psycopg.connect(f"host={database} user=tests dbname=doideposit") as connection:
        there = connection.execute("SELECT to_regclass('event')").fetchone()
        found = connection.execute("SELECT count(*) FROM event").fetchone() if there and there[0] else None
    return int(found[0]) if found else 0


def a_quarter_of_an_hour_passes(database: Path) -> None:
    """Set back what the next container would wait for: the lease of the killed one, and the time a file may be unknown."""
    long_ago = ("2026-01-01T00:00:00.000000Z",)
    with psycopg.connect(f"host={database} user=tests dbname=doideposit") as connection:
        connection.execute("UPDATE upload_lock SET lease_until = %s, pause_until = NULL", long_ago)
        waiting = "UPDATE submission SET lease_until = %s, next_poll_at = %s WHERE state IN ('sending', 'queued')"
        connection.execute(waiting, long_ago * 2)
        connection.execute("UPDATE attempt SET sent_at = %s WHERE status = 'sending'", long_ago)


def settled(here: str) -> bool:
    found = asked(f"{here}/v1/dois?state=done")
    return found is not None and len(found["records"]) == 2


def signed_in(here: str) -> str:
    """Return the first page for staff, as Anna sees it with the password of her file."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{here}/", timeout=30) as answer:
        form, address = answer.read().decode(), answer.url
    token = re.search(r'name="csrf" value="([^"]+)"', form)
    assert token, form
    words = urlencode({"csrf": token[1], "name": "anna", "password": PASSWORDS["anna"]}).encode()
    with browser.open(urllib.request.Request(address, words, {"Origin": here}), timeout=30) as answer:
        found: str = answer.read().decode()
    return found


@dataclass
class Composed:
    """The two services of ours: started, killed and started again."""

    container: Container
    serve_words: list[str]
    here: str
    running: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)

    def start(self, service: str) -> None:
        # Every second in the place of every ten minutes, since nobody waits for that here.
        words = {"serve": self.serve_words, "job": [*SERVICES["job"]["command"][:-1], "1s"]}[service]
        self.running[service] = self.container.start(*words)
        if service == "serve":
            eventually(lambda: asked(f"{self.here}/v1/health"), "the service answers")

    def kill(self, service: str) -> None:
        Container.kill(self.running.pop(service))


@pytest.fixture
def started(composed: Container, port: int) -> Iterator[Composed]:
    dockerfile = (ROOT / "packaging" / "Dockerfile").read_text("utf-8")
    words = yaml.safe_load(re.findall(r"^CMD (.*)$", dockerfile, re.MULTILINE)[-1])
    both = Composed(composed, [str(port) if word == "8081" else word for word in words], f"http://127.0.0.1:{port}")
    try:
        yield both
    finally:
        for each in both.running.values():
            # Shown where the test fails.
            print(Container.kill(each))


def test_compose_up_from_nothing_to_registered_dois_though_containers_are_killed(started: Composed) -> None:
    volumes, here = started.container.volumes, started.here
    database = volumes["/run/database"]
    drop(started.container)
    for service in ("serve", "job"):
        started.start(service)
    record = yaml.safe_load(RECORD) | {"number": "259", "url": "https://www.sadf.eu/comment-259/"}
    assert asked(f"{here}/v1/deposits?mode=enqueue", record | {"published": "2023-10-14"})["ok"]
    for kills in range(8):
        seen = events(database)
        # It is killed as soon as it has written something, in the middle of whatever comes next.
        eventually(lambda seen=seen: events(database) > seen or settled(here), "the job goes on")
        started.kill("job")
        if kills == 2:
            started.kill("serve")
            started.start("serve")
        a_quarter_of_an_hour_passes(database)
        started.start("job")
    eventually(lambda: settled(here), "both are registered")
    assert "258" in signed_in(here)
    # It is asked to stop between two passes; what it prints after the first says that it has got so far.
    assert started.running["job"].stdout.readline()
    for service in ("job", "serve"):
        Container.stop(started.running.pop(service))
    with closing(sqlite3.connect(volumes[WORK] / "sandbox.sqlite3")) as sandbox:
        found = sandbox.execute("SELECT doi_key, count(*) FROM registrations GROUP BY doi_key").fetchall()
    assert [count for _, count in found] == [1, 1], found


def test_a_database_without_rights_is_named_by_the_job_and_by_the_health_check(started: Composed) -> None:
    database = started.container.volumes["/run/database"]
    with psycopg.connect(f"host={database} user=tests dbname=postgres", autocommit=True) as connection:
        # Who does not own the database may not make tables in it (PostgreSQL 15 and later).
        connection.execute("ALTER DATABASE doideposit OWNER TO tests")
    code, out, err = started.container.run("run")
    assert code == 3, out + err
    assert "lacks the permission" in err
    assert "Traceback" not in err
    # It starts nevertheless and says so, since the rights may come later; why stands in its log, which is not public.
    started.running["serve"] = started.container.start(*started.serve_words)
    assert eventually(lambda: refused(f"{started.here}/v1/health"), "the service answers") == 503
    assert "lacks the permission" in Container.kill(started.running.pop("serve"))


def refused(address: str) -> int:
    """Return the status by which the service says that it cannot do its work; 0 where it does not answer."""
    try:
        urllib.request.urlopen(address, timeout=30).close()
    except HTTPError as error:
        error.close()
        return error.code
    except (URLError, ConnectionError, TimeoutError):
        return 0
    pytest.fail("the service says that it is well")


def test_a_container_that_is_stopped_while_it_starts_ends_at_once(services: Container) -> None:
    # It waits for a record on standard input, and has no handler for SIGTERM but that of the beginning.
    process = services.start("check", "-")
    command = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    inside = eventually(lambda: command.read_text().split(), "the container starts")[0]
    # Bit 14 of the mask stands for SIGTERM, which is signal 15.
    caught = re.compile(r"SigCgt:\t(\w+)")
    status = Path(f"/proc/{inside}/status")
    eventually(lambda: int(caught.findall(status.read_text())[0], 16) & 1 << 14, "the program heeds SIGTERM")
    os.kill(int(inside), signal.SIGTERM)
    process.wait(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    process.communicate()
