"""The examples for systemd, cron and Kubernetes are what those programs take, and call what doideposit has."""

import configparser
import shutil
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from doideposit.cli.main import cli
from doideposit.config.loading import load
from doideposit.web.description import description

EXAMPLES = Path(__file__).parents[2] / "examples"
SYSTEMD = sorted((EXAMPLES / "systemd").iterdir())
ANALYZE = shutil.which("systemd-analyze")

NAME = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"}
LABELS = {"type": "object", "additionalProperties": {"type": "string"}}
METADATA = {
    "type": "object",
    "properties": {"name": NAME, "labels": LABELS},
    "required": ["name"],
    "additionalProperties": False,
}
SECRET_REF = {
    "type": "object",
    "properties": {
        "secretKeyRef": {"type": "object", "properties": {"name": NAME, "key": NAME}, "required": ["name", "key"]}
    },
    "required": ["secretKeyRef"],
    "additionalProperties": False,
}
ENV = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"},
        "value": {"type": "string"},
        "valueFrom": SECRET_REF,
    },
    "required": ["name"],
    "oneOf": [{"required": ["value"]}, {"required": ["valueFrom"]}],
    "additionalProperties": False,
}
MOUNT = {
    "type": "object",
    "properties": {"name": NAME, "mountPath": {"type": "string", "pattern": "^/"}, "readOnly": {"type": "boolean"}},
    "required": ["name", "mountPath"],
    "additionalProperties": False,
}
PORT = {
    "type": "object",
    "properties": {"name": NAME, "containerPort": {"type": "integer"}},
    "required": ["name", "containerPort"],
    "additionalProperties": False,
}
PROBE = {
    "type": "object",
    "properties": {
        "httpGet": {
            "type": "object",
            "properties": {"path": {"type": "string", "pattern": "^/"}, "port": NAME},
            "required": ["path", "port"],
            "additionalProperties": False,
        },
        "tcpSocket": {"type": "object", "properties": {"port": NAME}, "required": ["port"]},
        "initialDelaySeconds": {"type": "integer"},
        "periodSeconds": {"type": "integer"},
        "timeoutSeconds": {"type": "integer"},
    },
    "oneOf": [{"required": ["httpGet"]}, {"required": ["tcpSocket"]}],
    "additionalProperties": False,
}
CONTAINER = {
    "type": "object",
    "properties": {
        "name": NAME,
        "image": {"type": "string", "pattern": "^[^:]+:[^:]+$"},
        "args": {"type": "array", "items": {"type": "string"}},
        "env": {"type": "array", "items": ENV},
        "ports": {"type": "array", "items": PORT},
        "readinessProbe": PROBE,
        "livenessProbe": PROBE,
        "securityContext": {
            "type": "object",
            "properties": {
                "allowPrivilegeEscalation": {"const": False},
                "readOnlyRootFilesystem": {"const": True},
                "capabilities": {"type": "object", "properties": {"drop": {"const": ["ALL"]}}, "required": ["drop"]},
            },
            "required": ["allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities"],
        },
        "resources": {
            "type": "object",
            "propertyNames": {"enum": ["requests", "limits"]},
            "required": ["requests", "limits"],
        },
        "volumeMounts": {"type": "array", "items": MOUNT, "minItems": 1},
    },
    "required": ["name", "image", "args", "env", "securityContext", "resources", "volumeMounts"],
    "additionalProperties": False,
}
POD = {
    "type": "object",
    "properties": {
        "restartPolicy": {"enum": ["Never", "OnFailure"]},
        "terminationGracePeriodSeconds": {"type": "integer", "minimum": 30},
        "automountServiceAccountToken": {"type": "boolean"},
        "securityContext": {
            "type": "object",
            "properties": {"runAsNonRoot": {"const": True}},
            "required": ["runAsNonRoot"],
        },
        "containers": {"type": "array", "items": CONTAINER, "minItems": 1, "maxItems": 1},
        "volumes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": NAME,
                    "configMap": {"type": "object", "required": ["name"]},
                    "persistentVolumeClaim": {"type": "object", "required": ["claimName"]},
                    # YAML 1.1, which Kubernetes reads, takes 0440 for an octal number.
                    "secret": {
                        "type": "object",
                        "properties": {"secretName": NAME, "defaultMode": {"const": 0o440}},
                        "required": ["secretName", "defaultMode"],
                        "additionalProperties": False,
                    },
                    "emptyDir": {"type": "object"},
                },
                "minProperties": 2,
                "maxProperties": 2,
                "additionalProperties": False,
            },
        },
    },
    "required": ["securityContext", "containers", "volumes"],
    "additionalProperties": False,
}


