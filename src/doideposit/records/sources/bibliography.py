"""Files of references beside a document or record: BibTeX, RIS, and the JSON or YAML of CSL."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from doideposit.findings import Finding, Loc, Severity, Where, has_errors
from doideposit.records.origin import Place, RawRecord
from doideposit.records.sources.csl import CitedWork
from doideposit.records.sources.files import Loaded
from doideposit.records.sources.interface import MAX_FILE_SIZE, REFERENCES_FILE

__all__ = ["Bibliography", "Citing"]

# Programs export reference lists under these names.
_SUFFIXES: Final = (".bib", ".bibtex", ".ris", ".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Bibliography:
    """Hold the entries of the files of a document, and what was found wrong with them."""

    works: tuple[CitedWork, ...] = ()
    findings: tuple[Finding, ...] = ()

    def cited(self, cites: "Citing") -> "Bibliography":
        """Return the works that a text cites by key, in that order; all works if it cites none by key."""
        if cites.everything or not self.works:
            return self
        # Reversed, so that the first of two entries with one key wins, as in BibTeX.
        by_key = {work.key: work for work in reversed(self.works) if work.key}
        found = [by_key[key] for key in cites.keys if key in by_key]
        unknown = [key for key in cites.certain if key not in by_key]
        told = [
            Finding(
                "citation-unknown", Severity.WARNING, f"the text cites “{key}”, which is in no file of references",
                "add the entry, or correct the key", Where(cites.file, cites.keys.get(key)),
            )
            for key in unknown
        ]  # fmt: skip
        if found:
            return Bibliography(tuple(found), (*self.findings, *told))
        file = self.works[0].place.file
        message = f"the text cites nothing by its key, so all {len(self.works)} entries count as its references"
        whole = Finding(
            "bibliography-whole", Severity.INFO, message, "remove those that it does not cite", Where(file, 1)
        )
        return Bibliography(self.works, (*self.findings, *told, whole))

    @classmethod
    def read(cls, paths: Iterable[Path]) -> Self:
        """Read files of references; each fault is a finding at its line. Raises `DiskError` when the disk fails."""
        works: list[CitedWork] = []
        findings: list[Finding] = []
        for path in paths:
            found, told = _read_file(path)
            works += [CitedWork.of_csl(item, Place(line, 1, file=str(path))) for line, item in found]
            findings += told
        return cls(tuple(work for work in works if set(work.fields) - {"key", "type"}), tuple(findings))

    @staticmethod
    def file_names(value: Any) -> list[str]:
        """Return the names of files in a text, or in a list of texts."""
        listed = value if isinstance(value, list) else [value]
        return [text.strip() for text in listed if isinstance(text, str) and text.strip()]

    @classmethod
    def put_into(cls, raw: RawRecord, path: Path) -> RawRecord:
        """Return a record with the references of the files beside it that it names in `references_file`.

        `path` is the file it was read from. Raises `DiskError` when the disk fails.
        """
        value = raw.data.get(REFERENCES_FILE)
        if value is None:
            return raw
        data = {key: part for key, part in raw.data.items() if key != REFERENCES_FILE}
        if data.get("references"):
            message = f"`references` and `{REFERENCES_FILE}` both list the references"
            both = Finding(
                "references-both", Severity.ERROR, message, "keep one of the two", raw.origin.where((REFERENCES_FILE,))
            )
            return replace(raw, data=data, findings=(*raw.findings, both))
        found = cls.read(path.parent / name for name in cls.file_names(value))
        return found.added_to(replace(raw, data=data))

    def added_to(self, raw: RawRecord, cites: "Citing | None" = None) -> RawRecord:
        """Return a record with these references, or those that `cites` names, each with its place in its file."""
        chosen = self if cites is None else self.cited(cites)
        places: dict[Loc, Place] = dict(raw.origin.places)
        for index, work in enumerate(chosen.works):
            places[("references", index)] = work.place
        data = {**raw.data}
        if chosen.works:
            data["references"] = [dict(work.fields) for work in chosen.works]
        origin = replace(raw.origin, places=places)
        return RawRecord(data, origin, (*raw.findings, *chosen.findings))


def _read_file(path: Path) -> tuple[list[tuple[int, dict[str, Any]]], list[Finding]]:
    suffix, file = path.suffix.lower(), str(path)
    if suffix not in _SUFFIXES:
        message = f"{path} is not a file of references: its name ends in {suffix or 'nothing'}"
        hint = f"such names end in {', '.join(_SUFFIXES)}"
        return [], [Finding("bibliography-kind", Severity.ERROR, message, hint, Where(file))]
    loaded = Loaded.read(path, limit=MAX_FILE_SIZE)
    if loaded.text is None:
        return [], list(loaded.findings)
    text = loaded.text.replace("\r\n", "\n").replace("\r", "\n")
    if suffix in {".bib", ".bibtex", ".ris"}:
        from doideposit.records.sources.bibtex import read_entries  # noqa: PLC0415  (few records have such files)

        return read_entries(text, suffix, file=file)
    return _read_csl(text, file, suffix)


def _read_csl(text: str, file: str, suffix: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Finding]]:
    """Read the JSON or YAML of CSL: a list of entries, or one below the key `references`."""
    from doideposit.records.sources import json_text, yaml_text  # noqa: PLC0415

    read = (json_text if suffix == ".json" else yaml_text).read(text, file=file)
    entries: list[tuple[int, dict[str, Any]]] = []
    for record in read.records:
        listed = record.data.get("references") or record.data.get("items")
        if isinstance(listed, list):
            key = "references" if record.data.get("references") else "items"
            entries += [
                _item_with_line(record, (key, index), item)
                for index, item in enumerate(listed)
                if isinstance(item, Mapping)
            ]
        else:
            entries.append(_item_with_line(record, (), record.data))
    strange = [line for line, item in entries if not {"title", "type", "DOI", "URL", "author"} & item.keys()]
    findings = list(read.findings)
    if strange and not has_errors(findings):
        message = "this is not an entry of a bibliography: it has neither type, title, author, DOI nor URL"
        findings.append(
            Finding(
                "bibliography-kind",
                Severity.ERROR,
                message,
                "export the references as CSL JSON",
                Where(file, strange[0]),
            )
        )
    return [] if strange else entries, findings


def _item_with_line(
    record: RawRecord, loc: tuple[str | int, ...], item: Mapping[str, Any]
) -> tuple[int, dict[str, Any]]:
    return record.origin.where(loc).line or 1, dict(item)


# What a text cites.


@dataclass(frozen=True, slots=True)
class Citing:
    """Hold the keys that a text cites, each with its first line; those in brackets are `certain` to be keys."""

    keys: Mapping[str, int]
    certain: tuple[str, ...] = ()
    everything: bool = False
    file: str | None = None

    @classmethod
    def of_text(cls, text: str, *, file: str | None = None, nocite: str = "") -> Self:
        r"""Return the keys that a Markdown text cites, as Pandoc and Quarto do: [@key], @key, \cite{key}.

        `nocite` is the key of the header that cites without a place in the text; “@*” there means every entry.
        """
        plain = _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
        bracketed = {(match.start(), match.end()) for match in _BRACKET.finditer(plain)}
        keys: dict[str, int] = {}
        certain: dict[str, None] = {}
        places = [(match.start(), match[1] or match[2]) for match in _CITED.finditer(plain)]
        places += [(match.start(), key.strip()) for match in _TEX.finditer(plain) for key in match[1].split(",")]
        # In the order in which the text cites them.
        for place, key in sorted(places):
            if _OWN.match(key):
                continue
            keys.setdefault(key, plain.count("\n", 0, place) + 1)
            if plain[place] == "\\" or any(start < place < end for start, end in bracketed):
                certain[key] = None
        for match in _CITED.finditer(nocite):
            keys.setdefault(match[1] or match[2], 1)
        return cls(keys, tuple(certain), everything="@*" in nocite, file=file)


# The characters that BibTeX, Pandoc and Better BibTeX put into keys.
_KEY: Final = r"[\w](?:[\w:.#$%&\-+?<>~/]*\w)?"
# Pandoc's citations: a key after @, or in braces; a letter before it makes an e-mail address.
_CITED: Final = re.compile(rf"(?<![\w@\\/.])-?@(?:\{{([^}}\s]+)\}}|({_KEY}))")
# The commands of BibTeX, natbib and biblatex end in the same braces.
_TEX: Final = re.compile(r"\\(?:no)?cite[a-z]*\*?(?:\[[^\]]*\])*\{([^}]+)\}")
# In brackets Pandoc groups citations.
_BRACKET: Final = re.compile(r"\[[^\[\]]*@[^\[\]]*\]")
# In code and comments an @ is not a citation.
_CODE: Final = re.compile(r"(?ms)^(```|~~~).*?^\1|`[^`\n]*`|<!--.*?-->")
# Quarto's references to figures, tables and sections have the same form.
_OWN: Final = re.compile(r"(?:fig|tbl|sec|eq|lst|thm|lem|cor|prp|cnj|def|exm|exr|rem|sol|tip|nte|wrn|imp|cau)-")
