"""A site at its new place, and a publisher whose DOIs lead to the old one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from desk import Desk

__all__ = ["PREFIX", "moved_site", "moving_house"]

PREFIX = "10.48251/SADF.ISSN.2406-5617.C"


class NewSite(BaseHTTPRequestHandler):
    """The site at its new place: pages below /new show their DOI, and others are wrong in their own way."""

    def do_GET(self) -> None:
        number = "".join(each for each in self.path if each.isdigit())
        link = f'<a href="https://doi.org/{PREFIX}{number}">https://doi.org/{PREFIX}{number}</a>'
        body = f"<h1>What happened in place number {number}</h1>{link}"
        status = 200
        if self.path.startswith("/gone"):
            status = 404
        elif self.path.startswith("/down"):
            status = 503
        elif self.path.startswith("/other"):
            body = body.replace(number, "1")
        elif self.path.startswith("/circle"):
            self.send_response(302)
            self.send_header("Location", self.path)
            self.end_headers()
            return
        elif self.path.startswith("/text"):
            self.send_response(200)
            self.send_header("Content-Type", "application/pdf")
            self.end_headers()
            self.wfile.write(b"%PDF-1.7")
            return
        elif self.path.startswith("/endless"):
            # More than is read of any page; whoever stops reading closes the connection.
            body = "<p>nothing here</p>" * 300_000
        elif self.path.startswith("/login"):
            body = '<form><input type="password"></form>'
        elif self.path == "/robots.txt":
            status, body = 404, ""
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def moved_site() -> Iterator[str]:
    """Serve the new site, and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), NewSite) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def moving_house(desk: Desk, *numbers: int) -> Desk:
    """Register some numbers, whose record files lie where they are looked for."""
    text = (desk.folder / "doideposit.toml").read_text("utf-8")
    desk.write("doideposit.toml", text + '\n[pages]\nown_hosts = ["127.0.0.1"]\n')
    (desk.folder / "records").mkdir()
    for number in numbers:
        desk.record(
            f"records/c{number}.yaml", number=f"number: {number}", title=f"title: What happened in place number {number}",
            doi="# no doi", url=f"url: https://www.sadf.eu/comment-{number}/   # the old site",
        )  # fmt: skip
    assert desk("deposit", "records", "--wait", "60").code == 0
    return desk
