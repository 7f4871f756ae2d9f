"""The authors of a document: names from the byline, affiliations from the biographies."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from doideposit.records.extraction.biography import Affiliation, Biography
from doideposit.records.extraction.draft import Confidence, Gap, Leaf, Node, Notes
from doideposit.records.extraction.front import Front, Printed
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.name_parts import PrintedName
from doideposit.records.extraction.names import NameText
from doideposit.records.extraction.vocabulary import AUTHOR_LABELS
from doideposit.records.identifiers import InvalidIdentifier, Orcid
from doideposit.records.models.series import Series

__all__ = ["Authors"]


@dataclass(frozen=True, slots=True)
class Authors:
    """Hold the authors as parts of the record, and the lines of their biographies, which are not deposited."""

    nodes: Node
    biography_lines: frozenset[int]

    @classmethod
    def read(
        cls,
        front: Front,
        sections: Sequence[Sequence[Line]],
        everything: Sequence[Line],
        series: Series | None,
        notes: Notes,
    ) -> Self:
        """Read byline and biographies. `sections` may hold biographies, `everything` spells acronyms out."""
        elsewhere = [line.text for line in everything if "," in line.text and len(line.text) < _LONG][:_MOST_ELSEWHERE]
        bylines = front.byline
        names = [(name, byline.line) for byline in bylines for name in _split_names(byline, series, elsewhere, notes)]
        if not names and (signed := _labelled_authors(everything) or _author_of_signature(everything)):
            names = signed
            notes.tell(
                "byline-assumed",
                f"there is no byline; the authors were read from “{signed[0][1].text[:80]}”",
                "compare with the document",
                line=signed[0][1].number,
                field="authors",
            )
        if not names:
            unread = sorted({printed.line.number for printed in front.unread})
            where = f"; line {unread[0]} was not understood" if unread else ""
            message = "no byline was found" if not unread else f"no byline was recognised{where}"
            notes.warn("authors-missing", message, "write the authors in the order of the byline", field="authors")
            return cls(Gap("[{given: …, family: …}]", "everyone named in the byline, in its order"), frozenset())
        biographies = [_find_biography(sections, name) for name, _ in names]
        if (front.byline_assumed or front.byline_open) and not _are_people([name for name, _ in names], biographies):
            notes.warn(
                "byline-assumed",
                "the line of names does not start with “By”; it was read as the byline",
                "compare with the document",
                line=names[0][1].number,
                field="authors",
            )
        prose = tuple(line for section in sections for line in section)
        nodes = tuple(
            _author_fields(
                f"authors[{index}]",
                name,
                line,
                biography,
                _SharedDetails(prose, everything, series, len(names), _role_lines(front, line, len(names)), notes),
            )
            for index, ((name, line), biography) in enumerate(zip(names, biographies, strict=True))
        )
        _note_unused_biographies(biographies, notes)
        found = frozenset(line.number for biography in biographies if biography for line in biography.lines)
        return cls(nodes, found)


# Nineteen characters are sixteen digits and three hyphens; the last of the digits can be X.
_ORCID = re.compile(
    r"(?:https?://)?(?:www\.)?orcid\.org/([\dXx-]{19})|\bORCID(?:\s*iD)?:?\s*([\d]{4}(?:-[\dXx]{4}){3})"
)
# N. N. is short for nomen nescio, as German pages write where no author is named.
_ANONYMOUS = re.compile(r"anonymous|n\.?\s?n\.?|name withheld", re.IGNORECASE)


# What follows the name at the beginning of a biography, and hardly ever follows it in running text.
_AFTER_NAME = (
    r"\s*(?:,|\(|:|[–—-]|\b(?:is|are|was|were|has|holds|works|serves|teaches|heads|leads|writes|directs|studied|graduated|"
    r"joined|worked|served|completed|received|earned|obtained|currently|also)\b)"
)
_LONGEST = 1500  # where a document has no blank lines, the text continues after the biography
# A name with a year after it is that of a cited work.
_DATED = re.compile(r"\s*,?\s*\(?(?:19|20)\d\d\b")


def _blocks_of_section(section: Iterable[Line]) -> Iterator[list[Line]]:
    """Return the blocks of a section, and the rest of each block from every line on.

    Lists of biographies may lack empty lines.
    """
    for block in Line.blocks(section):
        yield block
        yield from (block[start:] for start in range(1, min(len(block), _MOST_LINES)))


# Biographies are a paragraph or two; more lines mean that the text of the next section was taken along.
_MOST_LINES = 12


def _find_biography(sections: Iterable[Iterable[Line]], name: PrintedName) -> Biography | None:
    """Find the paragraph about an author, which begins with the author's name."""
    if name.family is None:
        return None
    whole = re.escape(" ".join(part for part in (name.given, name.family) if part))
    family = re.escape(name.family)
    full = re.compile(
        rf"{whole}(?:,?\s+{re.escape(name.suffix or 'Jr.')})?(?:,\s*Ph\.?D\.?)?(?={_AFTER_NAME})", re.IGNORECASE
    )
    short = re.compile(rf"(?:[^\W\d_][\w.'-]*\s+)?{family}(?={_AFTER_NAME})", re.IGNORECASE)
    for block in (block for section in sections for block in _blocks_of_section(section)):
        text = " ".join(line.text for line in block)[:_LONGEST].lstrip(" *•†‡§¹²³⁴⁵⁶⁷⁸⁹0123456789")
        opening = NameText(text)
        plain, titles = opening.untitled, opening.titles
        match = full.match(plain) or (short.match(plain) if titles else None)
        if match is not None and not _DATED.match(plain, match.end()) and not block[0].level:
            return Biography(tuple(block), plain[match.end() :].lstrip(" ,:–—-"), titles)
    return None


