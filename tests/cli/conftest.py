"""The command line in a publisher's working directory."""

from pathlib import Path

import pytest

from desk import FAST, Desk
from doideposit.cli.init import PRESETS


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.chdir(tmp_path)
    for name in ("DOIDEPOSIT_CONFIG", "DOIDEPOSIT_TARGET", "CROSSREF_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    made = Desk(tmp_path, capsys)
    made.write("doideposit.toml", PRESETS["sadf-comment"].configuration_text() + FAST)
    return made
