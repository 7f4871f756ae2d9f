"""The configuration: ``doideposit.toml`` below the environment below the flags, and passwords by reference."""

from doideposit.config.loading import FILE_NAME, find, load
from doideposit.config.passwords import ask_keyring, read_secret_file, resolve_password, run_secret_command
from doideposit.config.schema import (
    CredentialSettings,
    DelaySettings,
    DepositorSettings,
    PasswordReference,
    TargetSettings,
)
from doideposit.config.settings import ApiSettings, LedgerSettings, SandboxSettings, Settings

__all__ = [
    "FILE_NAME",
    "ApiSettings",
    "CredentialSettings",
    "DelaySettings",
    "DepositorSettings",
    "LedgerSettings",
    "PasswordReference",
    "SandboxSettings",
    "Settings",
    "TargetSettings",
    "ask_keyring",
    "find",
    "load",
    "read_secret_file",
    "resolve_password",
    "run_secret_command",
]