_LONG = 1_000  # in characters: a paragraph that cites itself is shorter
_MOST_ELSEWHERE = 1_000  # lines: more than ten pages have


def _are_people(names: Sequence[PrintedName], biographies: Sequence[Biography | None]) -> bool:
    """Tell whether names without “By” are people's: each has a biography, or begins with a given name."""
    return all(
        biography is not None or name.eastern or (name.given is not None and NameText(name.given).begins_with_given)
        for name, biography in zip(names, biographies, strict=True)
    )


# A biography names its person first, and then a role after a comma, a bar or the verb.
_SIGNED = re.compile(
    r"(?P<name>[^,|(–—]{4,60}?)(?:(?P<comma>,|\s[|–—])|\s+(?:is|ist|est|es|è|é)\s)\s*(?P<role>.{4,160})"
)


# Longer texts after a label are sentences about authors, not their names.
_LABELLED = re.compile(rf"(?:{AUTHOR_LABELS})\s*[:：]\s*(?P<names>.{{4,150}})", re.IGNORECASE)


def _labelled_authors(lines: Sequence[Line]) -> list[tuple[PrintedName, Line]]:
    """Return the authors of a text that names them at its end: “Author: Ana Keller”."""
    for line in lines:
        match = _LABELLED.fullmatch(line.text) if not line.level else None
        parts = NameText(match["names"]).parts if match else []
        if parts and all(" " in part and part.untitled.is_name and not part.is_group for part in parts):
            return [(PrintedName.read(part), line) for part in parts]
    return []


def _author_of_signature(lines: Sequence[Line]) -> list[tuple[PrintedName, Line]]:
    """Return the author of a text without byline: a line such as “Ana Keller, Senior Researcher, Island Institute”."""
    for index, line in enumerate(lines):
        match = _SIGNED.match(line.text) if not line.level else None
        first = index == 0 or lines[index - 1].block != line.block
        if (
            match
            and first
            and " " in match["name"]
            and NameText(NameText(match["name"]).untitled).is_name
            and NameText(match["role"]).is_role
            and not (match["comma"] and NameText(match["role"]).names_someone)
        ):
            return [(replace(PrintedName.read(match["name"]), note=match["role"]), line)]
    return []


@dataclass(frozen=True, slots=True)
class _SharedDetails:
    """Hold what the authors of a document share."""

    prose: Sequence[Line]
    everything: Sequence[Line]
    series: Series | None
    count: int
    roles: Sequence[Printed]
    notes: Notes


def _role_lines(front: Front, line: Line, count: int) -> Sequence[Printed]:
    """Return the lines about the author of this line, where it holds one author only."""
    alone = count == 1 or sum(printed.line is line for printed in front.byline) == 1
    return front.roles.get(line.number, ()) if alone and line.number in front.roles else ()


def _split_names(printed: Printed, series: Series | None, elsewhere: Sequence[str], notes: Notes) -> list[PrintedName]:
    names: list[PrintedName] = []
    for part in NameText(printed.text).parts:
        plain = part.untitled
        outside = re.sub(r"\([^)]*\)", "", part).strip()
        if NameText(outside).is_group or _is_institution(outside, series):
            names.append(PrintedName(part, group=re.sub(r"^the\s+", "", part)))
        elif NameText(plain).is_name or _ANONYMOUS.fullmatch(plain):
            names.append(PrintedName.read(part, elsewhere))
        else:
            notes.warn(
                "byline-unread", f"“{part}” in the byline is not a name, and was left out",
                "add the author if it is one", line=printed.line.number, field="authors",
            )  # fmt: skip
    return _without_affiliations(names, printed, notes)


