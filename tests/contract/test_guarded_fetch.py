"""Pages of the web: fetched from a real server, and refused wherever they lead into the own network."""

import gzip
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from doideposit.crossref.guarded_fetch import GuardedFetch
from doideposit.crossref.http import Timeouts
from doideposit.errors import AddressRefused, PageUnavailable
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.readers.opening import read_page
from finished_documents import SERIES

PAGE = "<html><head><title>x</title></head><body><h2>COMMENT 300</h2><h1>Salt and silence</h1><p>By Ada Byron</p><p>4 May 2021</p></body></html>"


@dataclass
class Site:
    """A web server on this machine: what it answers by path, and what it was asked."""

    port: int
    asked: list[dict[str, str]]
    answers: dict[str, tuple[int, dict[str, str], bytes]]
    slow: bool = False
    ended: threading.Event = field(default_factory=threading.Event)
    looked_up: list[str] = field(default_factory=list)

    def fetch(self, **options: Any) -> GuardedFetch:
        """A fetch that finds every name on this machine, and may go there by one name alone."""

        def resolve(host: str, port: int) -> Sequence[str]:
            self.looked_up.append(host)
            return ["127.0.0.1"] if host.endswith(".example") else GuardedFetch.system_resolver(host, port)

        options.setdefault("allowed", ("pages.example",))
        return GuardedFetch(resolve=options.pop("resolve", resolve), **options)

    def address(self, path: str = "/a", host: str = "pages.example") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
            if found.slow:
                found.ended.wait(120)
            status, headers, body = found.answers.get(self.path, (404, {}, b"nothing here"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(server.server_port, [], {"/a": (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.encode())})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.ended.set()
    server.shutdown()
    server.server_close()


def test_a_page_is_fetched_once_and_politely(site: Site) -> None:
    page = site.fetch(contact="doi@example.org")(site.address("/a#top"))
    assert (page.status, page.media_type, page.charset, page.url) == (200, "text/html", "utf-8", site.address("/a"))
    (asked,) = site.asked
    assert asked["user-agent"].endswith("(mailto:doi@example.org)")
    assert asked["host"] == f"pages.example:{site.port}"
    assert "cookie" not in asked
    assert "authorization" not in asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "192.0.2.7", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::9", "ff02::1",
        "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:c0a8:101::1",
        "::127.0.0.1", "2001:db8::1", "not an address",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_internet_is_refused_before_anything_is_sent(address: str) -> None:
    fetch = GuardedFetch(resolve=lambda _host, _port: ["93.184.215.14", address])
    with pytest.raises(AddressRefused) as refused:
        fetch("https://inside.example/secret?token=abc")
    assert "token" not in refused.value.message
    assert "own_hosts" in refused.value.hint


@pytest.mark.parametrize(
    "written",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://127.1/",
    ],
)
def test_this_machine_is_refused_however_it_is_written(written: str) -> None:
    with pytest.raises((AddressRefused, PageUnavailable)):
        GuardedFetch(timeouts=Timeouts(1, 1, 1))(written)
    with pytest.raises(AddressRefused):
        GuardedFetch(resolve=lambda _host, _port: ["127.0.0.1"])(written)


@pytest.mark.parametrize(
    "written",
    [
        "ftp://pages.example/a",
        "file:///etc/passwd",
        "https://",
        "https://[::1",
        "https://a b:x/",
        "http://pages.example:25/",
        "gopher://x/",
    ],
)
def test_what_is_no_address_of_a_page_is_refused(written: str) -> None:
    with pytest.raises(AddressRefused):
        GuardedFetch(resolve=lambda _host, _port: pytest.fail("it was looked up"))(written)


def test_a_login_in_the_address_is_refused_and_never_shown(site: Site) -> None:
    site.answers["/b"] = (302, {"Location": f"http://user:hidden@pages.example:{site.port}/a"}, b"")
    for address in ("https://user:hidden@pages.example/a", site.address("/b")):
        with pytest.raises(AddressRefused) as refused:
            site.fetch()(address)
        assert "hidden" not in f"{refused.value.message} {refused.value.hint} {refused.value!r}"


@pytest.mark.parametrize(
    "target", ["http://inside.example:{port}/a", "//inside.example:{port}/a", "http://127.0.0.1:{port}/a"]
)
def test_a_redirect_into_the_own_network_is_refused(site: Site, target: str) -> None:
    site.answers["/b"] = (302, {"Location": target.format(port=site.port)}, b"")
    with pytest.raises(AddressRefused):
        site.fetch()(site.address("/b"))
    assert [asked["path"] for asked in site.asked] == ["/b"]


def test_redirects_are_followed_and_bounded(site: Site) -> None:
    site.answers |= {f"/{n}": (301, {"Location": f"{n + 1}"}, b"") for n in range(1, 9)}
    site.answers["/6"] = site.answers["/a"]
    assert site.fetch()(site.address("/1")).url == site.address("/6")
    del site.answers["/6"]
    site.answers["/6"] = (301, {"Location": "/1"}, b"")
    with pytest.raises(PageUnavailable, match="more than 5"):
        site.fetch()(site.address("/1"))


def test_the_connection_goes_to_the_address_that_was_judged(site: Site) -> None:
    """A name that gives a public address first and a private one later never leads to the private one."""
    answers = iter([["192.0.2.1"], ["127.0.0.1"]])
    fetch = site.fetch(resolve=lambda _host, _port: next(answers), timeouts=Timeouts(0.5, 0.5, 1))
    with pytest.raises(PageUnavailable):
        fetch(site.address("/a"))
    assert site.asked == []
    assert next(answers) == ["127.0.0.1"], "the name was looked up once alone"


def test_an_answer_ends_in_size_and_in_time(site: Site) -> None:
    site.answers["/big"] = (200, {"Content-Type": "text/html"}, b"a" * 100_000)
    page = site.fetch()(site.address("/big"), limit=1_000)
    assert (len(page.body), page.truncated) == (1_000, True)
    site.answers["/bomb"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"a" * 20_000_000))
    assert len(site.fetch()(site.address("/bomb"), limit=1_000).body) == 1_000
    site.slow = True
    with pytest.raises(PageUnavailable):
        site.fetch(timeouts=Timeouts(30, 1, 1))(site.address("/a"))


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [
        ("text/html; charset=utf-8", "utf-8"), ("text/html", "utf-8"), ('text/html; charset="windows-1251"', "windows-1251"),
        ("text/html; charset=Shift_JIS", "shift_jis"), ("text/html; charset=unknown", "utf-8"),
        ("text/plain; charset=utf-16", "utf-16"), ("TEXT/HTML;charset=utf-16le", "utf-16-le"),
    ],
)  # fmt: skip
def test_the_encoding_is_that_of_the_server(site: Site, content_type: str, encoded: str) -> None:
    title = "ソルトと沈黙" if encoded.startswith(("shift", "utf")) else "Соль и молчание"
    text = f"COMMENT 300\n\n{title}\n\nBy Ada Byron\n\n4 May 2021\n"
    page_text = PAGE.replace("Salt and silence", title) if "html" in content_type.lower() else text
    site.answers["/c"] = (200, {"Content-Type": content_type}, page_text.encode(encoded))
    page = site.fetch()(site.address("/c"))
    manuscript = read_page(page.body, url=page.url, media_type=page.media_type, charset=page.charset)
    assert draft_of(manuscript, series=SERIES).text("title") == title


