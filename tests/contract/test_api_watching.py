"""Readiness and metrics: whether the scheduled job runs, told over HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import Client

from api_client import RECORD, TOKEN
from depositing import Desk, sqlite_url
from doideposit.job.monitoring import Run, prometheus_text
from doideposit.reports.standing import Standing
from doideposit.web import Tokens, application
from doideposit.web.watching import JobWatch

HEADER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(sqlite_url(tmp_path)) as one:
        yield one


def run_of(desk: Desk, ago: timedelta, target: str = "sandbox") -> Run:
    finished = desk.clock() - ago
    return Run(target, finished - timedelta(seconds=2), finished, 1, "no new files", None, {"done": 3}, {"rejected": 2})


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("code", "success", "word"),
    [
        (0, 0 * MINUTE, "works"),
        (1, 0 * MINUTE, "works"),
        (3, 50 * MINUTE, "works"),  # one pass, or some, that failed: the next may mend it
        (3, 70 * MINUTE, "fails"),
        (2, None, "fails"),
        (130, 70 * MINUTE, "works"),  # stopped from outside is no failure
    ],
)
def test_a_job_whose_passes_all_fail_is_not_ready_and_the_service_is_well(
    desk: Desk, code: int, success: timedelta | None, word: str
) -> None:
    last = None if success is None else desk.clock() - success
    run = replace(run_of(desk, MINUTE), exit_code=code, last_success=last)
    assert client(desk, run).get("/v1/health").status_code == 200
    answer = client(desk, run).get("/v1/ready")
    metrics = client(desk, run).get("/metrics", headers=HEADER).text
    assert f'doideposit_job_failing{{target="sandbox"}} {int(word == "fails")}\n' in metrics
    if word == "works":
        assert (answer.status_code, answer.get_json()["job"]) == (200, "works")
        return
    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"]) == (503, "job-failing")
    assert ("no run has succeeded yet" if last is None else f"since {last:%Y-%m-%d %H:%M} UTC") in error["message"]


def client(desk: Desk, run: Run | None, **options: bool) -> Client:
    watch = JobWatch(lambda: run, timedelta(hours=1), **options)
    return Client(application(desk.depositor, tokens={"cms": TOKEN}, clock=desk.clock, job=watch))


@pytest.mark.parametrize(
    ("minutes", "target", "says"),
    [
        (5, "sandbox", ""),
        (60, "sandbox", ""),
        (61, "sandbox", "too long ago"),
        (5, "test", "was for test"),
        (None, "", "no run"),
    ],
)
def test_it_is_ready_while_the_job_runs(desk: Desk, minutes: int | None, target: str, says: str) -> None:
    run = None if minutes is None else run_of(desk, timedelta(minutes=minutes), target)
    answer = client(desk, run).get("/v1/ready")
    assert client(desk, run).get("/v1/health").status_code == 200
    if not says:
        assert (answer.status_code, answer.get_json()["ok"]) == (200, True)
    else:
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "job-late")
        assert says in answer.get_json()["error"]["message"]
        assert answer.headers["Retry-After"] == "60"


def test_the_last_run_is_read_as_the_job_wrote_it(desk: Desk, tmp_path: Path) -> None:
    run, path = run_of(desk, timedelta(minutes=5)), tmp_path / "last-run.json"
    path.write_text(run.status_text(None))
    assert Run.read_last(path, desk.clock()) == run
    assert Run.read_last(path, run.started) is None, "one of the future is none"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"started": 3}', "[" * 100_000])
def test_a_harmed_file_is_no_run(desk: Desk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "last-run.json"
    path.write_text(text)
    assert Run.read_last(path, desk.clock()) is None
    assert Run.read_last(tmp_path / "nothing", desk.clock()) is None


def test_the_metrics_are_those_of_the_file(desk: Desk) -> None:
    desk.depositor.enqueue(RECORD)
    run = run_of(desk, timedelta(minutes=5))
    answer = client(desk, run).get("/metrics", headers=HEADER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert answer.text == prometheus_text(run, Standing.take(desk.depositor, now=desk.clock()))
    assert 'doideposit_inbox_waiting{target="sandbox",folder="rejected"} 2' in answer.text
    assert "last_run" not in client(desk, None).get("/metrics", headers=HEADER).text


def test_the_metrics_follow_what_happens_and_the_time(desk: Desk) -> None:
    asked = client(desk, None)

    def value(name: str) -> float:
        lines = asked.get("/metrics", headers=HEADER).text.splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(f"doideposit_{name}{{"))

    assert value("outstanding_dois") == 0
    desk.depositor.enqueue(RECORD)
    assert (value("outstanding_dois"), value("overdue_dois")) == (1, 0)
    desk.clock.advance(60)
    assert value("oldest_unfinished_age_seconds") == 60
    desk.clock.advance(3 * 86_400)
    assert value("overdue_dois") == 1
    desk.clock.advance(-86_400 * 4)
    assert value("overdue_dois") == 0, "the clock was set back: nothing that was counted later holds"


def test_what_takes_long_to_count_is_not_counted_again_and_again(desk: Desk) -> None:
    # As if counting had taken four seconds of the processor, which is kept for forty.
    used = iter((0.0, 4.0, 4.0, 4.001, 4.001, 4.002))
    watch = JobWatch(open_metrics=True, used=lambda: next(used))
    asked = Client(application(desk.depositor, tokens={"cms": TOKEN}, clock=desk.clock, job=watch))

    def outstanding() -> bool:
        return 'outstanding_dois{target="sandbox",state="prepared"} 1' in asked.get("/metrics").text

    assert not outstanding()
    desk.depositor.enqueue(RECORD)
    assert not outstanding(), "something happened, and it is not counted yet"
    desk.clock.advance(40)
    assert outstanding(), "and now it is"
    desk.depositor.send()
    assert not outstanding(), "that was quick, so that nothing is kept"


def test_metrics_need_a_token_that_reaches_everything_unless_they_are_open(desk: Desk) -> None:
    assert client(desk, None).get("/metrics").status_code == 401
    assert client(desk, None, open_metrics=True).get("/metrics").status_code == 200
    limited = Tokens({"cms": TOKEN}, series={"cms": ["sadf-comment"]})
    answer = Client(application(desk.depositor, tokens=limited)).get("/metrics", headers=HEADER)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "other-series")