def _without_affiliations(names: list[PrintedName], printed: Printed, notes: Notes) -> list[PrintedName]:
    """Leave out a body named after persons: “By Jane Doe, SADF” names an affiliation, not a second author."""
    if not names or names[0].group is not None:
        return names
    beside = [name for name in names if name.group is not None and not _is_joined(name.printed, printed.text)]
    for name in beside:
        notes.warn(
            "byline-unread", f"“{name.printed}” in the byline was read as an affiliation, and left out",
            "add it as an affiliation, or as an author if it is one", line=printed.line.number, field="authors",
        )  # fmt: skip
    return [name for name in names if name not in beside]


def _is_joined(group: str, byline: str) -> bool:
    """Return whether a body is named with “and”, as an author is."""
    return bool(re.search(rf"(?:\band|&)\s+{re.escape(group)}", byline))


def _is_institution(text: str, series: Series | None) -> bool:
    return series is not None and text in series.house_names


def _author_fields(
    place: str, name: PrintedName, line: Line, biography: Biography | None, context: _SharedDetails
) -> Node:
    if name.group is not None:
        note = context.notes.tell if _is_surely_body(name, context.series) else context.notes.warn
        note(
            "author-organisation-assumed", f"“{name.group}” was read as an organisation", "compare with the document",
            line=line.number, field=f"{place}.organisation",
        )  # fmt: skip
        return {"organisation": Leaf(name.group, line.number, line.text)}
    if _ANONYMOUS.fullmatch(name.printed.strip()):
        return {"anonymous": Leaf("true", line.number, line.text)}
    parts = (("given", name.given), ("family", name.family), ("suffix", name.suffix))
    rule = f"byline; {name.how}" if name.how else "byline"
    # Where the family name may begin elsewhere, neither part is sure.
    sure = Confidence.CERTAIN if name.sure else Confidence.DOUBTFUL
    fields: dict[str, Node] = {key: Leaf(value, line.number, line.text, rule, sure) for key, value in parts if value}
    if name.eastern:
        fields["name_style"] = Leaf("eastern", line.number, line.text, "family name first")
    _name_findings(place, name, line, biography, context.notes)
    fields["orcid"] = _orcid_field(place, name, line, biography, context)
    fields["affiliations"] = _affiliation_fields(place, name, line, biography, context)
    return fields


# Two words are a given and a family name; what has more may be a name with its position.
_FEW_WORDS = 2


def _is_surely_body(name: PrintedName, series: Series | None) -> bool:
    """Tell whether an organisation is one by evidence: a person may be called Grace Forum."""
    words = (name.group or "").split()
    joined = any(word[0].islower() or word.isupper() for word in words)
    article = name.printed.lower().startswith("the ")
    return len(words) != _FEW_WORDS or joined or article or _is_institution(name.group or "", series)


def _name_findings(place: str, name: PrintedName, line: Line, biography: Biography | None, notes: Notes) -> None:
    field = f"{place}.given" if name.given else f"{place}.family"
    for titles, number in ((name.titles, line.number), _biography_titles(biography)):
        for title in titles:
            notes.tell(
                "name-prefix-dropped", f"“{title}” before the name was left out: Crossref has no field for titles",
                line=number, field=field,
            )  # fmt: skip
    for degree in name.degrees:
        notes.tell("name-degree-dropped", f"“{degree}” after the name was left out", line=line.number, field=field)
    if name.given is None:
        message = f"“{name.family}” is a single name, and was used as the family name"
    else:
        message = f"“{name.printed}” was split into given “{name.given}” and family “{name.family}”"
    note = notes.tell if name.sure and name.given else notes.warn
    note("name-split-assumed", message, "check whether the family name is right", line=line.number, field=field)
    if name.family and len(name.family) > 3 and name.family.isupper():  # noqa: PLR2004  (initials and acronyms are short)
        notes.warn(
            "name-capitals", "the name is printed in capitals", "write it in normal case", line=line.number,
            field=f"{place}.family",
        )  # fmt: skip


def _biography_titles(biography: Biography | None) -> tuple[tuple[str, ...], int]:
    return (biography.titles, biography.lines[0].number) if biography else ((), 0)


def _orcid_field(
    place: str, name: PrintedName, line: Line, biography: Biography | None, context: _SharedDetails
) -> Node:
    # With several authors only an iD in the author's own biography is certain to be the author's.
    own = biography.lines if biography else ()
    for candidate in own if context.count > 1 else (line, *context.prose):
        places = [candidate.text, *(link.target for link in candidate.links)]
        match = next((found for text in places if (found := _ORCID.search(text))), None)
        if match is None:
            continue
        try:
            return Leaf(Orcid.parse(match[1] or match[2]).url, candidate.number, candidate.text)
        # A misprinted iD is worth a word, since the author has a right one; the record goes without it.
        except InvalidIdentifier as error:
            context.notes.warn(error.code, error.message, error.hint, line=candidate.number, field=f"{place}.orcid")
    context.notes.wish(
        "orcid-missing", f"the document gives no ORCID iD for {name.display}",
        "ask the author for it; it is never looked up by name", line=line.number, field=f"{place}.orcid",
    )  # fmt: skip
    return Gap("https://orcid.org/0000-0000-0000-0000", "only as the author gives it")


