"""The pages for staff, running in a thread over a publisher's folder, and a document to drop there."""

import io
import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx

from desk import FAST
from doideposit.cli.init import PRESETS
from doideposit.config.settings import Settings
from doideposit.crossref.http import HttpAnswer
from doideposit.web.desk.gate import Gate
from doideposit.web.desk.look_ups import LookUps
from doideposit.web.desk.messages import MAX_UPLOAD
from doideposit.web.desk.opening import open_pages
from doideposit.web.serving import Application
from doideposit.wiring import load_settings
from finished_documents import document
from hostile_documents import pdf

__all__ = [
    "open_for_accounts",
    "open_for_ada",
    "pdf_file",
    "serve_pages",
    "start_pages",
    "start_shared_pages",
    "word_file",
]


def word_file(folder: Path) -> Path:
    """The commentary of the other tests, as an author hands it in."""
    written = docx.Document()
    for block in document(references="## References\n\nMariner, A. (2020). Gauges. Tidewater Press.").split("\n\n"):
        written.add_paragraph(re.sub(r"[*#]+ ?", "", block.strip()))
    path = folder / "comment-300.docx"
    stream = io.BytesIO()
    written.save(stream)
    path.write_bytes(stream.getvalue())
    return path


def pdf_file(folder: Path) -> Path:
    """The same on two pages of a PDF."""
    lines = (
        "COMMENT 301",
        "Salt and silence, twice",
        "By Ada Byron",
        "4 May 2021",
        "The salt flats are quiet this year.",
    )
    words = "".join(f"BT /F1 14 Tf 72 {700 - 40 * n} Td ({line}) Tj ET " for n, line in enumerate(lines))
    path = folder / "comment-301.pdf"
    path.write_bytes(pdf(words.encode(), pages=2))
    return path


def open_for_ada(settings: Settings) -> tuple[Application, str]:
    """The pages for Ada at this computer, with the token of their one-time address."""
    gate = Gate.of_person("ada", settings)
    return open_pages(settings, gate, announce=lambda _text: None), gate.accounts.one_time_token()


def open_for_accounts(settings: Settings, environ: Mapping[str, str]) -> Application:
    """The pages for the accounts of the configuration."""
    gate = Gate.of_accounts(settings, environ)
    assert gate is not None
    return open_pages(settings, gate, announce=lambda _text: None)


def _people_of_that_name(_url: str, **_asked: Any) -> HttpAnswer:
    person = {"given-names": "Ada", "family-names": "Byron", "institution-name": ["Harbour House"]}
    found = [person | {"orcid-id": orcid} for orcid in ("0000-0002-1825-0097", "0000-0001-5109-3700")]
    return HttpAnswer(200, json.dumps({"expanded-result": found}).encode())


def start_pages(folder: Path) -> str:
    """Write a configuration, start the pages over it until this process ends, and return their one-time address."""
    path = _configured(folder)
    pages, token = open_for_ada(load_settings(path))
    # Nobody is asked from here; orcid.org would say this.
    pages.app.extensions["workplace"].look_ups = LookUps(_people_of_that_name)
    return f"{serve_pages(pages)}/enter/{token}"


def start_shared_pages(folder: Path, crossref: str, passwords: dict[str, str]) -> str:
    """Start the pages of a publisher whose Crossref is at that address, where another account has to approve.

    Anna may edit and register, Boris may approve; returns the address of the pages.
    """
    path = _configured(folder)
    text = path.read_text("utf-8").replace('target = "sandbox"', 'target = "production"\napprovals = 1')
    targets = f'\n[targets.production]\nurl = "{crossref}"\nrest_url = "{crossref}"\nhandle_url = "{crossref}"\n'
    login = '\n[credentials.production]\nusername = "sandbox"\npassword = { env = "CROSSREF_PASSWORD" }\n'
    accounts = '\n[desk.accounts.anna]\npassword = { env = "DESK_ANNA" }\nroles = ["edit", "register"]\n'
    accounts += '\n[desk.accounts.boris]\npassword = { env = "DESK_BORIS" }\nroles = ["approve"]\n'
    path.write_text(re.sub(r"(?m)^\[credentials[^\[]*", "", text) + targets + login + accounts, "utf-8")
    pages = open_for_accounts(load_settings(path), passwords)
    return serve_pages(pages)


def _configured(folder: Path) -> Path:
    text = PRESETS["sadf-comment"].configuration_text() + FAST
    text = text.replace("[series.sadf-comment]", '[series.sadf-comment]\nurl = "https://www.sadf.eu/comment-{number}/"')
    path = folder / "doideposit.toml"
    path.write_text(text, "utf-8")
    return path


def serve_pages(pages: Application) -> str:
    """Serve the pages until this process ends, and return their address."""
    port: list[int] = []
    ready = threading.Event()

    def listening(actual: int) -> None:
        port.append(actual)
        ready.set()

    options = {"ready": listening, "max_body": 2 * MAX_UPLOAD}
    threading.Thread(target=pages.serve, kwargs=options, daemon=True).start()
    assert ready.wait(60)
    return f"http://127.0.0.1:{port[0]}"
