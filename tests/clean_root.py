"""Build the image of `packaging/Dockerfile` with buildah, and run it as a container program would: with namespaces.

The base image is made of Debian's packages, since a registry of images cannot be reached everywhere.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "packaging" / "Dockerfile"
USER = "10001:10001"
# The base image has the Python that runs the tests, so that the packages downloaded for it fit.
SUITES = {(3, 11): "bookworm", (3, 13): "trixie"}
TRUST = {"default": [{"type": "insecureAcceptAnything"}]}

__all__ = ["Container", "built_image", "why_not"]


def why_not() -> str:
    """Return what is missing to build and run the image here: an empty text where everything is there."""
    missing = [name for name in ("buildah", "mmdebstrap", "unshare", "chroot") if shutil.which(name) is None]
    if sys.version_info[:2] not in SUITES:
        return f"no Debian has Python {sys.version_info.major}.{sys.version_info.minor}, which the base image needs"
    if missing:
        return f"not installed: {', '.join(missing)} (Debian: apt-get install buildah mmdebstrap)"
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode:
        return "namespaces need root here"
    return ""


@contextmanager
def built_image(folder: Path) -> Iterator[Path]:
    """Build the image as `docker build` would; yield the folder of its files."""
    policy = folder / "policy.json"
    policy.write_text(json.dumps(TRUST))
    environ = {**os.environ, "BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "overlay"}

    def buildah(command: str, *words: str | Path, signed: bool = False) -> str:
        about = ["--signature-policy", policy] if signed else []
        done = subprocess.run(
            ["buildah", "--root", folder / "store", "--runroot", folder / "run", command, *about, *words],
            cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    packages = "--include=python3,python3-venv,ca-certificates"
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", packages, SUITES[sys.version_info[:2]], folder / "base.tar"],
        check=True,
    )
    base = buildah("from", "scratch")
    buildah("add", "--quiet", base, folder / "base.tar", "/")
    buildah("run", base, "--", "ln", "-s", "python3", "/usr/bin/python")
    (name,) = set(re.findall(r"^FROM (\S+)", DOCKERFILE.read_text("utf-8"), re.MULTILINE))
    buildah("commit", "--quiet", "--rm", base, f"docker.io/library/{name}", signed=True)
    mounts = [f"--volume={outside}:{inside}:ro" for inside, outside in packages_of_pip(folder).items()]
    buildah("bud", "--pull-never", *mounts, "-f", DOCKERFILE, "-t", "doideposit", ".", signed=True)
    try:
        yield Path(buildah("mount", buildah("from", "--pull-never", "localhost/doideposit", signed=True)))
    finally:
        buildah("umount", "--all")
        shutil.rmtree(folder / "store", ignore_errors=True)


def packages_of_pip(folder: Path) -> dict[str, Path]:
    """Download what the image installs, and tell its pip to look there; return the places of both in the image."""
    wheels, settings = folder / "wheels", folder / "pip.conf"
    # Debian's Python in the base image is the one that runs this, so that wheels for this one are right for it.
    for lock in ("run.txt", "postgres.txt", "build.txt"):
        words = ["download", "--quiet", "--quiet", "--no-deps", "--dest", wheels, "-r", f"requirements/{lock}"]
        subprocess.run([sys.executable, "-m", "pip", *words], cwd=ROOT, check=True)
    settings.write_text("[global]\nno-index = true\nfind-links = /wheels\n", "utf-8")
    return {"/wheels": wheels, "/etc/pip.conf": settings}


@dataclass
class Container:
    """Run the image as a container program does: read-only root, no rights, and the volumes it is given."""

    image: Path
    volumes: Mapping[str, Path] = field(default_factory=dict)
    read_only: frozenset[str] = frozenset()
    environ: Mapping[str, str] = field(default_factory=dict)

    def start(self, *arguments: str, program: str = "doideposit") -> "subprocess.Popen[str]":
        """Start a program of the image; `stop` or `kill` ends it."""
        lines = [f'mount --bind "{self.image}" "{self.image}"']
        for inside, outside in self.volumes.items():
            place = self.image / inside.lstrip("/")
            # The places are made before the root becomes read-only, as a container program does.
            lines += [
                f'mkdir -p "{place.parent}"',
                f'test -d "{outside}" && mkdir -p "{place}" || touch "{place}"',
                f'mount --bind "{outside}" "{place}"',
            ]
            if inside in self.read_only:
                lines.append(f'mount -o remount,bind,ro "{place}"')
        lines += [
            f'mount -o remount,bind,ro "{self.image}"',
            f'mount -t tmpfs tmpfs "{self.image}/tmp"',
            f'mount -t proc proc "{self.image}/proc"',
        ]
        text = DOCKERFILE.read_text("utf-8").replace("\\\n", " ")
        kept = dict(re.findall(r"(\w+)=(\S+)", re.findall(r"^ENV (.*)$", text, re.MULTILINE)[-1]))
        kept["PATH"] = kept["PATH"].replace("$PATH", "/usr/local/bin:/usr/bin:/bin")
        words = [f"{name}={value}" for name, value in {**kept, **self.environ}.items()]
        script = "set -e\n" + "\n".join(lines) + '\nroot="$1"; shift\n'
        script += f'exec chroot --userspec={USER} "$root" env -i "$@"'
        inner = ["sh", "-c", 'cd /srv/doideposit && exec "$@"', "sh", program, *arguments]
        return subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh", self.image, *words, *inner],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    @staticmethod
    def _signal(process: "subprocess.Popen[str]", number: signal.Signals) -> tuple[str, str]:
        # It is process 1 of its namespace, below the `unshare` that waits for it; its end is the end of all in there.
        for inside in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            os.kill(int(inside), number)
        return process.communicate(timeout=30)

    @classmethod
    def stop(cls, process: "subprocess.Popen[str]") -> str:
        """Ask what runs inside to end, as `docker stop` does; return what it printed."""
        out, err = cls._signal(process, signal.SIGTERM)
        assert process.returncode == 0, (process.returncode, out, err)
        return out + err

    @classmethod
    def kill(cls, process: "subprocess.Popen[str]") -> str:
        """Kill everything in it at once, as `docker kill` does; return what it printed."""
        if process.poll() is None:
            return "".join(cls._signal(process, signal.SIGKILL))
        return "".join(process.communicate())

    def run(self, *arguments: str, program: str = "doideposit") -> tuple[int, str, str]:
        """Run a program to its end; return exit status and both streams."""
        process = self.start(*arguments, program=program)
        try:
            out, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            self.kill(process)
            pytest.fail(f"{program} {arguments} did not end")
        return process.returncode, out, err