def _affiliation_fields(
    place: str, name: PrintedName, line: Line, biography: Biography | None, context: _SharedDetails
) -> Node:
    field = f"{place}.affiliations"
    found = biography.affiliation(context.series.house_names if context.series else ()) if biography else None
    if found is None and name.note:
        found = _institution_in_role(name.note, context) or Affiliation(name.note, name.printed)
    elif found is None and context.roles:
        found = next((named for role in context.roles if (named := _institution_in_role(role.text, context))), None)
        line = context.roles[0].line if found else line
    elif found is not None and biography is not None:
        line = next((row for row in biography.lines if found.name in row.text), biography.lines[0])
    if found is None:
        why = "the biography does not clearly name one" if biography else "there is no biography"
        context.notes.tell(
            "affiliation-missing", f"no present affiliation of {name.display} was found: {why}",
            "add it if it is known", line=biography.lines[0].number if biography else None, field=field,
        )  # fmt: skip
        return Gap("[{name: …}]", "present affiliations only, with `ror` where known")
    full, how = _full_institution_name(found.name, context)
    short = full.isupper() or len(full.split()) == 1
    note = context.notes.warn if short and not how else context.notes.tell
    note(
        "affiliation-assumed",
        f"the affiliation was read from “{found.clause}”" + (f"; {how}" if how else ", as printed"),
        "check whether it is right, and whether the name is complete", line=line.number, field=field,
    )  # fmt: skip
    name_leaf = Leaf(full, line.number, line.text)
    return ({"name": name_leaf, **_institution_fields(f"{field}[0]", found, full, line, context)},)


def _institution_in_role(text: str, context: _SharedDetails) -> Affiliation | None:
    """Return the institution in “Research Fellow, Island Institute (II)”: the last part that names one.

    Or is a known acronym.
    """
    known = context.series.house_names if context.series else ()
    # Addresses go from the small to the large, so that the institution is rather found from the end.
    for part in reversed([part.strip() for part in re.split(r"[,|;–—]|\bat\b", text)]):
        name, _, acronym = part.removesuffix(")").partition(" (")
        acronym_known = part.isupper() and Affiliation.full_name_of(part, context.everything) is not None
        if part in known or acronym_known or (NameText(name).is_institution and not NameText(name).is_role):
            return Affiliation(re.sub(r"^the\s+", "", name), text, acronym if acronym.isupper() else None)
    return None


def _full_institution_name(printed: str, context: _SharedDetails) -> tuple[str, str]:
    """Return the full name of an institution, and where it was found."""
    institution = context.series.institution if context.series else None
    if institution and institution.name and printed in {*institution.acronym, institution.name}:
        return (
            institution.name,
            "the full name is that of the series' institution" if printed != institution.name else "",
        )
    if printed.isupper():
        spelled = Affiliation.full_name_of(printed, context.everything)
        if spelled is not None:
            return spelled[0], f"line {spelled[1].number} gives the full name"
    return printed, ""


def _institution_fields(
    place: str, found: Affiliation, full: str, line: Line, context: _SharedDetails
) -> Mapping[str, Node]:
    """Return acronym, place and ROR id, as far as configuration or document give them."""
    institution = context.series.institution if context.series else None
    known = institution if institution and institution.name == full else None
    fields: dict[str, Node] = {}
    acronym = found.acronym or (found.name if found.name != full else None)
    acronyms = (known.acronym if known else ()) or ((acronym,) if acronym else ())
    for key, values in (("acronym", acronyms), ("place", known.place if known else ())):
        leaves = tuple(Leaf(value, line.number, line.text) for value in values)
        if leaves:
            fields[key] = leaves[0] if len(leaves) == 1 else leaves
    if known and known.ror:
        fields["ror"] = Leaf(known.ror.url, line.number, line.text)
        return fields
    context.notes.wish(
        "ror-missing",
        f"there is no ROR id for {full}",
        "look it up at ror.org",
        line=line.number,
        field=f"{place}.ror",
    )
    fields["ror"] = Gap("https://ror.org/…", "the ROR id of the institution")
    return fields


def _note_unused_biographies(biographies: Sequence[Biography | None], notes: Notes) -> None:
    for index, biography in enumerate(biographies):
        if biography is not None:
            notes.tell(
                "biography-not-deposited", "the biography stays on the landing page: Crossref has no field for it",
                line=biography.lines[0].number, field=f"authors[{index}]",
            )  # fmt: skip