def mapping(required: Sequence[str], **properties: Any) -> dict[str, Any]:
    """Return the schema of a mapping with these keys and no others."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def resource(api: str, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one resource, as far as the examples use it; a misspelt key is refused."""
    keys = ("apiVersion", "kind", "metadata", "spec")
    return mapping(keys, apiVersion={"const": api}, kind={"const": kind}, metadata=METADATA, spec=spec)


CRON_JOB = resource(
    "batch/v1",
    "CronJob",
    mapping(
        ("schedule", "jobTemplate", "concurrencyPolicy"),
        schedule={"type": "string", "pattern": r"^(\S+ ){4}\S+$"},
        concurrencyPolicy={"enum": ["Allow", "Forbid", "Replace"]},
        startingDeadlineSeconds={"type": "integer"},
        successfulJobsHistoryLimit={"type": "integer"},
        failedJobsHistoryLimit={"type": "integer"},
        jobTemplate=mapping(
            ["spec"],
            spec=mapping(
                ["template"],
                backoffLimit={"type": "integer"},
                activeDeadlineSeconds={"type": "integer"},
                template=mapping(["spec"], metadata={"type": "object"}, spec=POD),
            ),
        ),
    ),
)
DEPLOYMENT = resource(
    "apps/v1",
    "Deployment",
    mapping(
        ("selector", "template"),
        replicas={"const": 1},
        selector={"type": "object", "required": ["matchLabels"]},
        template=mapping(("metadata", "spec"), metadata={"type": "object", "required": ["labels"]}, spec=POD),
    ),
)


def documents() -> dict[str, dict[str, Any]]:
    """Return what both files of Kubernetes hold, by kind: they are applied together."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((EXAMPLES / "kubernetes").glob("*.yaml"))]
    found = [each for text in texts for each in yaml.safe_load_all(text)]
    by_kind = {each["kind"]: each for each in found}
    assert len(by_kind) == len(found)
    return by_kind


def pod(kind: str) -> dict[str, Any]:
    spec = documents()[kind]["spec"]
    template = spec["jobTemplate"]["spec"]["template"] if kind == "CronJob" else spec["template"]
    found: dict[str, Any] = template["spec"]
    return found


def container(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = pod(kind)["containers"][0]
    return found


def takes(arguments: list[str]) -> None:
    """Parse a command line as doideposit would, without running it."""
    with cli.make_context("doideposit", list(arguments), resilient_parsing=False) as context:
        name, command, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
        assert command is not None
        command.make_context(name, rest, parent=context).close()


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed: apt-get install systemd")
@pytest.mark.parametrize("unit", SYSTEMD, ids=lambda path: path.name)
def test_systemd_takes_the_units(unit: Path) -> None:
    done = subprocess.run([str(ANALYZE), "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "doideposit" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr


class UnitFile(configparser.ConfigParser):
    """A unit of systemd, whose keys keep their capitals."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_the_service_is_a_single_pass_that_may_reject_something() -> None:
    service = UnitFile(strict=False, interpolation=None)
    service.read(EXAMPLES / "systemd" / "doideposit.service")
    assert service["Service"]["Type"] == "oneshot"
    assert service["Service"]["SuccessExitStatus"] == "1"
    program, name, *arguments = service["Service"]["ExecStart"].split()
    assert (program, name) == ("/usr/bin/env", "doideposit")
    takes(arguments)


def test_every_unit_works_in_the_folder_of_the_tutorial_and_may_write_there() -> None:
    for path in SYSTEMD:
        if path.suffix != ".service":
            continue
        unit = UnitFile(strict=False, interpolation=None)
        unit.read(path)
        service = unit["Service"]
        assert service["WorkingDirectory"] == "/srv/doideposit"
        assert "/srv/doideposit" in service["ReadWritePaths"].split()
        assert service["Environment"].startswith("PATH=/srv/doideposit/venv/bin:")
        _, _, *arguments = service["ExecStart"].split()
        assert arguments[:2] == ["--config", "/srv/doideposit/doideposit.toml"]
        takes(arguments)
    for path in (EXAMPLES / "cron" / "crontab", EXAMPLES.parent / "docs" / "tutorials" / "administrator.md"):
        assert "cd /srv/doideposit && " in path.read_text(encoding="utf-8")


def test_the_timer_starts_the_service() -> None:
    timer = UnitFile(interpolation=None)
    timer.read(EXAMPLES / "systemd" / "doideposit.timer")
    assert (EXAMPLES / "systemd" / timer["Timer"]["Unit"]).exists()
    assert timer["Timer"]["OnCalendar"] == "*:0/15"


def test_the_crontab_has_one_line_that_cron_takes() -> None:
    lines = (EXAMPLES / "cron" / "crontab").read_text(encoding="utf-8").splitlines()
    jobs = [line for line in lines if line and not line.startswith("#") and "=" not in line.split()[0]]
    (job,) = jobs
    minute, hour, day, month, weekday, command = job.split(None, 5)
    assert [hour, day, month, weekday] == ["*"] * 4
    minutes = [int(each) for each in minute.split(",")]
    assert all(0 <= each < 60 for each in minutes)
    assert {after - before for before, after in pairwise(minutes)} == {15}
    assert "%" not in command, "cron takes a percent sign for the end of the command"
    call = command.split("&&")[1].split(">>")[0].split()
    assert call[0] == "doideposit"
    takes(call[1:])


