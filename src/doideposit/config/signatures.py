"""Signatures of SSH over approvals, made and verified by OpenSSH's own `ssh-keygen -Y`."""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from doideposit.errors import ConfigurationError, UsageError

__all__ = ["SshSignatures"]

# What a signature is for; one that was made for anything else does not verify (ssh-keygen(1), -Y sign).
NAMESPACE: Final = "doideposit-plan"
# Seconds for making a signature: a person may have to type a passphrase or touch a key.
PATIENCE: Final = 300.0
# Seconds for looking at one.
QUICK: Final = 30.0


class SshSignatures:
    """Tell who made a signature, by a file of names and public keys as `ssh-keygen` reads it (ALLOWED SIGNERS)."""

    def __init__(self, allowed: Path, program: str = "ssh-keygen") -> None:
        self._allowed = allowed
        self._program = program

    def signer(self, statement: str, signature: str) -> str:
        """Return the name of the signer; raise `UsageError` for one not in the file, and `ConfigurationError`."""
        if not self._allowed.is_file():
            hint = "check allowed_signers in the configuration"
            raise ConfigurationError(f"the file of allowed signers {self._allowed} does not exist", hint=hint)
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "signature"
            kept.write_text(signature, encoding="utf-8", errors="replace")
            allowed = ("-f", str(self._allowed))
            found = self._run(("find-principals", *allowed, "-s", str(kept)), "")
            for name in found.splitlines():
                # Whose key it is says nothing about what was signed.
                verify = ("verify", *allowed, "-I", name, "-n", NAMESPACE, "-s", str(kept))
                if self._run(verify, statement):
                    return name
        message = "this is not a signature of this plan by a person who may approve it"
        hint = f"sign it with a key that is in {self._allowed.name}; the key may have expired, or been removed"
        raise UsageError(message, hint=hint)

    def _run(self, arguments: Sequence[str], text: str) -> str:
        """Return what the program prints where it agrees; nothing where it does not."""
        done = _run_ssh_keygen((self._program, "-Y", *arguments), text, QUICK)
        return done.stdout.strip() if done.returncode == 0 else ""

    @staticmethod
    def sign(statement: str, key: Path, program: str = "ssh-keygen") -> str:
        """Return the signature of a statement by a private key, or by the agent's key of a public one.

        Raises `UsageError` where there is none. A passphrase is asked for by `ssh-keygen` itself.
        """
        if not key.is_file():
            raise UsageError(f"there is no key {key}", hint="name your own, such as --sign ~/.ssh/id_ed25519")
        done = _run_ssh_keygen((program, "-Y", "sign", "-f", str(key), "-n", NAMESPACE), statement, PATIENCE)
        if done.returncode != 0 or "BEGIN SSH SIGNATURE" not in done.stdout:
            hint = f"try it by hand: echo test | {program} -Y sign -f {key} -n {NAMESPACE}"
            raise UsageError(f"ssh-keygen could not sign with {key}", hint=hint)
        return done.stdout


def _run_ssh_keygen(command: Sequence[str], text: str, seconds: float) -> "subprocess.CompletedProcess[str]":
    problem = ""
    try:
        return subprocess.run(
            list(command), input=text, capture_output=True, check=False, timeout=seconds, text=True, encoding="utf-8"
        )
    # Not every machine has OpenSSH.
    except FileNotFoundError:
        problem = "is not on this machine"
    except subprocess.TimeoutExpired:
        problem = f"took longer than {seconds:g} seconds"
    except (OSError, ValueError):
        problem = "could not be run"
    hint = "install OpenSSH 8.2 or later (its client is enough), or approve without a signature where that is allowed"
    raise UsageError(f"{command[0]} {problem}, and signatures need it", hint=hint)
