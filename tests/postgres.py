"""A throwaway PostgreSQL server for tests, on a Unix socket in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ABSENT = "PostgreSQL is not installed: apt-get install postgresql"


def program(name: str) -> Path | None:
    """Where a program of the server is: Debian keeps them out of the path, one folder for each version."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = shutil.which(name)
    return versions[-1] if versions else Path(found) if found else None


def _as_user() -> list[str]:
    """The server refuses to run as root; then it runs as the user its package made, or as nobody."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    runuser = shutil.which("runuser")
    if runuser is None:
        pytest.skip("PostgreSQL cannot be started as root, and runuser is not installed")
    return [runuser, "-u", user, "--"]


@contextmanager
def running() -> Iterator[str]:
    """Start a server with an empty cluster and yield its address without a database; stop and delete it at the end."""
    initdb, postgres = program("initdb"), program("postgres")
    if initdb is None or postgres is None:
        pytest.skip(ABSENT)
    folder = Path(tempfile.mkdtemp(prefix="doideposit-pg-"))
    prefix = _as_user()
    try:
        if prefix:
            entry = pwd.getpwnam(prefix[2])
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        data = folder / "data"
        command = [*prefix, str(initdb), "-D", str(data), "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd="/")
        # A socket and no port: nothing outside this machine can reach it, and two runs never collide.
        options = ["-k", str(folder), "-h", "", "-F", "-c", "max_connections=200"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*prefix, str(postgres), "-D", str(data), *options], stdout=log, stderr=log, cwd="/"
            )
        try:
            _wait(folder, server)
            yield f"postgresql+psycopg://tests@/{{database}}?host={folder}"
        finally:
            _stop(folder, server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    import time

    import psycopg

    for _ in range(200):
        if server.poll() is not None:
            raise RuntimeError((folder / "log").read_text(errors="replace"))
        try:
            psycopg.connect(f"host={folder} user=tests dbname=postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start: " + (folder / "log").read_text(errors="replace"))


def _stop(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    pg_ctl = program("pg_ctl")
    stop = [*_as_user(), str(pg_ctl), "stop", "-D", str(folder / "data"), "-m", "immediate"]
    subprocess.run(stop, check=False, capture_output=True, cwd="/")
    server.wait(timeout=30)


def new_database(server: str, name: str) -> str:
    """Make an empty database and return its address for a ledger."""
    import psycopg

    host = server.partition("host=")[2]
    with psycopg.connect(f"host={host} user=tests dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.format(database=name)
