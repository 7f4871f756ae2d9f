"""The services of `packaging/compose.yaml` from nothing to a registered DOI, in the image that the Dockerfile makes."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from clean_root import ROOT, USER, Container, built_image, why_not
from desk import DOI, FAST
from doideposit.cli.init import PRESETS, configuration_text

RECORD = """\
series: sadf-comment
number: 258
title: Prospects for NATO-Japan relations
published: 2023-09-14
authors:
  - {given: Siegfried O., family: Wolf}
url: https://www.sadf.eu/comment-258/
"""
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "packaging" / "compose.yaml").read_text("utf-8"))["services"]
pytestmark = [pytest.mark.slow, pytest.mark.acceptance, pytest.mark.network_loopback]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if why_not():
        pytest.skip(why_not())
    with built_image(tmp_path_factory.mktemp("image")) as folder:
        yield folder


@pytest.fixture
def services(image: Path, tmp_path: Path) -> Container:
    """A folder beside compose.yaml with a configuration, and the volume for what lasts."""
    owner = [int(part) for part in USER.split(":")]
    text = configuration_text(PRESETS["sadf-comment"]).replace("sqlite:///", "sqlite:///work/") + FAST
    text += '\n[sandbox]\nstate = "work/sandbox.sqlite3"\n[inbox]\nfolder = "work/inbox"\nsettle = "0s"\n'
    (tmp_path / "doideposit.toml").write_text(text, "utf-8")
    (tmp_path / "work").mkdir()
    os.chown(tmp_path / "work", *owner)
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    volumes = {
        "/srv/doideposit/doideposit.toml": tmp_path / "doideposit.toml",
        "/srv/doideposit/work": tmp_path / "work",
    }
    return Container(image, volumes, frozenset({"/srv/doideposit/doideposit.toml"}))


def drop(container: Container) -> None:
    """Put a record into the inbox, as a colleague does."""
    inbox = container.volumes["/srv/doideposit/work"] / "inbox"
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
    work = "/srv/doideposit/work"
    volumes = dict(services.volumes)
    if missing == "no volume":
        del volumes[work]
    without = Container(services.image, volumes, services.read_only | {work})
    code, out, err = without.run("run")
    assert code == 3, out + err
    assert "Traceback" not in err
    assert "read-only" in (out + err).lower(), out + err
    shutil.rmtree(tmp_path / "work", ignore_errors=True)
