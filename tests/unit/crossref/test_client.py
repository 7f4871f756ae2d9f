"""Each answer of Crossref's servlets, and the one class of error, or success, it stands for."""

import logging
from urllib.parse import parse_qs

import pytest
import requests
import responses
from pydantic import SecretStr

from doideposit.crossref.client import CrossrefClient
from doideposit.crossref.registrar import Credentials, Endpoint, Registrar
from doideposit.errors import (
    ConfigurationError,
    CredentialsRefused,
    DoiDepositError,
    RegistrarBusy,
    RegistrarUnavailable,
    SubmissionForbidden,
    SubmissionInDoubt,
    UnexpectedAnswer,
    UsageError,
)
from doideposit.records.identifiers import Doi
from doideposit.records.models import batch as models_batch
from doideposit.records.models.batch import SealedBatch

BASE = "https://doi.example.org"
DEPOSIT, DOWNLOAD = f"{BASE}/servlet/deposit", f"{BASE}/servlet/submissionDownload"
PASSWORD = "p/ä&ß #50%+\"<'"
NAME = "sadf-20261124t030500123-0123abcd.xml"
SUCCESS = (
    b"\n\n\n\n<html>\n<head><title>SUCCESS</title>\n</head>\n<body>\n<h2>SUCCESS</h2>\n"
    b"<p>Your batch submission was successfully received.</p>\n</body>\n</html>\n"
)
SENTENCE = b"<h2>SUCCESS</h2><p>Your batch submission was successfully received.</p>"
LOGIN_PAGE = (
    b"<html><head><title>Crossref Administration Home Page</title></head><body>username: foo does not seem to exist.<br>"
    b'Please supply a login and a password:<form action="/servlet/useragent"><input name="usr"></form></body></html>'
)
NO_SERVER = (
    b"<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>"
)
QUEUED = b'<doi_batch_diagnostic status="queued"><submission_id>1</submission_id><batch_id/></doi_batch_diagnostic>'


def sealed(xml: bytes = b"<doi_batch>\xe2\x80\x93</doi_batch>") -> SealedBatch:
    return SealedBatch(xml, "5.5.0", "batch-1", 20261124030500123, (Doi("10.48251/x"),), models_batch.SEAL)


def client(pending: int = 0, url: str = BASE) -> CrossrefClient:
    credentials = Credentials("eva@example.org/sadf", SecretStr(PASSWORD))
    return CrossrefClient(Endpoint("production", url), lambda: credentials, pending=lambda: pending)


def submit(pending: int = 0) -> None:
    client(pending).submit(sealed(), NAME)


def raw(request: requests.PreparedRequest) -> bytes:
    """The body, which `responses` has read from the object that hands it out."""
    assert isinstance(request.body, bytes)
    return request.body


def upload_parts(request: requests.PreparedRequest) -> dict[str, tuple[str, bytes]]:
    """The parts of a multipart body by name: the headers as text, and the content."""
    body = raw(request)
    boundary = request.headers["Content-Type"].partition("boundary=")[2].encode()
    parts = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
        text = head.decode()
        parts[text.partition('name="')[2].partition('"')[0]] = (text, content)
    assert int(request.headers["Content-Length"]) == len(body)
    return parts


@responses.activate
def test_an_upload_has_the_documented_fields_and_the_exact_bytes() -> None:
    seen: list[tuple[requests.PreparedRequest, dict[str, tuple[str, bytes]]]] = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        seen.append((request, upload_parts(request)))
        return 200, {"Date": "Tue, 24 Nov 2026 03:05:00 GMT", "Set-Cookie": "CROSSREF-ADMIN=1; Path=/"}, SUCCESS

    responses.add_callback("POST", DEPOSIT, callback=answer)
    crossref = client()
    receipt = crossref.submit(sealed(), NAME)
    assert (receipt.file_name, receipt.answer) == (NAME, SUCCESS)
    crossref.submit(sealed(), NAME)
    request, parts = seen[1]
    assert list(parts) == ["operation", "login_id", "login_passwd", "fname"]
    assert parts["operation"][1] == b"doMDUpload"
    assert parts["login_id"][1] == b"eva@example.org/sadf"
    assert parts["login_passwd"][1] == PASSWORD.encode()
    assert parts["fname"][1] == "<doi_batch>–</doi_batch>".encode()
    assert f'filename="{NAME}"' in parts["fname"][0]
    assert "Content-Type: application/xml" in parts["fname"][0]
    assert request.url == DEPOSIT
    assert "Cookie" not in request.headers
    assert "Authorization" not in request.headers
    assert request.headers["User-Agent"].startswith("doideposit")


