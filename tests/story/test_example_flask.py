"""The Flask example: the page, the button, and Crossref's callback that ends the wait."""

import os
import re
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("flask", reason="Flask is not installed")

from doideposit.cli.init import PRESETS

EXAMPLE = Path(__file__).parents[2] / "examples" / "flask_blueprint"
DOI = "10.48251/SADF.ISSN.2406-5617.C258"
DELAYS = "\n[sandbox.delays]\nhidden = 0\nqueued = 0\nin_process = 0\nunready_polls = 0\n"
PAGE = "/commentaries/258/doi"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in [name for name in os.environ if name.startswith("DOIDEPOSIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SITE_SECRET_KEY", "secret")
    monkeypatch.syspath_prepend(EXAMPLE)
    (tmp_path / "doideposit.toml").write_text(PRESETS["sadf-comment"].configuration_text() + DELAYS)
    (tmp_path / "records").mkdir()
    record = files("doideposit.cli.example").joinpath("comment-258.yaml").read_text(encoding="utf-8")
    (tmp_path / "records" / "258.yaml").write_text(record, encoding="utf-8")
    from app import create_app

    return create_app(tmp_path)


@pytest.fixture
def browser(site: Any) -> Any:
    return site.test_client()


def text(page: Any) -> str:
    assert page.status_code == 200
    return unescape(re.sub(r"<[^>]+>", " ", page.get_data(as_text=True)))


def press(browser: Any, path: str = PAGE) -> Any:
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get(path).get_data(as_text=True))[1]
    return browser.post(path, data={"form_token": token}, follow_redirects=True)


@pytest.mark.slow
def test_the_button_registers_and_the_callback_ends_the_wait(site: Any, browser: Any, tmp_path: Path) -> None:
    import doideposit

    assert f"{DOI} is not registered." in text(browser.get(PAGE))
    assert f"{DOI}: new" in text(press(browser))
    assert f"{DOI} is not registered yet." in text(browser.get(PAGE))
    assert "recorded before" in text(press(browser))
    with doideposit.open(tmp_path / "doideposit.toml") as job:
        sent = job.poll()
        assert (sent.sent, sent.looked) == (1, 0), "it is too early to ask"
        headers = {
            "CROSSREF-NOTIFY-ENDPOINT": "example.1",
            "CROSSREF-EXTERNAL-ID": job.status(DOI).submission.batch_id,
        }
        assert browser.post("/doi-api/v1/crossref/notify", headers=headers).status_code == 200
        assert job.poll().looked == 1
    page = text(browser.get(PAGE))
    assert f"https://doi.org/{DOI}" in page
    assert "nothing to do" in page
    assert browser.get("/doi-api/v1/events").status_code == 401


def test_no_other_site_presses_the_button(browser: Any) -> None:
    assert browser.post(PAGE).status_code == 400
    assert browser.post(PAGE, data={"form_token": "guessed"}).status_code == 400
    assert "is not registered." in text(browser.get(PAGE))


@pytest.mark.slow
def test_what_is_wrong_is_said(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "records" / "259.yaml").write_text("{series: sadf-comment, number: 259, title: <b>, published: soon}")
    page = press(browser, "/commentaries/259/doi")
    assert "error: " in text(page)
    assert "(authors)" in text(page)
    assert "&lt;b&gt;" in page.get_data(as_text=True)


def test_a_commentary_that_is_not_there(browser: Any) -> None:
    assert press(browser, "/commentaries/999/doi").status_code == 404
    for number in ("2 58", "..%2Fdoideposit", "%2Fetc%2Fpasswd", "<b>"):
        assert browser.get(f"/commentaries/{number}/doi").status_code == 404, number
