"""The guides for CMS developers: every Python block runs as it stands, and everything they name is there."""

import re
from pathlib import Path

import pytest

from doideposit.cli.init import PRESETS
from doideposit.config.loading import load
from doideposit.web.description import description

GUIDES = Path(__file__).parents[2] / "docs" / "how-to"


def blocks(guide: str, language: str) -> list[str]:
    text = (GUIDES / guide).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("guide", "says"),
    [
        ("cms-in-python.md", ["10.48251/SADF.ISSN.2406-5617.C258 register new", "under way", "prepared None"]),
        ("landing-page.md", ['name="citation_pdf_url"', '<a href="https://doi.org/10.48251/SADF']),
    ],
)
def test_the_python_of_a_guide_runs(
    guide: str, says: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DOIDEPOSIT_CONFIG", "DOIDEPOSIT_TARGET"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "doideposit.toml").write_text(PRESETS["sadf-comment"].configuration_text())
    names: dict[str, object] = {}
    exec(compile("\n".join(blocks(guide, "python")), guide, "exec"), names)
    names["depositor"].close()  # type: ignore[attr-defined]
    said = capsys.readouterr().out
    for text in says:
        assert text in said


def test_the_configuration_of_the_http_guide_is_one(tmp_path: Path) -> None:
    text = PRESETS["sadf-comment"].configuration_text() + "\n".join(blocks("cms-over-http.md", "toml"))
    (tmp_path / "doideposit.toml").write_text(text)
    settings = load(tmp_path / "doideposit.toml", environ={}, cwd=tmp_path)
    assert settings.api.tokens["wordpress"].env == "WORDPRESS_TOKEN"
    assert settings.api.notify_endpoints == ("example.1",)


def test_the_http_guide_names_every_address_and_no_other() -> None:
    text = (GUIDES / "cms-over-http.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:GET|POST) (/[^\s`?]+)", text)) | {"/v1/crossref/notify"}
    assert named == set(description()["paths"])
