"""The pages for staff, running in a thread over a publisher's folder, and a document to drop there."""

import io
import re
import threading
from pathlib import Path

import docx

from desk import FAST
from doideposit.cli.init import PRESETS, configuration_text
from doideposit.web.desk.messages import MAX_UPLOAD
from doideposit.web.desk.opening import open_here
from doideposit.web.serving import serve
from doideposit.wiring import load_settings
from finished_documents import document

__all__ = ["start_pages", "word_file"]


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


def start_pages(folder: Path) -> str:
    """Write a configuration, start the pages over it until this process ends, and return their one-time address."""
    text = configuration_text(PRESETS["sadf-comment"]) + FAST
    text = text.replace("[series.sadf-comment]", '[series.sadf-comment]\nurl = "https://www.sadf.eu/comment-{number}/"')
    (folder / "doideposit.toml").write_text(text, "utf-8")
    pages, token = open_here(load_settings(folder / "doideposit.toml"), user="ada", announce=lambda _text: None)
    port: list[int] = []
    ready = threading.Event()

    def listening(actual: int) -> None:
        port.append(actual)
        ready.set()

    options = {"ready": listening, "max_body": 2 * MAX_UPLOAD}
    threading.Thread(target=serve, args=(pages,), kwargs=options, daemon=True).start()
    assert ready.wait(20)
    return f"http://127.0.0.1:{port[0]}/enter/{token}"
