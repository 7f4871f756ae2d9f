"""A record as a form: which fields it shows, and how what was typed becomes a record again.

Every input is named as findings name the field (``authors[0].family``), so that a finding finds its input. Whatever a
record holds and the form does not show stays in the record, and moves with the entry of the list that it belongs to.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from doideposit.findings import Loc, field_path, loc_of

__all__ = ["LISTS", "SIMPLE", "RecordForm"]

# A record as texts, lists and mappings, as record files have it.
Data = dict[str, Any]

# Entries of one list; no commentary has so many authors or references, and a forged form must not fill the memory.
MOST_ENTRIES: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Field:
    """Describe one input: the path of its field in a record or in an entry of a list, its label and a word of help."""

    path: str
    label: str
    help: str = ""
    kind: str = "text"
    required: bool = False


SIMPLE: Final = (
    _Field("title", "Title", "As printed, without the name and number of the series.", required=True),
    _Field("subtitle", "Subtitle"),
    _Field("published", "Date of publication", "2026-03-02, or 2026-03 if the day is not known.", required=True),
    _Field(
        "language", "Language of the text", "Two letters, such as en, fr, de. If empty: the language of the series."
    ),
    _Field("url", "Landing page", "The page about this commentary, not the PDF. Leave it empty: the series makes it."),
    _Field("pdf_url", "PDF", "Address of the PDF."),
    _Field(
        "doi", "DOI", "Leave it empty: the series makes it. Fill it in only if this number already has another DOI."
    ),
    _Field("abstracts[0].text", "Abstract", kind="long"),
    _Field("abstracts[0].language", "Language of the abstract", "Only if it differs from the language of the text."),
    _Field("licences[0]", "Licence", "Its address, such as https://creativecommons.org/licenses/by/4.0/."),
)
# Lists have a row for each entry, and a field for each part of it.
LISTS: Final[Mapping[str, tuple[_Field, ...]]] = {
    "authors": (
        _Field("given", "Given names"),
        _Field("family", "Family name", "With van, de, bin. A single name goes here."),
        _Field("organisation", "Organisation", "Only if the author is an organisation; then leave the names empty."),
        _Field("suffix", "Suffix", "Jr., Sr., III"),
        _Field("orcid", "ORCID iD", "As the author gave it: a search by name can find another person."),
        _Field("affiliations[0].name", "Affiliation"),
        _Field("affiliations[0].ror", "ROR id", "The id of the affiliation at ror.org."),
    ),
    "references": (
        _Field("text", "Reference", "As printed.", kind="long"),
        _Field("doi", "DOI", "Only one that is printed, or that you looked up."),
        _Field("url", "Address", "Where it can be read, if it has no DOI."),
    ),
}


@dataclass(frozen=True, slots=True)
class RecordForm:
    """Hold the record of a draft as a form shows it, and change it as people do there."""

    data: Data

    def bounded(self) -> tuple[Data, list[str]]:
        """Return the record with lists that the form can show, and what was left out in words."""
        long = [name for name in LISTS if len(self.entries(name)) > MOST_ENTRIES]
        kept = {name: self.entries(name)[:MOST_ENTRIES] for name in long}
        said = [f"Only the first {MOST_ENTRIES:,} of {len(self.data[name]):,} {name} are used." for name in long]
        return self.data | kept, said

    def entries(self, name: str) -> list[Any]:
        """Return the entries of a list of the record."""
        found = self.data.get(name)
        return list(found) if isinstance(found, list) else []

    def typed(self, form: Mapping[str, str]) -> Data:
        """Return the record with the values of the form; unknown inputs are ignored."""
        made = copy.deepcopy(self.data)
        for name, text in form.items():
            loc = loc_of(name)
            if _is_input(loc):
                # Browsers send line ends as CR LF (HTML, form submission), and files here have LF.
                _put(made, loc, text.replace("\r\n", "\n").strip())
        return made

    def apply(self, action: str) -> Data:
        """Return the record after a button of a list: ``authors.add``, ``authors[1].up``, ``references[3].merge``.

        An action that is not known, or is about an entry that is not there, changes nothing.
        """
        found = re.fullmatch(r"(authors|references)(?:\[(\d{1,4})\])?\.(add|up|down|remove|split|merge)", action)
        if found is None:
            return self.data
        # The name of the button says to which entry of which list it does what.
        name, index, verb = found[1], found[2], found[3]
        made = copy.deepcopy(self.data)
        listed = RecordForm(made).entries(name)
        if verb == "add":
            listed.insert(len(listed) if index is None else min(int(index) + 1, len(listed)), {})
        elif index is None or int(index) >= len(listed):
            return self.data
        else:
            _ENTRY[verb](listed, int(index))
        made[name] = listed[:MOST_ENTRIES]
        return made

    def unshown(self) -> Iterable[str]:
        """Return the fields of the record that the form does not show, for the note that they are kept."""
        shown = {loc_of(field.path)[0] for field in SIMPLE} | set(LISTS) | {"series", "number"}
        return sorted(key for key in self.data if key not in shown)

    @staticmethod
    def opened(data: Mapping[str, Any]) -> Data:
        """Return a record with the short forms of its entries written out, so that every text has an input."""
        made: Data = copy.deepcopy(dict(data))
        for name, key in (("abstracts", "text"), ("references", "text")):
            if name in made:
                made[name] = _in_long_form(made[name], key)
        authors = made.get("authors")
        for author in authors if isinstance(authors, list) else []:
            if isinstance(author, dict) and "affiliations" in author:
                author["affiliations"] = _in_long_form(author["affiliations"], "name")
        licences = made.get("licences")
        if isinstance(licences, str):
            made["licences"] = [licences]
        if isinstance(licences, list):
            made["licences"] = [_address(licence) for licence in licences]
        return made

    @staticmethod
    def value_at(data: Any, loc: Loc) -> str:
        """Return the text at a path; empty if there is none, or anything else."""
        for step in loc:
            try:
                data = data[step]
            except (KeyError, IndexError, TypeError):
                return ""
        return data if isinstance(data, str) else ""

    @staticmethod
    def cleaned(data: Any) -> Any:
        """Return the record without empty values: entries that were added and never filled in."""
        if isinstance(data, Mapping):
            parts = {key: RecordForm.cleaned(value) for key, value in data.items()}
            return {key: value for key, value in parts.items() if value not in ("", None, [], {})}
        if isinstance(data, list):
            return [value for value in map(RecordForm.cleaned, data) if value not in ("", None, [], {})]
        return data


def _in_long_form(listed: Any, key: str) -> Any:
    """Return a list whose texts are written out as mappings with this key."""
    if isinstance(listed, str):
        return [{key: listed}]
    return (
        [{key: entry} if isinstance(entry, str) else entry for entry in listed] if isinstance(listed, list) else listed
    )


def _address(licence: Any) -> Any:
    """Return the address alone of a licence that says nothing else."""
    return licence["url"] if isinstance(licence, dict) and set(licence) == {"url"} else licence


# Characters of one input.
_LONGEST: Final = 100_000
_SHOWN: Final = {"series", "number", *(re.sub(r"\[\d+\]", "[]", field.path) for field in SIMPLE)} | {
    f"{name}[].{re.sub(r'[0-9]+', '', field.path)}" for name, fields in LISTS.items() for field in fields
}


def _is_input(loc: Loc) -> bool:
    if any(isinstance(step, int) and step >= MOST_ENTRIES for step in loc):
        return False
    return re.sub(r"\[\d+\]", "[]", field_path(loc)) in _SHOWN


def _put(data: Any, loc: Loc, text: str) -> None:
    """Put a text at a path, and make missing parents; an empty text removes the value."""
    for step, after in pairwise(loc):
        data = _child(data, step, [] if isinstance(after, int) else {})
    last = loc[-1]
    if isinstance(data, list):
        while len(data) <= int(last):
            data.append("")
        if text or isinstance(data[int(last)], str):
            data[int(last)] = text[:_LONGEST]
    elif text:
        data[last] = text[:_LONGEST]
    elif isinstance(data.get(last), str):
        del data[last]


def _child(data: Any, step: str | int, empty: Any) -> Any:
    """Return the child at one step, and make an empty one if there is none."""
    if isinstance(data, list):
        while len(data) <= int(step):
            data.append(copy.deepcopy(empty))
        if not isinstance(data[int(step)], dict | list):
            data[int(step)] = _as_mapping(data[int(step)], empty)
        return data[int(step)]
    if not isinstance(data.get(step), dict | list):
        data[step] = [_as_mapping(data[step], {})] if data.get(step) and isinstance(empty, list) else empty
    return data[step]


def _as_mapping(value: Any, empty: Any) -> Any:
    """Read the short form of an entry, a text alone, as its long form (a reference or an abstract as one text)."""
    return {"text": value} if isinstance(value, str) and value and isinstance(empty, dict) else copy.deepcopy(empty)


def _move_up(listed: list[Any], index: int) -> None:
    if index:
        listed[index - 1], listed[index] = listed[index], listed[index - 1]


def _move_down(listed: list[Any], index: int) -> None:
    if index + 1 < len(listed):
        listed[index + 1], listed[index] = listed[index], listed[index + 1]


def _delete(listed: list[Any], index: int) -> None:
    del listed[index]


def _split(listed: list[Any], index: int) -> None:
    """Make several entries of one that holds several: names joined by “and” or a semicolon, references by a line."""
    parts = list(_split_entry(listed[index]))
    if len(parts) > 1:
        listed[index : index + 1] = parts


def _split_entry(entry: Any) -> Iterator[dict[str, str]]:
    """Yield the parts of an entry: one for each line, or for each name."""
    text = entry if isinstance(entry, str) else str(entry.get("text") or "")
    if text:
        yield from ({"text": line.strip()} for line in text.splitlines() if line.strip())
        return
    if not isinstance(entry, dict):
        return
    whole = " ".join(str(entry.get(key) or "") for key in ("given", "family", "organisation")).strip()
    for name in re.split(r"\s*(?:;|,|\s(?:and|und|et|y|e|&)\s)\s*", whole):
        given, _, family = name.strip().rpartition(" ")
        if family:
            yield {"given": given, "family": family} if given else {"family": family}


def _merge(listed: list[Any], index: int) -> None:
    """Join an entry with the one before it, where one reference was read as two."""
    if not index:
        return
    before, entry = listed[index - 1], listed[index]
    joined = " ".join(filter(None, (_entry_text(before), _entry_text(entry))))
    rest = {**(entry if isinstance(entry, dict) else {}), **(before if isinstance(before, dict) else {})}
    listed[index - 1 : index + 1] = [rest | {"text": joined} if joined else rest]


def _entry_text(entry: Any) -> str:
    return entry if isinstance(entry, str) else str(entry.get("text") or "") if isinstance(entry, dict) else ""


_ENTRY: Final = {"up": _move_up, "down": _move_down, "remove": _delete, "split": _split, "merge": _merge}
