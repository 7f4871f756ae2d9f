"""Pages over all numbers: what needs somebody, the list, everything about one DOI, warnings, audit and report."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from itertools import islice
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.references import ReferenceFeedback
from doideposit.deposits.values import WorkStatus
from doideposit.errors import DoiDepositError, WorldError
from doideposit.health.audit import AuditLine, gaps
from doideposit.health.works import AuditedWork, commentaries_in
from doideposit.lifecycle import Milestone
from doideposit.reports.attention import AttentionKind
from doideposit.reports.page import Report
from doideposit.web.desk.access import DeskRole
from doideposit.web.desk.checking import Verdict
from doideposit.web.desk.drafts import SavedDraft
from doideposit.web.desk.form import RecordForm
from doideposit.web.desk.overview import NumberRow, Overview
from doideposit.web.desk.records import RecordFile
from doideposit.web.desk.workplace import Workplace
from doideposit.web.views import Views, route

__all__ = ["NumberPages"]

Answer = Response | str | tuple[str, int]

# Rows of one page of the list.
ROWS: Final = 50
# Entries of one list of the first page; each has a link to the whole list.
MOST_LISTED: Final = 20
# Gaps that are shown of a series; the audit has all.
MOST_MISSING: Final = 12
# Drafts on the first page, the latest saved first.
MOST_DRAFTS: Final = 30
LAST_NUMBERS: Final = 3
NEW: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _SeriesLine:
    """Say of one series how many numbers there are, which came last, and which are missing between."""

    title: str
    count: int
    last: tuple[NumberRow, ...]
    missing: tuple[int, ...]


Fits = Callable[[NumberRow], bool]
# Kinds of numbers that people look for, each with the words of its button.
KINDS: Final[Mapping[str, tuple[str, Fits]]] = {
    "": ("All", lambda _row: True),
    "attention": ("Needs a person", lambda row: row.needs_person),
    "open": ("Under way", lambda row: row.is_open),
    "registered": ("Registered", lambda row: row.registered),
    "failed": ("Not registered", lambda row: row.failed),
    "warned": ("With a warning from Crossref", lambda row: row.warned),
    "conflict": ("In conflict with another DOI", lambda row: bool(row.conflicts)),
    "changed": ("Changed by others", lambda row: row.changed_by_others),
    "unproved": ("Registered, but not fully confirmed", lambda row: row.registered and not all(row.reached)),
    "matched": ("With matched references", lambda row: bool(row.matched)),
}


@dataclass(frozen=True, slots=True)
class NumberPages(Views):
    """Show what needs somebody, the list, and everything about one DOI; warnings of Crossref, an audit, the report."""

    place: Workplace
    _overviews: dict[str, Overview] = field(default_factory=dict)

    @route("/")
    def home(self) -> Answer:
        """Show what needs a person, what is under way, what is new, and the drafts."""
        rows = self._number_rows(self.place.settings.target)
        recent = [row for row in rows if row.registered_at and self.place.clock() - row.registered_at < NEW]
        return render_template(
            "home.html",
            attention=[row for row in rows if row.needs_person],
            under_way=[row for row in rows if row.is_open],
            registered=sum(row.registered for row in rows),
            recent=recent,
            most=MOST_LISTED,
            series=list(self._series_lines(rows)),
            drafts=[
                (draft, _draft_title(draft.data), self._wants_approval(draft))
                for draft in islice(self.place.drafts.all(), MOST_DRAFTS)
            ],
        )

    def _series_lines(self, rows: Sequence[NumberRow]) -> Iterator[_SeriesLine]:
        of_series: dict[str, list[NumberRow]] = {name: [] for name in self.place.series}
        for row in rows:
            of_series.setdefault(row.series, []).append(row)
        for name, found in of_series.items():
            known = self.place.series.get(name)
            numbers = {int(row.number) for row in found if row.number.isascii() and row.number.isdecimal()}
            missing = tuple(gaps(numbers)[:MOST_MISSING])
            yield _SeriesLine(known.title if known else name, len(found), tuple(found[:LAST_NUMBERS]), missing)

    def _number_rows(self, target: str) -> Sequence[NumberRow]:
        depositor = self.place.depositor(target)
        return self._overviews.setdefault(target, Overview(depositor, self.place.clock)).rows()

    @route("/numbers")
    def list_numbers(self) -> Answer:
        """Show all numbers, with filters, a page at a time."""
        asked = {name: request.args.get(name, "").strip() for name in ("q", "kind", "series", "publisher")}
        asked["on"] = request.args.get("on", self.place.settings.target)
        rows = self._number_rows(asked["on"])
        found = [row for row in rows if _matches_filters(row, asked)]
        pages_there = max(1, -(-len(found) // ROWS))
        page = min(max(1, request.args.get("page", 1, int)), pages_there)
        return render_template(
            "numbers.html",
            rows=found[(page - 1) * ROWS : page * ROWS],
            count=len(found),
            page=page,
            pages=pages_there,
            asked=asked,
            kinds={key: label for key, (label, _) in KINDS.items()},
            series={row.series: self._series_title(row.series) for row in rows},
            publishers=sorted({row.publisher for row in rows}),
            milestones=tuple(Milestone),
        )

    def _series_title(self, name: str) -> str:
        return self.place.series[name].title if name in self.place.series else name

    @route("/numbers/<path:doi>")
    def show_number(self, doi: str) -> Answer:
        """Show everything about one DOI; while its deposit is under way, ask when it is time and load again."""
        target = request.args.get("on", self.place.settings.target)
        depositor = self.place.depositor(target)
        status = depositor.status(doi)
        error = None
        if status.is_open:
            error = self._poll_when_due(depositor, target)
            status = depositor.status(doi)
        found = RecordFile.find(self.place.records, str(status.doi), self.place.series)
        verdict = Verdict.of(self.place, RecordForm.opened(found.data)) if found else None
        return render_template(
            "number.html",
            status=status,
            history=depositor.history(doi),
            verdict=verdict,
            record=found,
            on=target,
            words=AttentionKind.of,
            error=error,
            sent=_sent_xml(depositor, doi),
            references=_references(depositor, status),
        )

    def _poll_when_due(self, depositor: Depositor, target: str) -> DoiDepositError | None:
        """Poll what is under way if it is due; in the rehearsal always.

        Crossref is asked after the answer, and what kept the asking back is told by the next page.
        """
        if target != "sandbox":
            due, following = depositor.next_due(), self.place.following_up(target)
            if due is not None and due <= self.place.clock():
                following.ask()
            return following.error
        try:
            return depositor.poll(force=True).error
        except WorldError as away:
            return away

    @route("/numbers/<path:doi>/settle", "POST", needs=DeskRole.REGISTER)
    def decide(self, doi: str) -> Answer:
        """Set a warning or a failure aside, or give up a deposit that will never end; both with a reason."""
        target = request.form.get("on", self.place.settings.target)
        depositor = self.place.depositor(target)
        reason = re.sub(r"\s+", " ", request.form.get("reason", "")).strip()
        if request.form.get("do") == "abandon":
            depositor.abandon(doi, reason)
        else:
            depositor.acknowledge(doi, reason)
        return redirect(url_for("numbers.show_number", doi=doi, on=target))

    @route("/warnings")
    def list_warnings(self) -> Answer:
        """Show all unsettled warnings of Crossref, conflicts first."""
        target, depositor = self._requested_depositor()
        found = [warning for warning in depositor.warnings.all() if warning.dismissed is None]
        return render_template(
            "warnings.html", warnings=sorted(found, key=lambda warning: not warning.others), on=target
        )

    @route("/warnings/<name>", "POST", needs=DeskRole.REGISTER)
    def dismiss(self, name: str) -> Answer:
        """Set a warning aside, with a reason that stays in the history."""
        target, depositor = self._requested_depositor()
        depositor.warnings.dismiss(name, " ".join(request.form.get("reason", "").split()))
        return redirect(url_for("numbers.list_warnings", on=target))

    @route("/audit")
    def show_audit(self) -> Answer:
        """Show for each series what is missing, double, misspelt or out of order, and who acts next."""
        target, depositor = self._requested_depositor()
        folders = (self.place.records,) if self.place.records.is_dir() else ()
        files = {commentary.doi.key: origin.label for commentary, origin in commentaries_in(folders, self.place.series)}
        lines = {
            self.place.series[name].title if name in self.place.series else name: (
                len(works),
                # In the sandbox stands only what somebody tried, which need not have a record file.
                AuditLine.all_of(works, has_records=bool(folders) and target != "sandbox"),
            )
            for name, works in AuditedWork.gather(depositor, files).items()
        }
        return render_template("audit.html", lines=lines, on=target)

    @route("/report")
    def report(self) -> Answer:
        """Hand out the state of everything as one page, which can be mailed, printed or kept."""
        target, depositor = self._requested_depositor()
        now = self.place.clock()
        text = Report.gather(depositor, now, version=version("doideposit"), publisher=self.place.publisher).to_html()
        # As a download: the report carries its own styles, which the Content-Security-Policy of these pages forbids.
        name = f"dois-{target}-{now.strftime('%Y-%m-%d')}.html"
        return Response(text, mimetype="text/html", headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _requested_depositor(self) -> tuple[str, Depositor]:
        target = request.values.get("on", self.place.settings.target)
        return target, self.place.depositor(target)

    def _wants_approval(self, draft: SavedDraft) -> bool:
        """Tell whether a plan of this draft waits for the approval of another person."""
        target = self.place.settings.target
        file = self.place.kept_plan(draft, target)
        if file is None:
            return False
        plans = self.place.depositor(target).plans
        return len(plans.approvers(file)) < plans.approvals_needed


def _draft_title(data: dict[str, Any]) -> str:
    number, title = str(data.get("number") or ""), str(data.get("title") or "")
    return f"{number}: {title}".strip(": ") or "empty draft"


def _matches_filters(row: NumberRow, asked: Mapping[str, str]) -> bool:
    _, fits = KINDS.get(asked["kind"], KINDS[""])
    same = asked["series"] in {"", row.series} and (not asked["publisher"] or asked["publisher"] == row.publisher)
    return same and fits(row) and asked["q"].casefold() in f"{row.doi} {row.title}".casefold()


def _references(depositor: Depositor, status: WorkStatus) -> tuple[ReferenceFeedback, ...]:
    """Return what the ledger knows of the references sent last."""
    if not status.registered or not status.submission:
        return ()
    lists = depositor.references.of(status.doi, offline=True, search=False).lists
    return lists[0].references if lists else ()


def _sent_xml(depositor: Depositor, doi: str) -> str:
    return (depositor.xml(doi) or b"").decode("utf-8", "replace")