@responses.activate
def test_a_poll_is_a_form_and_nothing_of_it_stands_in_the_address() -> None:
    bodies: list[str] = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        assert request.url == DOWNLOAD
        bodies.append(raw(request).decode())
        return 200, {}, QUEUED

    responses.add_callback("POST", DOWNLOAD, callback=answer)
    assert client().fetch_result(NAME) == QUEUED
    assert parse_qs(bodies[0]) == {
        "usr": ["eva@example.org/sadf"],
        "pwd": [PASSWORD],
        "file_name": [NAME],
        "type": ["result"],
    }


UPLOAD_ANSWERS = [
    (401, b"<h1>401 Unauthorized</h1>", CredentialsRefused),
    (200, LOGIN_PAGE, CredentialsRefused),
    (200, b"<p>Wrong credentials. Incorrect username or password</p>", CredentialsRefused),
    (200, LOGIN_PAGE + SUCCESS, CredentialsRefused),
    (403, b"no", SubmissionForbidden),
    (403, LOGIN_PAGE, SubmissionForbidden),
    (429, b"<h1>429 Too Many Requests</h1>", RegistrarBusy),
    (503, NO_SERVER, RegistrarUnavailable),
    (503, b"queue full", SubmissionInDoubt),
    (500, b"org.crossref.qs.security.ExceededConcurrentRequests", SubmissionInDoubt),
    (500, SUCCESS, SubmissionInDoubt),
    (502, b"", SubmissionInDoubt),
    (504, b"", SubmissionInDoubt),
    (599, b"", SubmissionInDoubt),
    (200, b"", SubmissionInDoubt),
    (200, b"<h2>FAILURE</h2><p>a reason</p>", SubmissionInDoubt),
    (200, b"<h2>SUCCESS</h2>", SubmissionInDoubt),
    (202, SUCCESS, SubmissionInDoubt),
    (204, SUCCESS, SubmissionInDoubt),
    (206, SUCCESS, SubmissionInDoubt),
    (226, SUCCESS, SubmissionInDoubt),
    (304, b"", SubmissionInDoubt),
    (307, SUCCESS, SubmissionInDoubt),
    (405, b"", SubmissionInDoubt),
    (407, b"proxy", SubmissionInDoubt),
    (409, b"", SubmissionInDoubt),
    (423, b"", SubmissionInDoubt),
    (431, b"", SubmissionInDoubt),
    (451, b"", SubmissionInDoubt),
    (511, LOGIN_PAGE, SubmissionInDoubt),
    (520, b"", SubmissionInDoubt),
    (200, SUCCESS[:90], SubmissionInDoubt),
    (200, SUCCESS.decode().encode("utf-16"), SubmissionInDoubt),
    (200, SUCCESS.replace(b"successfully", b"<b>successfully</b>"), SubmissionInDoubt),
    (200, SUCCESS.replace(b"submission was", b"submission\nwas"), SubmissionInDoubt),
    (200, b"<h2>FAILURE</h2>" + SUCCESS, SubmissionInDoubt),
    (200, SUCCESS + b"<p>other-20260101.xml</p>", SubmissionInDoubt),
    (200, b"<p>Nobody said that your batch submission was successfully received.</p>", SubmissionInDoubt),
    (200, b" " * 300_000 + SUCCESS, SubmissionInDoubt),
    (200, b'{"status": "error", "message": "maintenance"}', SubmissionInDoubt),
    (200, b'<form action="/sign-in"><input name="user"><input type="password"></form>', SubmissionInDoubt),
    (204, b"", SubmissionInDoubt),
    (301, b"", SubmissionInDoubt),
    (418, SUCCESS, SubmissionInDoubt),
    (200, b"<html><body>Maintenance <!--" + SUCCESS + b"--></body></html>", SubmissionInDoubt),
    (200, b"<html><body>Maintenance <!--" + SUCCESS, SubmissionInDoubt),
    (200, b"<html><body><script>let page = '" + SENTENCE + b"'</script></body></html>", SubmissionInDoubt),
    (200, b"<html><body><template>" + SENTENCE + b"</template></body></html>", SubmissionInDoubt),
    (200, b"<html><body><div hidden>" + SENTENCE + b"</div></body></html>", SubmissionInDoubt),
    (200, b"<html><body><div style='display: none'>" + SENTENCE + b"</div></body></html>", SubmissionInDoubt),
    (
        200,
        b"<html><body><blockquote>" + SENTENCE.partition(b"</h2>")[2] + b"</blockquote></body></html>",
        SubmissionInDoubt,
    ),
    (200, b"<html><head><title>ERROR</title></head><body>" + SENTENCE + b"</body></html>", SubmissionInDoubt),
    (200, b'{"page": "' + SENTENCE + b'"}', SubmissionInDoubt),
    (200, b"<x><![CDATA[" + SENTENCE + b"]]></x>", SubmissionInDoubt),
    (200, SUCCESS[:-12], SubmissionInDoubt),
    (200, SUCCESS.partition(b".</p>")[0], SubmissionInDoubt),
    (200, SENTENCE.partition(b"<p>")[2].partition(b".")[0], SubmissionInDoubt),
    (200, b"<h1>Sorry</h1><p>The page you asked for does not seem to exist.</p>", SubmissionInDoubt),
    (200, b"<title>Router</title>Incorrect username or password", SubmissionInDoubt),
    (400, b"", UnexpectedAnswer),
    (404, b'{"status":"error","message-type":"route-not-found"}', SubmissionInDoubt),
    (413, b"", UnexpectedAnswer),
]


