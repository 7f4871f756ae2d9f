"""Pages about all that is registered: what Crossref warns about, what an audit finds, and the report as a file."""

from dataclasses import dataclass
from importlib.metadata import version

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.health.audit import AuditLine
from doideposit.health.works import AuditedWork, commentaries_in
from doideposit.reports.page import Report
from doideposit.web.desk.access import DeskRole
from doideposit.web.desk.workplace import Workplace
from doideposit.web.views import Views, route

__all__ = ["UpkeepPages"]

Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class UpkeepPages(Views):
    """Show the warnings of Crossref and an audit, and hand out the report."""

    place: Workplace

    @route("/warnings")
    def list_warnings(self) -> Answer:
        """Show all unsettled warnings of Crossref, conflicts first."""
        target, depositor = self._requested_depositor()
        found = [warning for warning in depositor.warnings.all() if warning.dismissed is None]
        return render_template("warnings.html", warnings=sorted(found, key=lambda one: not one.others), on=target)

    @route("/warnings/<name>", "POST", needs=DeskRole.REGISTER)
    def dismiss(self, name: str) -> Answer:
        """Set a warning aside, with a reason that stays in the history."""
        target, depositor = self._requested_depositor()
        depositor.warnings.dismiss(name, " ".join(request.form.get("reason", "").split()))
        return redirect(url_for("upkeep.list_warnings", on=target))

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
