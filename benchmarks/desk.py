"""How fast the pages for staff are: the first page, the check while typing, a long list, and twenty people at once.

Run with ``python -m benchmarks.desk``. The pages run as `doideposit serve` does, over SQLite; what is measured is the
time from the question to the last byte of the answer, on this machine.
"""

import logging
import re
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from benchmarks.watching import registered
from doideposit.cli.init import PRESETS
from doideposit.web.desk.gate import Gate
from doideposit.web.desk.opening import open_pages
from doideposit.wiring import load_settings

PEOPLE = 20
ROUNDS = 10
DOIS = 5_000
REFERENCES = 40
ACCOUNT = '\n[desk.accounts.anna]\npassword = { env = "DESK_ANNA" }\nroles = ["edit", "register"]\n'
PASSWORD = "a password of anna"


class Person:
    """Somebody with a browser, signed in."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self.get("/sign-in")
        self.post("/sign-in", name="anna", password=PASSWORD)

    def get(self, path: str) -> bytes:
        return self._asked(Request(self._base + path))

    def post(self, path: str, **values: str) -> bytes:
        values.setdefault("csrf", self.token)
        return self._asked(Request(self._base + path, urlencode(values).encode(), {"Origin": self._base}))

    def _asked(self, request: Request) -> bytes:
        with self._opener.open(request, timeout=60) as answer:
            self.url = answer.url.removeprefix(self._base)
            body: bytes = answer.read()
        found = re.search(rb'name="csrf" value="([^"]+)"', body)
        self.token = found[1].decode() if found else self.token
        return body

    token = ""
    url = ""


@contextmanager
def pages(folder: Path, dois: int) -> Iterator[str]:
    """Serve the pages over a ledger of so many DOIs."""
    text = PRESETS["sadf-comment"].configuration_text() + ACCOUNT
    (folder / "doideposit.toml").write_text(text, "utf-8")
    if dois:
        registered(f"sqlite:///{folder / 'doideposit.sqlite3'}", dois)
    settings = load_settings(folder / "doideposit.toml", environ={})
    gate = Gate.of_accounts(settings, {"DESK_ANNA": PASSWORD})
    if gate is None:
        raise SystemExit("the configuration has no account")
    application = open_pages(settings, gate, announce=lambda _text: None)
    port: list[int] = []
    ready = threading.Event()

    def listening(actual: int) -> None:
        port.append(actual)
        ready.set()

    threading.Thread(target=application.serve, kwargs={"ready": listening}, daemon=True).start()
    ready.wait(20)
    yield f"http://127.0.0.1:{port[0]}"


def timed(ask: Callable[[], bytes], rounds: int = ROUNDS) -> tuple[float, float, int]:
    """Return the median and the longest time in milliseconds, and the bytes of the last answer."""
    times, size = [], 0
    for _ in range(rounds):
        start = perf_counter()
        size = len(ask())
        times.append((perf_counter() - start) * 1000)
    return statistics.median(times), max(times), size


def tell(what: str, told: tuple[float, float, int], target: str) -> None:
    median, longest, size = told
    print(f"{what:<52} {median:8.0f} ms {longest:8.0f} ms {size / 1000:8.1f} kB   {target}", flush=True)


def typing(anna: Person) -> Callable[[], bytes]:
    """Return what sends a record of forty references with another title each time, as the script of the page does."""
    anna.get("/new")
    anna.post("/new", series="sadf-comment", number="300")
    draft = anna.url
    fields = {"series": "sadf-comment", "number": "300", "published": "2026-03-02", "url": "https://www.sadf.eu/c300/"}
    fields |= {"authors[0].given": "Ada", "authors[0].family": "Byron", "abstracts[0].text": "What it says. " * 60}
    for number in range(REFERENCES):
        text = f"Mariner, A. ({2000 + number % 20}). Gauges of harbour {number}. Tidewater Press. doi:10.5555/{number}"
        fields[f"references[{number}].text"] = text
    count = iter(range(1_000_000))
    version = ["1"]

    def typed() -> bytes:
        title = f"Salt and silence {next(count)}"
        answer = anna.post(f"{draft}/live", version=version[0], title=title, **fields)
        found = re.search(rb'"version":\s*"(\d+)"', answer)
        version[0] = found[1].decode() if found else version[0]
        return answer

    return typed


def together(base: str, paths: list[str]) -> tuple[float, float, int]:
    """Let twenty people ask at once; raises where one of them gets anything but a page."""
    everybody = [Person(base) for _ in range(PEOPLE)]
    times: list[float] = []
    failed: list[BaseException] = []
    start = threading.Barrier(PEOPLE)

    def work(one: Person) -> None:
        try:
            start.wait()
            for path in paths * ROUNDS:
                begun = perf_counter()
                one.get(path)
                times.append((perf_counter() - begun) * 1000)
        except BaseException as error:  # noqa: BLE001  (told below)
            failed.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(f"{len(failed)} of {PEOPLE} people got an error, the first: {failed[0]}")
    return statistics.median(times), max(times), len(times)


def main() -> int:
    # The server tells of each request that waits for another one.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    print(f"{'what':<52} {'median':>11} {'longest':>11} {'size':>11}   to reach")
    with tempfile.TemporaryDirectory() as small, pages(Path(small), 0) as base:
        anna = Person(base)
        tell("first page", timed(lambda: anna.get("/")), "100 ms, 100 kB")
        live = typing(anna)
        live()
        tell(f"check of a record with {REFERENCES} references, while typing", timed(live), "100 ms")
    with tempfile.TemporaryDirectory() as large, pages(Path(large), DOIS) as base:
        # The first page after a start reads every DOI; the password takes a tenth of a second of it.
        begun = perf_counter()
        anna = Person(base)
        first = (perf_counter() - begun) * 1000
        tell(f"sign in, and read {DOIS:,} DOIs for the first time", (first, first, 0), "1 s")
        tell(f"list of {DOIS:,} DOIs, any page", timed(lambda: anna.get("/numbers?page=40")), "1 s")
        tell(f"list of {DOIS:,} DOIs, filtered", timed(lambda: anna.get("/numbers?q=4999&kind=registered")), "1 s")
        tell(f"first page over {DOIS:,} DOIs", timed(lambda: anna.get("/")), "100 ms, 100 kB")
        median, longest, count = together(base, ["/", "/numbers", "/numbers?page=7", "/new"])
        print(f"{PEOPLE} people at once, {count} pages: median {median:.0f} ms, longest {longest:.0f} ms, no error")
    return 0


if __name__ == "__main__":
    sys.exit(main())