@pytest.mark.parametrize(("status", "body", "error"), UPLOAD_ANSWERS)
@responses.activate
def test_every_answer_to_an_upload_is_one_class_of_error(
    status: int, body: bytes, error: type[DoiDepositError]
) -> None:
    responses.add("POST", DEPOSIT, status=status, body=body)
    with pytest.raises(DoiDepositError) as caught:
        submit()
    assert type(caught.value) is error
    assert caught.value.message
    assert caught.value.hint
    assert "doi.example.org" in caught.value.message
    assert len(responses.calls) == 1


@pytest.mark.parametrize(
    "page",
    [
        SUCCESS,
        SUCCESS.upper(),
        SUCCESS.strip(),
        b"Your batch submission was successfully received.\n",
        SUCCESS + f"<p>{NAME}</p>".encode(),
        SUCCESS.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + SUCCESS.strip(),
        SUCCESS.replace(b"<h2>SUCCESS</h2>", b'<h2 class="ok"> Success </h2>'),
        SUCCESS.replace(b"</body>", b"<!-- cs1-1 --><p>Crossref</p></body>"),
    ],
)
@responses.activate
def test_the_success_page_is_known_in_every_dress_in_which_it_comes(page: bytes) -> None:
    responses.add("POST", DEPOSIT, body=page)
    assert client().submit(sealed(), NAME).file_name == NAME


POLL_ANSWERS = [
    (401, b"", CredentialsRefused),
    (200, LOGIN_PAGE, CredentialsRefused),
    (403, b"", SubmissionForbidden),
    (429, b"", RegistrarBusy),
    (500, b"", RegistrarUnavailable),
    (520, QUEUED, RegistrarUnavailable),
    (201, QUEUED, UnexpectedAnswer),
    (206, QUEUED, UnexpectedAnswer),
    (304, b"", UnexpectedAnswer),
    (409, b"", UnexpectedAnswer),
    (451, b"", UnexpectedAnswer),
    (502, b"", RegistrarUnavailable),
    (503, NO_SERVER, RegistrarUnavailable),
    (504, b"", RegistrarUnavailable),
    (302, b"", UnexpectedAnswer),
    (404, b"", UnexpectedAnswer),
    (418, QUEUED, UnexpectedAnswer),
]


@pytest.mark.parametrize(("status", "body", "error"), POLL_ANSWERS)
@responses.activate
def test_every_answer_to_a_poll_is_one_class_of_error(status: int, body: bytes, error: type[DoiDepositError]) -> None:
    responses.add("POST", DOWNLOAD, status=status, body=body)
    with pytest.raises(DoiDepositError) as caught:
        client().fetch_result(NAME)
    assert type(caught.value) is error


@responses.activate
def test_what_a_page_of_an_outage_says_is_told() -> None:
    responses.add("POST", DOWNLOAD, status=500, body=b"<h1>Planned maintenance</h1>until noon")
    with pytest.raises(RegistrarUnavailable, match="it answered 500: “Planned maintenance until noon”"):
        client().fetch_result(NAME)


