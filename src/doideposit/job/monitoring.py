"""Signs of life for those who watch machines: a status file, Prometheus' text format, and a heartbeat."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from doideposit.reports.standing import MAIN_PUBLISHER, Standing

__all__ = ["FORMAT", "WITHIN", "Run", "prometheus_text"]

# Exit codes of passes that say nothing against the job: done, a file was rejected, somebody stopped it.
HARMLESS: Final = frozenset({0, 1, 130})
# The default of `[api] job_within`, where nothing else is known.
WITHIN: Final = timedelta(hours=1)


# How the scheduled job does: it runs and ends its passes well, it runs and fails, or it does not run.
JobHealth = Literal["works", "fails", "late"]

# Version of the status file; it rises when a key changes its meaning or goes away.
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Run:
    """Describe one run of the job, as monitoring shows it. `last_success` is when the last without trouble ended.

    `hooks` says of each hook why its last call failed, empty for one that works.
    """

    target: str
    started: datetime
    finished: datetime
    exit_code: int
    summary: str
    last_success: datetime | None
    inbox: Mapping[str, int]
    waiting: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[Mapping[str, str], ...] = ()
    hooks: Mapping[str, str] = field(default_factory=dict)
    unattended: Mapping[str, int] = field(default_factory=dict)
    version: str = ""

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return (self.finished - self.started).total_seconds()

    def health(self, now: datetime, within: timedelta) -> JobHealth:
        """Return how the job does, if one pass in every `within` should end well.

        A single pass that fails is not a failing job: the next one often mends it, and mails and metrics tell of it.
        """
        if now - self.finished > within:
            return "late"
        lasts = self.last_success is None or now - self.last_success > within
        return "fails" if lasts and self.exit_code not in HARMLESS else "works"

    @property
    def since_success(self) -> str:
        """Return since when no pass ended well, in words."""
        if self.last_success is None:
            return "no run has succeeded yet"
        return f"no run has succeeded since {self.last_success:%Y-%m-%d %H:%M} UTC"

    def status_document(self, standing: Standing | None) -> dict[str, Any]:
        """Return the status file as JSON; `standing` is None, and its key null, if the ledger could not be read.

        `standing` is None where the ledger could not be read: the key is null then.
        """
        return {
            "format": FORMAT,
            "version": self.version,
            "target": self.target,
            "ok": self.exit_code == 0,
            "exit_code": self.exit_code,
            "summary": self.summary,
            "started": _iso_moment(self.started),
            "finished": _iso_moment(self.finished),
            "seconds": round(self.seconds, 3),
            "last_success": _iso_moment(self.last_success),
            "inbox": dict(self.inbox),
            "waiting": dict(self.waiting),
            "unattended": dict(self.unattended),
            "hooks": {name: {"ok": not reason, "reason": reason} for name, reason in self.hooks.items()},
            "standing": standing.to_dict() if standing else None,
            "errors": [dict(error) for error in self.errors],
            # The former name of `errors`; programs still read it.
            "troubles": [dict(error) for error in self.errors],
        }

    def status_text(self, standing: Standing | None) -> str:
        """Return the text of the status file."""
        return json.dumps(self.status_document(standing), indent=2, ensure_ascii=False) + "\n"

    def heartbeat_text(self) -> str:
        """Return the text of the heartbeat file: when the last run ended, and how."""
        return f"{_iso_moment(self.finished)} {self.exit_code}\n"

    @staticmethod
    def read_last(path: Path, now: datetime) -> "Run | None":
        """Return the last run as its status file tells it; None where there is none, or none that can be meant.

        One of the future is none: a clock that was ahead once must not make the job look alive for ever.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            started, finished = (datetime.fromisoformat(data[name]) for name in ("started", "finished"))
            success = datetime.fromisoformat(data["last_success"]) if data["last_success"] else None
            inbox, waiting = (
                {str(name): int(count) for name, count in data[key].items()} for key in ("inbox", "waiting")
            )
            errors = tuple({key: str(error[key]) for key in ("message", "hint")} for error in data["errors"])
            target, summary = str(data["target"]), str(data["summary"])
            run = Run(target, started, finished, int(data["exit_code"]), summary, success, inbox, waiting, errors)
            is_past = finished <= now
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return run if is_past else None


