"""The configuration: ``doideposit.toml`` below the environment below the flags, and passwords by reference."""

from doideposit.config.durations import duration_text, parse_duration
from doideposit.config.loading import FILE_NAME, find, load
from doideposit.config.passwords import ask_keyring, read_secret_file, resolve_password, run_secret_command
from doideposit.config.schema import (
    CredentialSettings,
    DelaySettings,
    DepositorSettings,
    MailSection,
    PasswordReference,
    TargetSettings,
)
from doideposit.config.settings import (
    ApiSettings,
    InboxSettings,
    LedgerSettings,
    MonitoringSettings,
    SandboxSettings,
    Settings,
)

__all__ = [
    "FILE_NAME",
    "ApiSettings",
    "CredentialSettings",
    "DelaySettings",
    "DepositorSettings",
    "InboxSettings",
    "LedgerSettings",
    "MailSection",
    "MonitoringSettings",
    "PasswordReference",
    "SandboxSettings",
    "Settings",
    "TargetSettings",
    "ask_keyring",
    "duration_text",
    "find",
    "load",
    "parse_duration",
    "read_secret_file",
    "resolve_password",
    "run_secret_command",
]
