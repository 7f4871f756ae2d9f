"""Pages that offer the ORCID iD of an author and the ROR id of an affiliation, for somebody to choose from."""

import re
from dataclasses import dataclass

from flask import abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from doideposit.errors import WorldError
from doideposit.findings import loc_of
from doideposit.records.identifiers import InvalidIdentifier, Orcid, Ror
from doideposit.web.desk.access import DeskRole
from doideposit.web.desk.drafts import Overtaken, SavedDraft
from doideposit.web.desk.form import RecordForm
from doideposit.web.desk.look_ups import Candidate
from doideposit.web.desk.messages import message_page
from doideposit.web.desk.workplace import Workplace
from doideposit.web.views import Views, route

__all__ = ["IdentifierPages"]

Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class IdentifierPages(Views):
    """Search for the identifier of an author or an affiliation, and put the chosen one into the draft."""

    place: Workplace

    @route("/drafts/<name>/who", needs=DeskRole.EDIT)
    def search(self, name: str) -> Answer:
        """Search for an author or an affiliation, and show what was found. Nothing is chosen."""
        draft, field = self.place.draft(name), _requested_field()
        author, kind = field.rpartition(".affiliations[0].ror")[0] or field.rpartition(".")[0], _identifier_kind(field)
        found: tuple[Candidate, ...] = ()
        error = None
        asked = _search_words(draft, author, kind)
        look_ups = self.place.look_ups
        if look_ups is None:
            abort(404)
        try:
            if asked and kind == "orcid":
                found = look_ups.people(_draft_value(draft, f"{author}.given"), _draft_value(draft, f"{author}.family"))
            elif asked:
                found = look_ups.organisations(asked)
        except WorldError as away:
            error = away
        host = "orcid.org" if kind == "orcid" else "ror.org"
        return render_template(
            "choose.html", draft=draft, field=field, kind=kind, asked=asked, found=found, error=error, host=host
        )

    @route("/drafts/<name>/who", "POST", needs=DeskRole.EDIT)
    def choose_identifier(self, name: str) -> Answer:
        """Put the identifier that somebody chose into the draft."""
        draft, field = self.place.draft(name), _requested_field()
        try:
            value = (Orcid if _identifier_kind(field) == "orcid" else Ror).parse(request.form.get("value", "")).url
        except InvalidIdentifier as wrong:
            return message_page(422, wrong.message, wrong.hint)
        # If the draft was saved meanwhile, the authors may stand in another order, and the iD would go to a wrong one.
        kept = request.form.get("version") == str(draft.version) and self._save_value(draft, field, value)
        if not kept:
            # 409 Conflict: the draft is not the one that was shown (RFC 9110, section 15.5.10).
            return message_page(
                409, "Somebody else saved the draft in the meantime, so nothing was added.", "Look again."
            )
        return redirect(url_for("writing.edit", name=name) + "#authors")

    def _save_value(self, draft: SavedDraft, field: str, value: str) -> bool:
        """Save a value in a draft; return False where somebody else saved it first."""
        try:
            self.place.drafts.save(draft, RecordForm(draft.data).typed({field: value}), g.account.name)
        except Overtaken:
            return False
        return True


def _search_words(draft: SavedDraft, author: str, kind: str) -> str:
    """Return the words to search for: the name of an author, or of an affiliation."""
    if kind == "ror":
        return _draft_value(draft, f"{author}.affiliations[0].name") or _draft_value(draft, f"{author}.organisation")
    family = _draft_value(draft, f"{author}.family")
    return f"{_draft_value(draft, f'{author}.given')} {family}".strip() if family else ""


def _draft_value(draft: SavedDraft, path: str) -> str:
    return RecordForm.value_at(draft.data, loc_of(path))


def _requested_field() -> str:
    field = request.values.get("field", "")
    if not re.fullmatch(r"authors\[\d{1,4}\]\.(orcid|affiliations\[0\]\.ror)", field):
        abort(404)
    return field


def _identifier_kind(field: str) -> str:
    return field.rpartition(".")[2]
