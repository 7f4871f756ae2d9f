"""Write accepted DOIs into the references of a record file: at their place, and nothing else is touched.

The new text is read again before the old one is replaced: it has to give the same record, only with these DOIs added.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from doideposit.findings import Finding, Loc, Severity, Where
from doideposit.records.editing.edits import Set
from doideposit.records.editing.files import Editable, Edited
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record
from doideposit.records.models.references import Reference
from doideposit.records.models.series import Series
from doideposit.records.sources.parsing import ParsedRecord
from doideposit.records.sources.reading import read_path
from doideposit.registered.citations import ComparedReference

__all__ = ["AcceptedReference"]


@dataclass(frozen=True, slots=True)
class AcceptedReference:
    """Name a reference as it was shown to a person, with the DOI that was accepted for it. `number` is from 1."""

    number: int
    text: str
    doi: Doi

    @classmethod
    def write_all(
        cls, path: Path, of: Doi, accepted: Sequence[Self], series: Mapping[str, Series]
    ) -> tuple[Where, ...] | Finding:
        """Write the DOIs into the record of `of` in this file; return the places, or why nothing was changed.

        Raises `DiskError`.
        """
        record = _find_record(path, of, series)
        if record is None:
            message = f"{path} contains no readable record of {of}"
            return _finding(path, "reference-no-record", message, f"`doideposit check {path}` says why")
        places: dict[int, Doi] = {}
        for accepted_reference in accepted:
            found = _place_of_reference(record.commentary, accepted_reference)
            if found is None:
                message = f"reference {accepted_reference.number} in {path} differs from the registered one"
                hint = "deposit the record as it is now first, or write the DOI into the file by hand"
                return _finding(path, "reference-changed", message, hint)
            where = record.origin.where(("references", found))
            if where.file != record.origin.file:
                message = f"the references of this record are in {where.file}, which doideposit does not edit"
                return _finding(
                    where, "edit-impossible", message, f"add the DOI there by hand: {accepted_reference.doi}"
                )
            places[found] = accepted_reference.doi
        edited = _edit_record(path, record, places, series)
        if isinstance(edited, Finding):
            return edited
        return edited.save() or tuple(record.origin.where(("references", place)) for place in places)


def _find_record(path: Path, of: Doi, series: Mapping[str, Series]) -> Record | None:
    raws = (raw for raw in read_path(path) if not isinstance(raw, Finding))
    found = (ParsedRecord.of(raw, series=series).record for raw in raws)
    return next((record for record in found if record is not None and record.commentary.doi.key == of.key), None)


def _place_of_reference(commentary: Commentary, wanted: AcceptedReference) -> int | None:
    """Return where the reference is now: at its number, or else at the only place with the same words."""
    listed = commentary.references
    place = wanted.number - 1
    if place < len(listed) and _same_reference(listed[place], wanted.text):
        return place
    same = [index for index, reference in enumerate(listed) if _same_reference(reference, wanted.text)]
    return same[0] if len(same) == 1 else None


def _same_reference(reference: Reference, text: str) -> bool:
    """Tell whether a reference of a record is printed as this registered text, which ends with its address."""
    fields = {name: str(value) for name, value in reference if value is not None and name not in {"text", "url", "doi"}}
    plain = "" if reference.text is None else reference.text.plain
    url = reference.url or ""
    fields |= {"text": f"{plain} {url}".strip() if url not in plain else plain} if plain or url else {}
    return "".join(ComparedReference(fields).printed.split()) == "".join(text.split())


def _edit_record(
    path: Path, record: Record, places: Mapping[int, Doi], series: Mapping[str, Series]
) -> Edited | Finding:
    editable = Editable.open(path)
    if isinstance(editable, Finding):
        return editable
    index = record.origin.index
    start: Loc = () if index is None else (index,)
    # Headers in the form of citation managers spell the key in capitals.
    for key in ("doi", "DOI"):
        edits = [Set((*start, "references", place, key), str(doi)) for place, doi in places.items()]
        edited = editable.edit(*edits)
        if isinstance(edited, Finding):
            return edited
        if _is_proved(edited, record, places, series):
            return edited
    message = f"the references in {path} cannot be changed without touching something else"
    return _finding(path, "edit-impossible", message, "write the DOIs into the file by hand")


def _is_proved(edited: Edited, record: Record, places: Mapping[int, Doi], series: Mapping[str, Series]) -> bool:
    """Tell whether the new text, read as a file, gives the same record with these DOIs."""
    path = edited.source.path
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_text(edited.text, encoding="utf-8", newline="")
        found = _find_record(copy, record.commentary.doi, series)
    if found is None:
        return False
    wanted = tuple(
        reference.model_copy(update={"doi": places[place]}) if place in places else reference
        for place, reference in enumerate(record.commentary.references)
    )
    return found.commentary == record.commentary.model_copy(update={"references": wanted})


def _finding(place: Path | Where, code: str, message: str, hint: str) -> Finding:
    where = place if isinstance(place, Where) else Where(str(place))
    return Finding(code, Severity.ERROR, message, hint, where)