@pytest.mark.parametrize("body", [b"", b"garbage", b"<html/>", QUEUED])
@responses.activate
def test_what_a_poll_brings_is_handed_on_for_the_reader_to_judge(body: bytes) -> None:
    responses.add("POST", DOWNLOAD, body=body)
    assert client().fetch_result(NAME) == body


@responses.activate
def test_a_log_that_speaks_of_logins_is_no_login_page() -> None:
    body = b'<doi_batch_diagnostic status="completed"><msg>user does not seem to exist</msg></doi_batch_diagnostic>'
    responses.add("POST", DOWNLOAD, body=body)
    assert client().fetch_result(NAME) == body


@pytest.mark.parametrize(("pending", "error"), [(9_000, SubmissionInDoubt), (9_001, RegistrarBusy)])
@responses.activate
def test_an_unexplained_503_means_a_full_queue_when_ours_is_nearly_full(
    pending: int, error: type[DoiDepositError]
) -> None:
    responses.add("POST", DEPOSIT, status=503, body=b"odd")
    with pytest.raises(error):
        submit(pending)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Tue, 24 Nov 2026 03:06:00 GMT", 60.0),
        ("Tue, 24 Nov 2026 03:04:00 GMT", 0.0),
        ("99999999999", 86400.0),
        ("Fri, 24 Nov 2126 03:06:00 GMT", 86400.0),
        ("-5", None),
        ("soon", None),
        ("٣", None),
        (None, None),
    ],
)
@responses.activate
def test_retry_after_is_read_and_bounded(header: str | None, seconds: float | None) -> None:
    headers = {"Date": "Tue, 24 Nov 2026 03:05:00 GMT"} | ({"Retry-After": header} if header else {})
    responses.add("POST", DOWNLOAD, status=429, headers=headers)
    with pytest.raises(RegistrarBusy) as caught:
        client().fetch_result(NAME)
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (requests.ConnectTimeout("secret"), RegistrarUnavailable),
        (requests.exceptions.ProxyError("secret"), RegistrarUnavailable),
        (requests.ReadTimeout("secret"), SubmissionInDoubt),
        (requests.ConnectionError("secret"), SubmissionInDoubt),
        (requests.exceptions.ChunkedEncodingError("secret"), SubmissionInDoubt),
    ],
)
@responses.activate
def test_no_answer_is_in_doubt_unless_there_was_no_connection(failure: Exception, error: type[DoiDepositError]) -> None:
    responses.add("POST", DEPOSIT, body=failure)
    responses.add("POST", DOWNLOAD, body=failure)
    with pytest.raises(error) as caught:
        submit()
    assert "secret" not in str(caught.value)
    with pytest.raises(RegistrarUnavailable):
        client().fetch_result(NAME)


@pytest.mark.parametrize(
    ("status", "body"), [(500, b""), (503, b"full"), (418, b""), (200, b"<h1>Maintenance</h1>"), (403, b"")]
)
@responses.activate
def test_any_answer_that_asks_to_wait_says_for_how_long(status: int, body: bytes) -> None:
    responses.add("POST", DEPOSIT, status=status, body=body, headers={"Retry-After": "600"})
    with pytest.raises(SubmissionInDoubt if status != 403 else SubmissionForbidden) as caught:
        submit()
    assert caught.value.retry_after == 600.0


@responses.activate
def test_an_outage_says_when_to_come_back() -> None:
    responses.add("POST", DEPOSIT, status=503, body=NO_SERVER, headers={"Retry-After": "30"})
    with pytest.raises(RegistrarUnavailable) as caught:
        submit()
    assert caught.value.retry_after == 30.0


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b'<doi_batch_diagnostic status="unknown_submission"/>', True),
        (200, QUEUED, True),
        (200, LOGIN_PAGE, False),
        (401, b"", False),
        (403, b"", False),
        (200, b"", None),
        (200, SUCCESS, None),
        (302, b"", None),
        (404, b"", None),
    ],
)
@responses.activate
def test_a_login_is_checked_without_depositing(status: int, body: bytes, verdict: bool | None) -> None:
    names: list[str] = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        names.extend(parse_qs(raw(request).decode())["file_name"])
        return status, {}, body

    responses.add_callback("POST", DOWNLOAD, callback=answer)
    accepted, detail = client().check_login()
    assert accepted is verdict
    assert detail
    client().check_login()
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("status", "error"), [(429, RegistrarBusy), (503, RegistrarUnavailable), (500, RegistrarUnavailable)]
)
@responses.activate
def test_a_login_check_that_could_not_be_made_is_an_error(status: int, error: type[DoiDepositError]) -> None:
    responses.add("POST", DOWNLOAD, status=status)
    with pytest.raises(error):
        client().check_login()


