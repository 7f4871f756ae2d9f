"""Pages for what will be sent: look at it, approve what a colleague wants to send, send exactly what was shown.

What is shown is a plan file beside the draft. It survives a restart, another person can approve it, and the command
line reads it as well.
"""

from dataclasses import dataclass
from pathlib import Path

from flask import abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from doideposit.deposits.plans.document import PlanFile
from doideposit.deposits.values import Plan
from doideposit.deposits.wording import NAMES
from doideposit.web.desk.access import DeskRole
from doideposit.web.desk.checking import Verdict
from doideposit.web.desk.drafts import SavedDraft
from doideposit.web.desk.messages import message_page
from doideposit.web.desk.records import RecordFile
from doideposit.web.desk.workplace import Workplace
from doideposit.web.views import Views, route

__all__ = ["PlanPages"]

Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class PlanPages(Views):
    """Show what will be sent, approve what a colleague wants to send, and send exactly what was shown."""

    place: Workplace

    @route("/drafts/<name>/look")
    def show_plan(self, name: str) -> Answer:
        """Show what would be sent: the plan that was made of this version, or a new one where anything moved since.

        The record file was written by the button that leads here: anyone who only looks changes no file of theirs.
        """
        target = self._requested_target()
        draft = self.place.draft(name)
        plans = self.place.depositor(target).plans
        file = self.place.kept_plan(draft, target)
        plan = plans.compare(file) if file else None
        # A plan that sends nothing waits for nobody, and does not tell whether what was sent before is settled by now.
        if file is None or plan is None or plan.blocked or not (plan.new or plan.updates):
            if not g.account.may(DeskRole.EDIT):
                return message_page(
                    404, "Nothing waits here for you.", "Ask the person who wrote it to look at it again."
                )
            if not RecordFile.is_written(draft):
                return redirect(url_for("writing.edit", name=name) + "#problems")
            plan = self.place.depositor(target).plan(Path(draft.record))
            file = plans.write(plan, self.place.plan_path(draft, target), by=g.account.name)
        return self._plan_page(draft, target, plan, file)

    def _plan_page(self, draft: SavedDraft, target: str, plan: Plan, file: PlanFile) -> str:
        plans = self.place.depositor(target).plans
        approvers = plans.approvers(file)
        return render_template(
            "look.html",
            draft=draft,
            plan=plan,
            file=file,
            verdict=Verdict.of(self.place, draft.data),
            to=target,
            targets=NAMES,
            record_file=self._path_for_people(Path(draft.record)),
            plan_file=self._path_for_people(self.place.plan_path(draft, target)),
            approvers=approvers,
            missing=max(0, plans.approvals_needed - len(approvers)),
            mine=file.plan.made_by == g.account.name,
        )

    def _requested_target(self) -> str:
        target = request.values.get("target", "sandbox")
        if target not in {"sandbox", self.place.settings.target}:
            abort(404)
        return target

    def _path_for_people(self, path: Path) -> str:
        """Return the name of a file as people know it, below the folder of the configuration."""
        base = self.place.records.parent
        return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)

    @route("/drafts/<name>/approve", "POST", needs=DeskRole.APPROVE)
    def approve(self, name: str) -> Answer:
        """Approve exactly the plan that was shown."""
        target = self._requested_target()
        draft = self.place.draft(name)
        file = self._shown_plan(draft, target)
        if file is not None:
            self.place.depositor(target).plans.approve(file, by=g.account.name)
        return redirect(url_for("sending.show_plan", name=name, target=target, again=None if file else 1))

    @route("/drafts/<name>/send", "POST", needs=DeskRole.REGISTER)
    def send(self, name: str) -> Answer:
        """Send exactly what was shown; if something else would be sent now, show that first."""
        target = self._requested_target()
        draft = self.place.draft(name)
        file = self._shown_plan(draft, target)
        if file is None:
            return redirect(url_for("sending.show_plan", name=name, target=target, again=1))
        # The rehearsal is on this machine; elsewhere an upload can take minutes, which no page waits for.
        here = target == "sandbox"
        report = self.place.depositor(target).plans.apply(file, by=g.account.name, send=here)
        entry = report.entries[0]
        if not entry.ok or entry.doi is None:
            return render_template("refused.html", draft=draft, entry=entry, error=report.error, to=target), 409
        if target != "sandbox":
            # It is in the record file and on its way: the page of the number continues from here.
            self.place.drafts.discard(name)
            self.place.following_up(target).ask()
        return redirect(url_for("numbers.show_number", doi=str(entry.doi), on=target))

    def _shown_plan(self, draft: SavedDraft, target: str) -> PlanFile | None:
        """Return the plan that the form was about; None where it is not the one that counts any more."""
        file = self.place.kept_plan(draft, target)
        return file if file is not None and file.sha256 == request.form.get("plan") else None
