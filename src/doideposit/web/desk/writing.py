"""Pages for one number: drop a document or start empty, correct the draft, look at what will be sent, send it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import abort, g, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from doideposit.errors import UsageError
from doideposit.findings import Finding, loc_of
from doideposit.json_schemas import JsonSchema
from doideposit.web.desk.access import DeskRole
from doideposit.web.desk.checking import Verdict
from doideposit.web.desk.drafts import MARKED, Overtaken, SavedDraft
from doideposit.web.desk.form import LISTS, SIMPLE, RecordForm
from doideposit.web.desk.page_images import PageImages
from doideposit.web.desk.records import RecordFile
from doideposit.web.desk.workplace import Workplace
from doideposit.web.views import Views, route

__all__ = ["DraftPages"]

Answer = Response | str | tuple[str, int]

# Lines of a document that are shown beside the form.
MOST_LINES: Final = 5_000
MOST_NOTES: Final = 200


@dataclass(frozen=True, slots=True)
class DraftPages(Views):
    """Begin, correct and save a draft, and open the record file of a number as one."""

    place: Workplace

    @route("/new", needs=DeskRole.EDIT)
    def new_draft(self) -> Answer:
        """Show the ways to begin: a document, or an empty form."""
        return render_template("new.html", series=self.place.series)

    @route("/new", "POST", needs=DeskRole.EDIT)
    def begin_draft(self) -> Answer:
        """Make a draft of the document that was dropped, or an empty one."""
        series = request.form.get("series", "")
        data = {"series": series} if series in self.place.series else {}
        number = request.form.get("number", "").strip()
        if number:
            data["number"] = number
        document = request.files.get("document")
        if document is None or not document.filename:
            draft = self.place.drafts.begin(data, g.account.name)
            return redirect(url_for("writing.edit", name=draft.name))
        return self._draft_from_document(document.read(), Path(document.filename.replace("\\", "/")).name, data)

    def _draft_from_document(self, content: bytes, name: str, chosen: dict[str, Any]) -> Answer:
        manuscript, extracted = self.place.read_document(content, name)
        stops = [finding for finding in extracted.findings if finding.stops]
        if not extracted.fields:
            problem = stops[0] if stops else None
            return render_template("new.html", series=self.place.series, problem=problem, document=name), 422
        digest = hashlib.sha256(content).hexdigest()
        known = next((draft for draft in self.place.drafts.all() if draft.digest == digest), None)
        if known is not None:
            # The same document was added before, perhaps by a second click: its draft may already hold corrections.
            return redirect(url_for("writing.edit", name=known.name, again=1))
        data, left_out = RecordForm(RecordForm.opened(dict(extracted.data) | chosen)).bounded()
        draft = self.place.drafts.begin(
            data,
            g.account.name,
            document=name,
            digest=digest,
            marks={row["field"]: {key: row[key] for key in MARKED} for row in extracted.values()},
            lines=tuple((extracted.place(line.number), line.text) for line in manuscript.lines)[:MOST_LINES],
            notes=(*left_out, *(_as_sentence(finding) for finding in extracted.findings[:MOST_NOTES])),
        )
        if manuscript.format == "PDF":
            PageImages(self.place.drafts.kept_file(draft, "")).draw(content)
        return redirect(url_for("writing.edit", name=draft.name))

    @route("/drafts/<name>")
    def edit(self, name: str) -> Answer:
        """Show a draft as a form, with the findings beside each field."""
        return self._form_page(self.place.draft(name))

    @route("/drafts/<name>", "POST", needs=DeskRole.EDIT)
    def save(self, name: str) -> Answer:
        """Save the form, then do what the button says."""
        draft = self.place.draft(name)
        action = request.form.get("do", "save")
        if action == "discard":
            self.place.drafts.discard(name)
            return redirect(url_for("numbers.home"))
        kept = self._save_form(draft, action)
        if not isinstance(kept, SavedDraft):
            return kept
        if action == "look":
            if Verdict.of(self.place, kept.data).stops:
                return redirect(url_for("writing.edit", name=name) + "#problems")
            self._write_record(kept, by=g.account.name)
            return redirect(url_for("sending.show_plan", name=name))
        if action.startswith("find:"):
            return redirect(url_for("looking.search", name=name, field=action.removeprefix("find:")))
        listed = action.partition("[")[0].partition(".")[0]
        # Back to where the button was: a page that begins at its top again would lose the place.
        where = f"#{listed}" if listed in LISTS else "#saved"
        return redirect(url_for("writing.edit", name=name) + where)

    @route("/drafts/<name>/live", "POST", needs=DeskRole.EDIT)
    def check_live(self, name: str) -> Answer | dict[str, Any]:
        """Check and save the form while somebody types; the answer is for the script of the page."""
        draft = self.place.draft(name)
        data = RecordForm(draft.data).typed(request.form)
        version = request.form.get("version", "")
        if data != draft.data and version == str(draft.version):
            try:
                version = str(self.place.drafts.save(draft, data, g.account.name).version)
            except Overtaken as overtaken:
                return {"overtaken": _saved_by(overtaken.current)}
        elif version != str(draft.version):
            return {"overtaken": _saved_by(draft)}
        return Verdict.of(self.place, data).to_dict() | {"version": version}

    def _save_form(self, draft: SavedDraft, action: str) -> SavedDraft | Answer:
        """Save the form as the next version, or as a new draft if somebody else saved first."""
        data = RecordForm(RecordForm(draft.data).typed(request.form)).apply(action)
        given = request.form.get("version", "")
        if given == str(draft.version):
            if data == draft.data:
                return draft
            try:
                return self.place.drafts.save(draft, data, g.account.name)
            except Overtaken as overtaken:
                draft = overtaken.current
        elif data == draft.data:
            # The same form sent twice, by a second click or a line that broke: it is saved already.
            return draft
        aside = self.place.drafts.begin(
            data,
            g.account.name,
            document=draft.document,
            marks=draft.marks,
            lines=draft.lines,
            record=draft.record,
            seen=draft.seen,
        )
        return render_template(
            "overtaken.html", theirs=draft, mine=aside, differences=_find_differences(draft.data, data)
        ), 409

    def _form_page(self, draft: SavedDraft) -> str:
        verdict = Verdict.of(self.place, draft.data)
        return render_template(
            "draft.html",
            draft=draft,
            verdict=verdict,
            series=self.place.series,
            simple=SIMPLE,
            lists={name: RecordForm(draft.data).entries(name) for name in LISTS},
            fields=LISTS,
            value=lambda path: RecordForm.value_at(draft.data, loc_of(path)),
            unshown=RecordForm(draft.data).unshown(),
            parts=list(self._parts_of_document(draft)),
            look_ups=self.place.look_ups is not None,
        )

    def _parts_of_document(self, draft: SavedDraft) -> Iterator[tuple[str, str, list[str]]]:
        """Yield each place of the document that the draft was read from, the picture of a page, and the text there."""
        texts: dict[str, list[str]] = {}
        for place, line in draft.lines:
            if line.strip():
                texts.setdefault(place, []).append(line)
        drawn = PageImages(self.place.drafts.kept_file(draft, "")).drawn
        # A page without text of its own, such as one that is a picture, is shown as well.
        pictures = {
            f"page {number}": url_for("writing.show_page_image", name=draft.name, number=number) for number in drawn
        }
        for place in pictures | texts:
            yield place, pictures.get(place, ""), texts.get(place, [])

    @route("/drafts/<name>/page-<int:number>.png")
    def show_page_image(self, name: str, number: int) -> Answer:
        """Show the picture of a page of the document."""
        path = PageImages(self.place.drafts.kept_file(self.place.draft(name), "")).path(number)
        if not path.exists():
            abort(404)
        answer = send_file(path.absolute(), mimetype="image/png")
        # The document of a draft never changes, and neither do its pages.
        answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
        return answer

    @route("/numbers/<path:doi>/edit", "POST", needs=DeskRole.EDIT)
    def open_record(self, doi: str) -> Answer:
        """Open the record file of a number as a draft; the draft that is there already is opened again."""
        found = RecordFile.find(self.place.records, doi, self.place.series)
        if found is None:
            return render_template(
                "message.html",
                text=f"There is no record file of {doi} in {self.place.records.name}/.",
                hint="Put it in that folder, or start from the document.",
            ), 404
        fingerprint = RecordFile.fingerprint(found.path)
        for draft in self.place.drafts.all():
            if draft.record == str(found.path) and draft.seen == fingerprint:
                return redirect(url_for("writing.edit", name=draft.name))
        draft = self.place.drafts.begin(
            RecordForm.opened(found.data), g.account.name, record=str(found.path), seen=fingerprint
        )
        return redirect(url_for("writing.edit", name=draft.name))

    def _write_record(self, draft: SavedDraft, *, by: str) -> SavedDraft:
        """Write the draft to its record file, unless that holds it already; raise `UsageError` and `DiskError`.

        What the file will hold is noted in the draft before: after a kill between the two, the file is known as
        our own.
        """
        draft = self._after_a_kill(draft, by)
        if RecordFile.is_written(draft):
            return draft
        if not draft.seen:
            found = RecordFile.find(self.place.records, Verdict.of(self.place, draft.data).doi, self.place.series)
            if found is not None:
                hint = "open that number from the list; what you typed stays in this draft"
                raise UsageError(f"this DOI already has the record file {found.path.name}", hint=hint)
        path = Path(draft.record) if draft.seen else RecordFile.path_for(draft.data, self.place.records)
        draft = self.place.drafts.save(draft, draft.data, by, record=str(path), meant=_digest(draft.data))
        seen = RecordFile.save(
            path, RecordForm.cleaned(draft.data), seen=draft.seen, schema=JsonSchema.RECORD.location()
        )
        return self.place.drafts.save(draft, draft.data, by, seen=seen, meant="")

    def _after_a_kill(self, draft: SavedDraft, by: str) -> SavedDraft:
        """Return the draft with its record file as seen, where a kill came after the file and before the draft."""
        path = Path(draft.record)
        if not draft.meant or _digest(RecordForm.opened(RecordFile.load(path) or {})) != draft.meant:
            return draft
        return self.place.drafts.save(draft, draft.data, by, seen=RecordFile.fingerprint(path), meant="")


def _as_sentence(finding: Finding) -> str:
    return f"{finding.message}. {finding.hint}".rstrip(". ") + "."


def _saved_by(draft: SavedDraft) -> str:
    return f"{draft.by} saved this draft at {draft.at[11:16]} UTC"


def _find_differences(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    keys = sorted(set(theirs) | set(mine))
    return [(key, theirs.get(key, ""), mine.get(key, "")) for key in keys if theirs.get(key) != mine.get(key)]


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(RecordForm.cleaned(data), sort_keys=True).encode()).hexdigest()