@pytest.mark.parametrize(
    "url",
    [
        "http://doi.crossref.org",
        "http://10.0.0.1",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "ftp://doi.crossref.org",
        "doi.crossref.org",
        "",
        "https://",
        "https://user:secret@doi.crossref.org",
        "https://doi.crossref.org/?a=b",
        "https://doi.crossref.org:port",
        "http://[::2]",
        "http://[",
    ],
)
def test_an_address_where_the_password_would_not_be_safe_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        client(url=url)
    assert "secret" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://127.8.9.1", "http://localhost:1", "http://[::1]:8080", BASE]
)
def test_https_and_this_machine_are_accepted(url: str) -> None:
    assert isinstance(client(url=url), CrossrefClient)


def test_the_client_is_a_registrar() -> None:
    registrar: Registrar = client()
    assert registrar.submit.__doc__


@pytest.mark.parametrize("name", ["", "a/b.xml", 'a".xml', "a\r\nb.xml", "ä.xml", "a b.xml", "x" * 101])
def test_a_file_name_that_could_break_the_form_is_a_programmers_fault(name: str) -> None:
    with pytest.raises(RuntimeError, match="cannot be the file name"):
        client().submit(sealed(), name)
    with pytest.raises(RuntimeError, match="cannot be the file name"):
        client().fetch_result(name)


def test_a_file_that_crossref_would_not_take_is_not_sent() -> None:
    with pytest.raises(UsageError, match="10 MB"):
        client().submit(sealed(b"x" * 9_500_001), NAME)


ECHOES = [
    PASSWORD.encode(),
    b"p%2F%C3%A4%26%C3%9F%20%2350%25%2B%22%3C%27",
    b"p%2F%C3%A4%26%C3%9F+%2350%25%2B%22%3C%27",
    b"p/%C3%A4%26%C3%9F%20%2350%25%2B%22%3C%27",
    "p/ä&amp;ß #50%+&quot;&lt;&#x27;".encode(),
    "p/ä&amp;ß #50%+\"&lt;'".encode(),
    PASSWORD.encode("latin-1"),
    rb"p/\u00e4&\u00df #50%+\"<'",
]


@pytest.mark.parametrize("echo", ECHOES)
@responses.activate
def test_a_password_that_a_server_echoes_is_taken_out(echo: bytes) -> None:
    responses.add("POST", DEPOSIT, status=200, body=b"x" * 1995 + b"<b>" + echo + b"</b>")
    responses.add("POST", DOWNLOAD, body=b"<doi_batch_diagnostic>" + echo + b"</doi_batch_diagnostic>")
    with pytest.raises(SubmissionInDoubt) as caught:
        submit()
    assert caught.value.excerpt == "x" * 1995 + "<b>[r"
    assert client().fetch_result(NAME) == b"<doi_batch_diagnostic>[redacted]</doi_batch_diagnostic>"


@responses.activate
def test_a_short_password_does_not_damage_a_log() -> None:
    responses.add("POST", DOWNLOAD, body=QUEUED)
    crossref = CrossrefClient(Endpoint("production", BASE), lambda: Credentials("sadf", SecretStr("doi")))
    assert crossref.fetch_result(NAME) == QUEUED


@responses.activate
def test_nothing_of_the_login_is_in_errors_their_chain_or_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    hostile = requests.ConnectionError(f"https://sadf:{PASSWORD}@proxy?pwd={PASSWORD}")
    responses.add("POST", DEPOSIT, body=hostile)
    responses.add("POST", DOWNLOAD, body=hostile)
    responses.add("POST", DOWNLOAD, status=302, headers={"Location": f"https://x/?pwd={PASSWORD}"})
    for act in (submit, lambda: client().fetch_result(NAME), lambda: client().fetch_result(NAME)):
        with pytest.raises(DoiDepositError) as caught:
            act()
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        assert PASSWORD not in repr(caught.value.__dict__)
        assert PASSWORD not in str(caught.getrepr(chain=True, showlocals=False))
    assert PASSWORD not in caplog.text
    assert PASSWORD not in repr(client().__dict__)