@pytest.mark.parametrize(("kind", "schema"), [("CronJob", CRON_JOB), ("Deployment", DEPLOYMENT)])
def test_kubernetes_takes_what_runs_there(kind: str, schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    faults = [
        f"{list(fault.absolute_path)}: {fault.message}"
        for fault in Draft202012Validator(schema).iter_errors(documents()[kind])
    ]
    assert faults == []


@pytest.mark.acceptance
@pytest.mark.parametrize("path", sorted((EXAMPLES / "kubernetes").glob("*.yaml")), ids=lambda path: path.name)
def test_kubernetes_takes_everything_by_its_own_schemas(path: Path) -> None:
    # It holds the schemas of all versions, 100 MB, which is too much for everybody who changes something here.
    validate = shutil.which("kubernetes-validate")
    if validate is None:
        pytest.skip("kubernetes-validate is not installed: pipx install kubernetes-validate")
    done = subprocess.run([validate, "--strict", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_cron_job_lets_one_pass_end_before_the_next() -> None:
    assert documents()["CronJob"]["spec"]["concurrencyPolicy"] == "Forbid"
    assert pod("CronJob")["restartPolicy"] == "Never"


@pytest.mark.parametrize("kind", ["CronJob", "Deployment"])
def test_every_name_in_a_pod_leads_somewhere(kind: str) -> None:
    found = documents()
    volumes = {each["name"]: each for each in pod(kind)["volumes"]}
    assert {each["name"] for each in container(kind)["volumeMounts"]} == set(volumes)
    assert volumes["configuration"]["configMap"]["name"] == found["ConfigMap"]["metadata"]["name"]
    claim = volumes["work"]["persistentVolumeClaim"]["claimName"]
    assert claim == found["PersistentVolumeClaim"]["metadata"]["name"]
    # The entry point of packaging/Dockerfile stands before them.
    takes(container(kind)["args"])


def test_requests_reach_the_service_from_outside() -> None:
    found = documents()
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert found["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert found["Service"]["spec"]["selector"] == labels
    ports = {each["name"]: str(each["containerPort"]) for each in container("Deployment")["ports"]}
    assert ports["http"] in container("Deployment")["args"]
    (port,) = found["Service"]["spec"]["ports"]
    assert port["targetPort"] in ports
    (rule,) = found["Ingress"]["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": found["Service"]["metadata"]["name"], "port": {"name": port["name"]}}
    assert found["Ingress"]["spec"]["tls"][0]["hosts"] == [rule["host"]]
    probes = [container("Deployment")[name] for name in ("readinessProbe", "livenessProbe")]
    assert {next(iter(one.values()))["port"] for one in probes} <= set(ports)
    assert probes[0]["httpGet"]["path"] in description()["paths"]


def test_the_configuration_of_both_is_right(tmp_path: Path) -> None:
    comments = (EXAMPLES / "kubernetes" / "serve.yaml").read_text(encoding="utf-8").split("---")[0].splitlines()
    added = [line.removeprefix("#     ") for line in comments if line.startswith("#     ")]
    path = tmp_path / "doideposit.toml"
    path.write_text(documents()["ConfigMap"]["data"]["doideposit.toml"] + "\n".join(added), encoding="utf-8")
    settings = load(path, environ={}, cwd=tmp_path)
    assert settings.target == "production"
    assert settings.ledger.url.startswith("postgresql+psycopg://")
    assert settings.mail is not None
    for kind in ("CronJob", "Deployment"):
        writable = [Path(one["mountPath"]) for one in container(kind)["volumeMounts"] if "readOnly" not in one]
        secrets = [Path(one["mountPath"]) for one in container(kind)["volumeMounts"] if one["name"] == "secrets"]
        for folder in (settings.inbox.folder, settings.desk.records, settings.desk.drafts):
            assert any(folder.is_relative_to(mount) for mount in writable), folder
        references = [settings.credentials["production"].password, settings.ledger.password, settings.mail.password]
        references += [*settings.api.tokens.values(), settings.desk.accounts["anna"].password]
        for one in references:
            assert one is not None
            assert Path(str(one.file)).parent in secrets


def test_no_example_holds_a_secret() -> None:
    for path in EXAMPLES.rglob("*"):
        if path.is_file() and path.parent.name in {"systemd", "cron", "kubernetes"}:
            text = path.read_text(encoding="utf-8")
            assert "password=" not in text.replace("crossref-password", "").lower().replace(" ", "").replace(
                "password={", ""
            )
