"""What opening a depositor leaves undone."""

from dataclasses import replace
from pathlib import Path

from doideposit.config.settings import Settings
from doideposit.records.origin import LazyMapping
from doideposit.wiring import load_settings, open_depositor

CONFIGURATION = """
target = "sandbox"
[depositor]
name = "River Forum"
email = "doi@river-forum.example.org"
registrant = "River Forum"
[ledger]
url = "sqlite:///ledger.sqlite3"
"""


def _settings(folder: Path) -> Settings:
    path = folder / "doideposit.toml"
    path.write_text(CONFIGURATION, encoding="utf-8")
    return load_settings(path)


def test_the_lines_of_settings_are_not_looked_for_before_something_is_said_about_one(tmp_path: Path) -> None:
    def unasked() -> dict[str, str]:
        raise AssertionError("the configuration file was read once more")

    settings = replace(_settings(tmp_path), origins=LazyMapping(unasked))
    with open_depositor(settings):
        pass
