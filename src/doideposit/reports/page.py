"""The report as one self-contained HTML page: no request leaves it, and nothing in it needs a script.

Everything from outside is escaped, and characters that could reorder or hide text are shown by their codes.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from doideposit.crossref.xml.participation import Measured
from doideposit.deposits.planning import Action
from doideposit.deposits.values import Proof, WorkStatus
from doideposit.findings import counted
from doideposit.lifecycle import Milestone
from doideposit.records.identifiers import Doi
from doideposit.reports.activity import Activity
from doideposit.reports.attention import AttentionKind, Concern
from doideposit.reports.charts import Chart
from doideposit.reports.completeness import Completeness
from doideposit.reports.findings import sentence

if TYPE_CHECKING:
    from jinja2 import Environment

    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import PlanEntry

__all__ = ["Planned", "Report"]

# Beyond so many DOIs the big table leaves the proofs out, to stay small; the dates remain.
MOST_WITH_PROOFS: Final = 1_000
# Of a longer list the page names the first, and says how many there are.
MOST_IN_CONCERN: Final = 200
# Beyond so many DOIs a browser lays the big table out only where it is looked at.
MOST_LAID_OUT: Final = 1_000
# So many DOIs are shown at once; the others unfold.
FEW: Final = 5
# So many authors are named, and the rest counted.
MOST_AUTHORS: Final = 4


@dataclass(frozen=True, slots=True)
class Planned:
    """Hold a record that is not at Crossref as it is; `action` says what a deposit would do.

    `title` is that of its latest deposit, empty where it never was deposited.
    """

    source: str
    doi: str
    action: str
    reason: str
    title: str = ""

    @classmethod
    def of_files(cls, depositor: "Depositor", records: Sequence[Path], *, only: str | None = None) -> tuple[Self, ...]:
        """Plan the records of files and folders; those that need nothing, or of another publisher, are left out."""
        found = []
        for entry in depositor.plan(*records).entries:
            if entry.doi is not None and only not in {None, depositor.publishers.of(entry.doi)}:
                continue
            status = depositor.status(entry.doi) if entry.doi is not None else None
            drift = status.drift if status else ()
            if entry.action is Action.UNCHANGED and not drift:
                continue
            sent = f"the last deposit sent it as it is, and {'; '.join(difference.what for difference in drift)}"
            why = sent if entry.action is Action.UNCHANGED else _first_reason(entry)
            doi, title = str(entry.doi or ""), status.title if status else ""
            found.append(cls(entry.source, doi, entry.action.value, why, title))
        return tuple(found)


def _first_reason(entry: "PlanEntry") -> str:
    """Return the message of the first finding that stops it: that is what has to be corrected."""
    stops = [finding.message for finding in entry.findings if finding.stops]
    more = f", and {counted(len(stops) - 1, 'more error')}" if len(stops) > 1 else ""
    return stops[0] + more if stops else entry.reason


@dataclass(frozen=True, slots=True)
class Report:
    """Describe everything the page shows.

    `place` is where the ledger is, `written` when the report was made; `records` is None when no records were named.
    `waiting` are files of the inbox that wait for a person: what waits, and what to do.
    `measured` is what records say of authors and date, by the keys of DOIs.
    """

    target: str
    place: str
    written: datetime
    version: str
    statuses: tuple[WorkStatus, ...]
    charts: tuple[Chart, ...] = ()
    series: tuple[Completeness, ...] = ()
    records: tuple[Planned, ...] | None = None
    waiting: tuple[tuple[str, str], ...] = ()
    publisher: str = ""
    measured: Mapping[str, Measured] = field(default_factory=dict)

    @classmethod
    def gather(
        cls, depositor: "Depositor", now: datetime, *, version: str, publisher: str = "", only: str | None = None
    ) -> Self:
        """Gather the report of the depositor's target, headed by the publisher; `version` is that of this program.

        With `only` it is about the DOIs of this one of several publishers, empty for the main one.
        """
        publishers = depositor.publishers
        mine = (
            status for status in depositor.statuses() if only in {None, publishers.of_series(status.series, status.doi)}
        )
        # C9 comes before C10.
        statuses = sorted(mine, key=lambda status: status.doi.order)
        keys = {status.doi.key for status in statuses}
        activity = Activity.of_events(event for event in depositor.events() if event.doi is None or event.doi in keys)
        measured = Completeness.measure(depositor, statuses)
        return cls(
            target=depositor.target,
            place=depositor.ledger.place,
            written=now,
            version=version,
            statuses=tuple(statuses),
            charts=(activity.outcomes_chart(now), activity.waiting_chart()) if activity.outcomes else (),
            series=tuple(Completeness.of_works(series, measured[series]) for series in sorted(measured)),
            publisher=publisher,
            measured=_measure_all(depositor, statuses, measured),
        )

    def byline(self, doi: Doi) -> str:
        """Return who wrote a work, and when it was published; empty where no record says so."""
        found = self.measured.get(doi.key)
        if found is None:
            return ""
        names = ", ".join(found.authors[:MOST_AUTHORS])
        more = f" and {len(found.authors) - MOST_AUTHORS} more" if len(found.authors) > MOST_AUTHORS else ""
        return " · ".join(part for part in (names + more, found.published) if part)

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """Return what needs attention, most urgent first."""
        return Concern.all_of(self.statuses)

    @property
    def with_messages(self) -> tuple[WorkStatus, ...]:
        """Return the DOIs of which Crossref said something beside the outcome."""
        return tuple(status for status in self.statuses if status.result)

    @property
    def blocked(self) -> int:
        """Return how many of the records that were named cannot be deposited as they are."""
        return sum(record.action == "blocked" for record in self.records or ())

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of DOIs, in all and by state."""
        return {
            "dois": len(self.statuses),
            "registered": sum(status.registered for status in self.statuses),
            "outstanding": sum(status.is_open for status in self.statuses),
            "needs_person": sum(status.needs_person for status in self.statuses),
            "overdue": sum(status.overdue is not None for status in self.statuses),
            "changed_by_others": sum(bool(status.drift) for status in self.statuses),
            "warnings": sum(len(status.open_warnings) for status in self.statuses),
            "as_intended": sum(bool(status.as_intended) for status in self.statuses),
            "attention": sum(len(concern.statuses) for concern in self.concerns),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON: the counts, what needs attention, and the completeness of each series."""
        data = {
            "publisher": self.publisher,
            "target": self.target,
            "ledger": self.place,
            "written": _iso_moment(self.written),
            "counts": self.counts,
            "attention": [
                {
                    "kind": concern.kind.value,
                    "heading": concern.heading,
                    "next_action": concern.next_action,
                    "dois": [str(status.doi) for status in concern.statuses],
                }
                for concern in self.concerns
            ],
            "series": [
                {
                    "series": completeness.series,
                    "works": completeness.works,
                    "shares": {measure.value: have for measure, have in completeness.have.items()},
                    "next_step": completeness.next_step,
                }
                for completeness in self.series
            ],
        }
        data["crossref_found"] = [
            {"doi": str(message.doi), **message.result.to_dict()} for message in self.with_messages
        ]
        data["waiting"] = [{"message": said, "next_action": action} for said, action in self.waiting]
        return data if self.records is None else data | {"records": [asdict(record) for record in self.records]}

    def to_html(self) -> str:
        """Return the page as HTML; the same text for the same report."""
        environment = _make_environment()
        style, script = (_template_source(environment, name) for name in ("report.css", "report.js"))
        template = environment.get_template("report.html.j2")
        return template.render(
            report=self,
            concerns=self.concerns,
            counts=self.counts,
            rows=sorted(self.statuses, key=_sort_key),
            heading=f"{self.publisher}: DOIs on {self.target}" if self.publisher else f"DOIs on {self.target}",
            # Elsewhere a link to doi.org would lead to an error page, or worse, to somebody else's work.
            linked=self.target == "production",
            long=len(self.statuses) > MOST_LAID_OUT,
            many_series=len({status.series for status in self.statuses}) > 1,
            kinds=_count_kinds(self.statuses),
            proofs=len(self.statuses) <= MOST_WITH_PROOFS,
            milestones=tuple(Milestone),
            few=FEW,
            most=MOST_IN_CONCERN,
            style=style,
            script=script,
            policy=_content_policy(style, script),
        )


def _iso_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _sort_key(status: WorkStatus) -> tuple[str, tuple[tuple[int, int | str], ...]]:
    """Return a key that sorts by series, the highest number first: new DOIs are looked for most often."""
    return status.series, tuple((-kind, -part if isinstance(part, int) else part) for kind, part in status.doi.order)


def _count_kinds(statuses: Sequence[WorkStatus]) -> Mapping[AttentionKind, int]:
    counts = Counter(AttentionKind.of(status)[1] for status in statuses)
    return {kind: counts[kind] for kind in AttentionKind if counts[kind]}


@cache
def _make_environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only this command needs it

    environment = Environment(
        loader=PackageLoader("doideposit.reports"),
        autoescape=True,
        # A misspelt name in the template is an error and not a gap in the page.
        undefined=StrictUndefined,
        finalize=_without_hidden_text,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters = {
        "counted": counted,
        "day": _day_text,
        "moment": _moment_text,
        "proof": _proof_text,
        "link": _safe_link,
        "quoted": Concern.said_of,
        "state": AttentionKind.of,
        "sentence": sentence,
    }
    environment.filters.update(filters)
    return environment


def _measure_all(
    depositor: "Depositor", statuses: "Sequence[WorkStatus]", registered: Mapping[str, list[Measured]]
) -> dict[str, Measured]:
    """Return what each work has, by the registered record, else by the latest deposit."""
    found = {work.doi.key: work for works in registered.values() for work in works}
    # Several DOIs share a file, which is read once.
    files = {status.submission.batch_id for status in statuses if status.doi.key not in found and status.submission}
    for xml in depositor.versions.files(sorted(files)):
        for measured in Measured.read(xml):
            found.setdefault(measured.doi.key, measured)
    return found


def _template_source(environment: "Environment", name: str) -> str:
    if environment.loader is None:
        raise RuntimeError("the templates have no loader")
    return environment.loader.get_source(environment, name)[0].strip()


def _content_policy(style: str, script: str) -> str:
    """Allow nothing but the page's own style and script, known by their hashes."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script))
    style_hash, script_hash = hashes
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        "base-uri 'none'; form-action 'none'"
    )


# Joiners belong to the spelling of Persian and Indic words; a soft hyphen only says where a word may break.
_KEPT: Final = frozenset("\u200c\u200d\u00ad\u00a0\u2003\u2009\u202f\u3000\n")


def _without_hidden_text(value: Any) -> Any:
    """Return a value for the template with control characters made visible; it is escaped later."""
    value = str(value) if isinstance(value, Doi) else value
    if type(value) is not str or value.isprintable():
        return value
    return "".join(char if char.isprintable() or char in _KEPT else _visible_character(char) for char in value)


def _visible_character(char: str) -> str:
    return " " if char in "\t\r" else f"\\u{ord(char):04x}"


def _day_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _proof_text(proof: Proof, full: bool) -> str:
    if proof.at is None:
        return proof.text if full else ""
    time = proof.at.astimezone(UTC).strftime("%H:%M UTC")
    return f"{time}: {proof.text}" if full and proof.text else time


def _safe_link(url: str) -> str:
    """Return the address, when it is one of the web; otherwise a place that leads nowhere."""
    return url if urlsplit(url).scheme in {"http", "https"} else "#"
