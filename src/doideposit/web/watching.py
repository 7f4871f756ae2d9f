"""For those who watch the service: whether it can work, whether the scheduled job runs, and the numbers of both."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from flask import g
from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.job.monitoring import WITHIN, Run, prometheus_text
from doideposit.reports.standing import Standing
from doideposit.web.answers import Refused, document

__all__ = ["JobWatch"]


# Numbers that change with the time alone, such as what is overdue, may be so old.
FRESH: Final = timedelta(minutes=5)
# While the job works, something happens all the time: what took longer to count than this many seconds of the processor
# is kept ten times as long, so that counting takes no more than a tenth of it.
_LONG: Final = 1.0
_PAUSE: Final = 10


class _CountedDois:
    """Keep how everything stands until something happens: to count 100,000 DOIs takes ten seconds.

    Prometheus asks several times a minute. Safe from several threads: one counts, and the others wait for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Standing | None = None
        self._newest = -1
        self._pause = timedelta()

    def standing(self, depositor: Depositor, now: datetime, used: Callable[[], float]) -> Standing:
        """Return the numbers of the target; raises `LedgerError`. `used` are seconds of the processor so far."""
        with self._lock:
            newest = depositor.works.last_event()
            last = self._last
            if last is None or self._is_old(now - last.at, happened=newest != self._newest):
                begun = used()
                last = Standing.take(depositor, now=now)
                took = used() - begun
                self._last, self._newest = last, newest
                self._pause = timedelta(seconds=took * _PAUSE if took > _LONG else 0)
            return replace(last, at=now)

    def _is_old(self, age: timedelta, *, happened: bool) -> bool:
        # After the clock was set back, what was counted lies in the future: it counts as old.
        return age < timedelta() or age >= (self._pause if happened else max(FRESH, self._pause))


def _no_run() -> None:
    return None


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class JobWatch:
    """Say where the last run of the scheduled job is read from, and how long ago it may have ended."""

    last_run: Callable[[], Run | None] = _no_run
    within: timedelta = WITHIN
    open_metrics: bool = False
    used: Callable[[], float] = time.thread_time
    counted: _CountedDois = field(default_factory=_CountedDois)

    def ready(self, depositor: Depositor, now: datetime) -> Response:
        """Answer 200 if the ledger can be read and the scheduled job does its work.

        Nothing is said of why a pass failed: this answer is open to everybody.
        """
        depositor.outstanding()
        run = self.last_run()
        doing = None if run is None or run.target != depositor.target else run.health(now, self.within)
        if run is not None and doing == "works":
            moments = {"last_run": run.finished, "last_success": run.last_success}
            return document({"ok": True, "job": doing} | {name: _moment(at) for name, at in moments.items()})
        if run is not None and doing == "fails":
            message = f"the scheduled job runs and fails: {run.since_success}"
            hint = "run `doideposit doctor` on the server, or read the log of the job: they name the reason"
            raise Refused(503, "job-failing", message, hint=hint, where="server", headers={"Retry-After": "60"})
        message = (
            "no run of the scheduled job was seen"
            if run is None
            else "the last run of the scheduled job is too long ago"
        )
        if run is not None and run.target != depositor.target:
            message = f"the last run of the scheduled job was for {run.target}"
        hint = "start `doideposit run` with the same configuration: it sends what was recorded, and follows it up"
        raise Refused(503, "job-late", message, hint=hint, where="server", headers={"Retry-After": "60"})

    def metrics(self, depositor: Depositor, now: datetime) -> Response:
        """Return the metrics that the job leaves in its file, those of the ledger as they are now."""
        holder = g.holder
        if not self.open_metrics and (holder.series or holder.publisher):
            message = "this token is limited to some series, but the metrics cover all of them"
            hint = "use a token of [api.tokens] without `series`"
            raise Refused(403, "other-series", message, hint=hint, where="header Authorization")
        text = prometheus_text(self.last_run(), self.counted.standing(depositor, now, self.used), self.within)
        # The content type of Prometheus' text format, version 0.0.4.
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