def test_the_page_is_the_landing_page_of_its_record(site: Site) -> None:
    page = site.fetch()(site.address("/a"))
    draft = draft_of(read_page(page.body, url=page.url, media_type=page.media_type, charset=None), series=SERIES)
    assert draft.text("url") == site.address("/a")
    named = PAGE.replace("<title>", '<link rel="canonical" href="https://www.example.org/c300"><title>')
    draft = draft_of(read_page(named.encode(), url=page.url, media_type="text/html", charset=None), series=SERIES)
    assert draft.text("url") == "https://www.example.org/c300"


def test_a_picture_is_named() -> None:
    (finding,) = read_page(b"\x89PNG", url="https://a.example/b", media_type="image/png", charset=None).findings
    assert finding.code == "document-format"


def test_the_certificate_has_to_be_that_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to a number, and what is verified is the name."""
    certificate = certificate_for("pages.example", tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    names = ("pages.example", "other.example")
    fetch = GuardedFetch(resolve=lambda _host, _port: ["127.0.0.1"], allowed=names)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert fetch(f"https://pages.example:{server.server_port}/").status == 501
    with pytest.raises(PageUnavailable, match="certificate"):
        fetch(f"https://other.example:{server.server_port}/")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(PageUnavailable, match="certificate"):
        fetch(f"https://pages.example:{server.server_port}/")
    server.shutdown()
    server.server_close()


def certificate_for(name: str, folder: Path) -> Path:
    """A certificate of its own making, with its key, for one name."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_extract_reads_an_own_host_that_the_configuration_allows(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path, capsys)
    refused = desk("extract", site.address("/a", "127.0.0.1"))
    assert (refused.code, "own_hosts" in refused.err, site.asked) == (2, True, [])
    desk.write("doideposit.toml", '[pages]\nown_hosts = ["127.0.0.1"]\n')
    read = desk("extract", site.address("/a", "127.0.0.1"))
    assert "title: Salt and silence" in read.out
    assert (desk("extract", site.address("/none", "127.0.0.1"))).code == 3
