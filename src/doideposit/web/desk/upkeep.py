"""Pages about all that is registered: what Crossref warns about, what an audit finds, and the report as a file."""

from importlib.metadata import version

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.health.audit import audit
from doideposit.health.works import commentaries_in, gather_works
from doideposit.reports.overview import gather
from doideposit.web.desk.access import DeskRole, needs
from doideposit.web.desk.workplace import Workplace

__all__ = ["pages"]

pages = Blueprint("upkeep", __name__)
Answer = Response | str | tuple[str, int]


@pages.get("/warnings")
def list_warnings() -> Answer:
    """Show all unsettled warnings of Crossref, conflicts first."""
    target, depositor = _requested_depositor()
    found = [one for one in depositor.warnings.all() if one.dismissed is None]
    return render_template("warnings.html", warnings=sorted(found, key=lambda one: not one.others), on=target)


@pages.post("/warnings/<name>")
@needs(DeskRole.REGISTER)
def dismiss(name: str) -> Answer:
    """Set a warning aside, with a reason that stays in the history."""
    target, depositor = _requested_depositor()
    depositor.warnings.dismiss(name, " ".join(request.form.get("reason", "").split()))
    return redirect(url_for("upkeep.list_warnings", on=target))


@pages.get("/audit")
def show_audit() -> Answer:
    """Show for each series what is missing, double, misspelt or out of order, and who does what next."""
    place = Workplace.current()
    target, depositor = _requested_depositor()
    folders = (place.records,) if place.records.is_dir() else ()
    files = {each.doi.key: origin.label for each, origin in commentaries_in(folders, place.series)}
    lines = {
        place.series[name].title if name in place.series else name: (
            len(works),
            # In the sandbox stands only what somebody tried, which need not have a record file.
            audit(works, has_records=bool(folders) and target != "sandbox"),
        )
        for name, works in gather_works(depositor, files).items()
    }
    return render_template("audit.html", lines=lines, on=target)


@pages.get("/report")
def report() -> Answer:
    """Hand out the state of everything as one page, which can be mailed, printed or kept."""
    place = Workplace.current()
    target, depositor = _requested_depositor()
    now = place.clock()
    text = gather(depositor, now, version=version("doideposit"), publisher=place.publisher).to_html()
    # As a download: the report carries its own styles, which the Content-Security-Policy of these pages forbids.
    name = f"dois-{target}-{now.strftime('%Y-%m-%d')}.html"
    return Response(text, mimetype="text/html", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _requested_depositor() -> tuple[str, Depositor]:
    place = Workplace.current()
    target = request.values.get("on", place.settings.target)
    if target not in {"sandbox", place.settings.target}:
        abort(404)
    return target, place.depositor(target)
