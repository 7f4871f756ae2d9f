"""The sandbox over real sockets on this machine: the same answers, really dropped connections, and no way in from outside."""

import re
import socket
import threading
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import requests

from doideposit.errors import UsageError, WorldError
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.exchange import Reply, Request
from doideposit.sandbox.server import running, serve
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import LOGIN, POLL, Batch, upload

pytestmark = pytest.mark.network_loopback


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return Sandbox(clock=clock, delays=Delays.none())


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def url(sandbox: Sandbox, log: list[str]) -> Iterator[str]:
    with running(sandbox, log=log.append) as address:
        yield address


def deposit(
    url: str, content: bytes | None = None, name: str = "a.xml", timeout: float = 10, **fields: str
) -> requests.Response:
    form = {"operation": "doMDUpload", **LOGIN, **fields}
    files = {"fname": (name, Batch().xml() if content is None else content, "application/xml")}
    return requests.post(f"{url}/servlet/deposit", data=form, files=files, timeout=timeout)


def ask(url: str, name: str = "a.xml", **fields: str) -> requests.Response:
    return requests.post(f"{url}/servlet/submissionDownload", {**POLL, "file_name": name, **fields}, timeout=60)


def test_a_deposit_travels_through_every_route(sandbox: Sandbox, clock: Clock, url: str) -> None:
    answer = deposit(url)
    assert (answer.status_code, len(answer.content), answer.headers["Content-Length"]) == (200, 144, "144")
    assert answer.headers["Content-Type"] == "text/html;charset=ISO-8859-1"
    assert answer.headers["Date"] == "Tue, 01 Sep 2026 12:00:00 GMT"
    assert answer.headers["Connection"] == "close"
    assert sandbox.submissions[0].content == Batch().xml()
    assert "Successfully added" in ask(url).text
    doi = quote("10.5555/c1", safe="")
    assert requests.get(f"{url}/works/{doi}", timeout=60).json()["message"]["prefix"] == "10.5555"
    assert requests.get(f"{url}/api/handles/10.5555/c1?type=URL", timeout=60).json()["responseCode"] == 1
    assert requests.get(f"{url}/works?filter=doi:10.5555/c1", timeout=60).json()["message"]["total-results"] == 1
    assert requests.get(f"{url}/nothing", timeout=60).json()["message-type"] == "route-not-found"


def test_in_process_and_over_http_the_answers_are_the_same(url: str, clock: Clock) -> None:
    twin = Sandbox(clock=clock, delays=Delays.none())
    inside, outside = upload(twin, Batch().xml()), deposit(url)
    assert isinstance(inside, Reply)
    assert (inside.body, inside.status) == (outside.content, outside.status_code)
    form = {**POLL, "file_name": "a.xml"}
    told = twin.handle(Request.post("/servlet/submissionDownload", form))
    assert isinstance(told, Reply)
    assert told.body == ask(url).content


def test_names_and_bytes_survive_the_form(sandbox: Sandbox, url: str) -> None:
    content = "<x>Überprüfung “Ω” \r\n</x>".encode()
    deposit(url, content, "sadf-c258 ä.xml", login_passwd="sandbox")
    assert [(one.file_name, one.content) for one in sandbox.submissions] == [("sadf-c258 ä.xml", content)]


@pytest.mark.parametrize(("fault", "stored"), [("drop_before_body", 0), ("drop_after_accept", 1)])
def test_a_dropped_connection_is_really_dropped(sandbox: Sandbox, url: str, fault: str, stored: int) -> None:
    sandbox.faults.add(fault)
    with pytest.raises(requests.ConnectionError):
        deposit(url, Batch().xml() + b"<!-- " + b"x" * 3_000_000 + b" -->")
    assert len(sandbox.submissions) == stored
    assert deposit(url, name="b.xml").status_code == 200


def test_a_slow_reply_comes_late_but_the_file_is_there(sandbox: Sandbox) -> None:
    answered = threading.Event()
    sandbox.faults.add("slow", 2)
    with running(sandbox, log=lambda _: answered.set()) as url:
        with pytest.raises(requests.ReadTimeout):
            deposit(url, timeout=0.2)
        # A busy machine may read the request only after the client has given up.
        assert answered.wait(30)
        assert len(sandbox.submissions) == 1
        assert deposit(url, name="b.xml").status_code == 200