def prometheus_text(run: Run | None, standing: Standing | None, within: timedelta = WITHIN) -> str:
    """Return metrics in Prometheus' text format: of the last run, where there was one, and of the ledger.

    `within` is how often a pass should end well.

    Numbers that come from the ledger are left out when it could not be read: no value is better than a stale one.
    """
    lines = (*(_run_metrics(run, within) if run else ()), *(_ledger_metrics(standing) if standing else ()))
    return "".join(line + "\n" for line in lines)


def _run_metrics(run: Run, within: timedelta) -> Iterator[str]:
    yield from _metric_lines("last_run_timestamp_seconds", "End of the last run.", run.target, run.finished.timestamp())
    if run.last_success is not None:
        text = "End of the last successful run."
        yield from _metric_lines("last_success_timestamp_seconds", text, run.target, run.last_success.timestamp())
    is_failing = int(run.health(run.finished, within) == "fails")
    yield from _metric_lines("job_failing", "1 while runs happen and none of them succeeds.", run.target, is_failing)
    yield from _metric_lines("last_run_duration_seconds", "How long the last run took.", run.target, run.seconds)
    yield from _metric_lines("last_run_exit_code", "Exit code of the last run.", run.target, run.exit_code)
    text = "Files of the inbox in the last run, by result."
    yield from _metric_lines("inbox_files", text, run.target, run.inbox, label="fate")
    text = "Files of the inbox that wait for a person, by folder."
    yield from _metric_lines("inbox_waiting", text, run.target, run.waiting, label="folder")
    if run.unattended:
        text = "DOIs outstanding on other targets, where nobody has asked for two days."
        yield from _metric_lines("unattended_dois", text, run.target, run.unattended, label="other_target")
    if run.hooks:
        failing = {name: int(bool(reason)) for name, reason in run.hooks.items()}
        yield from _metric_lines(
            "hook_failing", "1 for a hook whose last call failed.", run.target, failing, label="hook"
        )


def _ledger_metrics(standing: Standing) -> Iterator[str]:
    rows: tuple[tuple[str, str, float], ...] = (
        ("registered_dois", "DOIs that are registered.", standing.registered),
        ("rejected_dois", "DOIs that Crossref did not register.", standing.failed),
        ("needs_person_dois", "DOIs that need a person.", standing.needs_person.count),
        ("overdue_dois", "DOIs that have not reached a milestone in its time.", standing.overdue.count),
        ("unproved_dois", "Registered DOIs not yet confirmed to resolve or to be indexed.", standing.not_proved),
        (
            "drifted_dois",
            "DOIs that others changed, while nobody accepted or restored the change.",
            standing.drifted.count,
        ),
        ("open_warnings", "Crossref's warnings that nobody settled or dismissed.", standing.warnings),
        (
            "not_as_intended_dois",
            "Registered DOIs not yet confirmed to be as they were sent.",
            standing.not_as_intended,
        ),
        ("oldest_unfinished_age_seconds", "Age of the oldest unfinished deposit; 0 for none.", standing.oldest_age),
    )
    text = "DOIs with an unfinished deposit, by state."
    yield from _metric_lines("outstanding_dois", text, standing.target, standing.states, label="state")
    for name, text, value in rows:
        yield from _metric_lines(name, text, standing.target, value)
    yield from _publisher_metrics(standing)


def _publisher_metrics(standing: Standing) -> Iterator[str]:
    """Yield the numbers of each of several publishers, beside those of all: a sum over a label would count twice."""
    if standing.publishers:
        yield "# HELP doideposit_publisher_dois DOIs of each publisher, by state; a DOI can have several states."
        yield "# TYPE doideposit_publisher_dois gauge"
    for name, counts in standing.publishers.items():
        for state, value in counts.numbers.items():
            labels = f'target="{standing.target}",publisher="{name or MAIN_PUBLISHER}",state="{state}"'
            yield f"doideposit_publisher_dois{{{labels}}} {value}"


def _metric_lines(
    name: str, text: str, target: str, value: float | Mapping[str, int], *, label: str | None = None
) -> Iterator[str]:
    yield f"# HELP doideposit_{name} {text}"
    yield f"# TYPE doideposit_{name} gauge"
    if isinstance(value, Mapping):
        # Sorted, so that two files can be compared line by line.
        for key, part in sorted(value.items()):
            yield f'doideposit_{name}{{target="{target}",{label}="{key}"}} {part}'
    else:
        yield f'doideposit_{name}{{target="{target}"}} {value:.17g}'


def _iso_moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
