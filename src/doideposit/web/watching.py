"""For those who watch the service: whether it can work, whether the scheduled job runs, and the numbers of both."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from flask import g
from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.job.monitoring import WITHIN, JobHealth, Run, prometheus_text
from doideposit.reports.standing import Standing
from doideposit.web.answers import Refused, document

__all__ = ["JobWatch"]


# Numbers that change with the time alone, such as what is overdue, may be so old.
FRESH: Final = timedelta(minutes=5)


class _CountedDois:
    """Keep how everything stands until something happens: to count 100,000 DOIs takes ten seconds.

    Prometheus asks several times a minute. Safe from several threads: one counts, and the others wait for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[int, Standing] | None = None

    def standing(self, depositor: Depositor, now: datetime) -> Standing:
        """Return the numbers of the target; raises `LedgerError`."""
        with self._lock:
            newest = depositor.works.last_event()
            # After the clock was set back, what was counted lies in the future: it counts as old.
            if self._last is None or self._last[0] != newest or not timedelta() <= now - self._last[1].at < FRESH:
                self._last = newest, Standing.take(depositor, now=now)
            return replace(self._last[1], at=now)


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
    counted: _CountedDois = field(default_factory=_CountedDois)

    def ready(self, depositor: Depositor, now: datetime) -> Response:
        """Answer 200 if the ledger can be read and the scheduled job does its work.

        Nothing is said of why a pass failed: this answer is open to everybody.
        """
        depositor.outstanding()
        run = self.last_run()
        doing = None if run is None or run.target != depositor.target else run.health(now, self.within)
        if run is not None and doing is JobHealth.WORKS:
            moments = {"last_run": run.finished, "last_success": run.last_success}
            return document({"ok": True, "job": doing.value} | {name: _moment(at) for name, at in moments.items()})
        if run is not None and doing is JobHealth.FAILS:
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
        text = prometheus_text(self.last_run(), self.counted.standing(depositor, now), self.within)
        # The content type of Prometheus' text format, version 0.0.4.
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