def test_faults_are_switched_over_http(sandbox: Sandbox, url: str) -> None:
    switch = f"{url}/sandbox/faults"
    answer = requests.post(switch, json={"add": ["status@upload=503:2", "retry_after=7"]}, timeout=60)
    assert answer.json() == {"faults": ["status@upload=503:2", "retry_after=7"]}
    refused = deposit(url)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "7")
    assert requests.post(switch, json={"clear": True}, timeout=60).json() == {"faults": []}
    wrong = requests.post(switch, json={"add": ["upper_doi", "teapot"]}, timeout=60)
    assert (wrong.status_code, "teapot" in wrong.text, sandbox.faults.armed) == (400, True, ())
    assert requests.get(switch, timeout=60).status_code == 403
    assert (
        requests.post(switch, data=b"[1, 2", headers={"Content-Type": "application/json"}, timeout=60).status_code
        == 200
    )
    sandbox.faults.add("stuck")
    deposit(url)
    assert "queued" in ask(url).text
    requests.post(switch, json={"unstick": True}, timeout=60)
    assert "completed" in ask(url).text


@pytest.mark.parametrize("path", ["/sandbox/faults", "/sandbox/state"])
def test_switches_and_state_are_for_this_machine_alone(sandbox: Sandbox, path: str) -> None:
    for remote, method in [("192.0.2.7", "POST"), ("192.0.2.7", "GET")]:
        answer = sandbox.handle(Request(method, path, remote=remote))
        assert isinstance(answer, Reply)
        assert answer.status == 403


def test_no_password_is_shown_or_logged(sandbox: Sandbox, url: str, log: list[str]) -> None:
    secret = "correct-horse-battery"
    deposit(url)
    deposit(url, login_passwd=secret)
    requests.get(f"{url}/info?rtype=prefixes&pid=sandbox:{secret}", timeout=60)
    requests.get(f"{url}/servlet/submissionDownload?usr=sandbox&pwd={secret}&file_name=a.xml&type=result", timeout=60)
    state = requests.get(f"{url}/sandbox/state", timeout=60)
    assert [one["file_name"] for one in state.json()["submissions"]] == ["a.xml"]
    assert log[:2] == ["POST /servlet/deposit 200", "POST /servlet/deposit 200"]
    assert secret not in state.text + "\n".join(log)
    assert "?" not in "\n".join(log)


def test_a_request_has_a_largest_size(sandbox: Sandbox, url: str) -> None:
    assert deposit(url, b"x" * 10_500_000).status_code == 413
    try:
        status = deposit(url, b"x" * 14_000_000).status_code
    except requests.ConnectionError:
        status = 413
    assert status == 413
    assert sandbox.submissions == ()


def raw(url: str, request: bytes) -> bytes:
    host, port = re.fullmatch(r"http://(.*):(\d+)", url).groups()  # type: ignore[union-attr]
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "request_",
    [
        b"garbage\r\n\r\n",
        b"POST /servlet/deposit HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc",
        b"POST /servlet/deposit HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900\r\n\r\n--b",
        b"GET /works/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /sandbox/faults HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n\xff\xff",
    ],
)
def test_malformed_requests_do_no_harm(sandbox: Sandbox, url: str, request_: bytes) -> None:
    raw(url, request_)
    assert sandbox.submissions == ()
    assert deposit(url).status_code == 200


def test_many_clients_at_once(sandbox: Sandbox, url: str) -> None:
    threads = [threading.Thread(target=deposit, args=(url, b"<x/>", f"{number}.xml")) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.file_name for one in sandbox.submissions} == {f"{number}.xml" for number in range(24)}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_it_listens_on_this_machine_unless_told_otherwise(sandbox: Sandbox, host: str) -> None:
    with pytest.raises(UsageError):
        serve(sandbox, host)


def test_a_port_in_use_is_named(sandbox: Sandbox, url: str) -> None:
    port = int(url.rpartition(":")[2])
    with pytest.raises(WorldError, match=str(port)):
        serve(sandbox, port=port)


def test_serve_says_its_port_and_ends_when_interrupted(sandbox: Sandbox, free_port: int) -> None:
    ports: list[int] = []

    def ready(port: int) -> None:
        ports.append(port)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(sandbox, port=free_port, ready=ready)
    assert ports == [free_port]
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", free_port), timeout=60):
        pass
