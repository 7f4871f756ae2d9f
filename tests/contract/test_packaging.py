"""The container files are what container programs take, start what doideposit has, and run as nobody special."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from doideposit.cli.main import cli

PACKAGING = Path(__file__).parents[2] / "packaging"
INSTRUCTIONS = frozenset("FROM WORKDIR COPY RUN ENV USER VOLUME EXPOSE HEALTHCHECK ENTRYPOINT CMD ARG LABEL".split())


def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with what follows them; lines that go on are joined."""
    text = (PACKAGING / "Dockerfile").read_text("utf-8")
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PACKAGING / "compose.yaml").read_text("utf-8"))
    return found


def test_every_instruction_is_one() -> None:
    assert {name for name, _ in dockerfile()} <= INSTRUCTIONS


def test_everything_that_is_copied_is_there() -> None:
    for name, rest in dockerfile():
        if name == "COPY" and not rest.startswith("--from"):
            *sources, _ = rest.split()
            assert all((PACKAGING.parent / source).exists() for source in sources), rest


def test_it_runs_as_nobody_special_and_says_whether_it_is_well() -> None:
    last = dict(dockerfile())
    (uid,) = re.findall(r"useradd --uid (\d+)", str(dockerfile()))
    assert last["USER"] == f"{uid}:{uid}", "Kubernetes takes a number alone for a proof that it is not root"
    assert "/v1/health" in last["HEALTHCHECK"]
    check = re.search(r"CMD (\[.*\])", last["HEALTHCHECK"])
    assert check is not None
    program = yaml.safe_load(check[1])
    compile(program[2], "healthcheck", "exec")


def test_what_it_starts_is_there() -> None:
    last = dict(dockerfile())
    command, *options = yaml.safe_load(last["CMD"])
    assert yaml.safe_load(last["ENTRYPOINT"]) == ["doideposit"]
    cli.get_command(None, command).make_context(command, options)  # type: ignore[union-attr,arg-type]


def test_what_the_image_runs_while_it_is_built_is_what_a_person_would_type() -> None:
    runs = [rest for name, rest in dockerfile() if name == "RUN"]
    assert all(shlex.split(run) for run in runs)
    assert "--require-hashes -r requirements/run.txt -r requirements/postgres.txt" in runs[0]
    assert "doideposit schemas install" in runs[1]
    assert all("--no-cache-dir" in each for run in runs for each in run.split("&&") if "pip install" in each)


def test_the_image_says_what_it_is_and_is_named_by_the_version_of_choice() -> None:
    (labels,) = [rest for name, rest in dockerfile() if name == "LABEL"]
    said = dict(word.split("=", 1) for word in shlex.split(labels))
    licence = re.search(r'^license = "(.*)"$', (PACKAGING.parent / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert licence is not None
    assert said["org.opencontainers.image.licenses"] == licence[1]
    services = compose()["services"]
    assert {services[name]["image"] for name in ("serve", "job")} == {"doideposit:${DOIDEPOSIT_VERSION:-latest}"}


@pytest.mark.parametrize("service", ["serve", "job"])
def test_services_are_locked_down_and_know_their_secrets(service: str) -> None:
    one = compose()["services"][service]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert set(one["secrets"]) <= set(compose()["secrets"])
    named = {volume.split(":")[0] for volume in one["volumes"] if not volume.startswith(".")}
    assert named <= set(compose()["volumes"])
    assert all(port.startswith("127.0.0.1:") for port in one["ports"])


def test_the_job_is_a_command_that_there_is() -> None:
    command, *options = compose()["services"]["job"]["command"]
    cli.get_command(None, command).make_context(command, options)  # type: ignore[union-attr,arg-type]


def test_no_password_stands_in_a_file_of_ours() -> None:
    text = (PACKAGING / "compose.yaml").read_text("utf-8") + (PACKAGING / "Dockerfile").read_text("utf-8")
    assert not re.search(r"(?i)password\s*[:=]\s*['\"]?[a-z0-9]+['\"]?\s*$", text, re.MULTILINE)
