"""The rules that need no record, asked about deposit XML that others made: identifiers, dates, texts, addresses.

The schema lets all of this through. Some of it makes Crossref reject the whole file, the rest is registered as it
stands; a record would have been told of it by its models and rules, and so is a file here, with line and column.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final, cast

from pydantic_core import PydanticCustomError

from doideposit.checks.rules.address_patterns import Address
from doideposit.checks.rules.depositor import Head
from doideposit.checks.rules.evaluation import ALL_RULES, DEPOSITOR_RULES
from doideposit.checks.rules.identity import suffix_fault
from doideposit.checks.rules.program_words import is_program_name, is_program_word
from doideposit.checks.rules.registry import Context, Match, Rule
from doideposit.checks.rules.work import Text, Work
from doideposit.checks.values import DepositorName
from doideposit.crossref.names import is_resources
from doideposit.crossref.validator.places import Places
from doideposit.findings import Finding, Severity, Where
from doideposit.records.identifiers import Doi, InvalidIdentifier, Isbn, Issn, Orcid, Ror
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.numbers import PrintedNumber
from doideposit.safe_xml import Element

if TYPE_CHECKING:
    from doideposit.records.models.commentary import Commentary

__all__ = ["FileReview"]

# What finds faults in the works of a file, with the element of each, as `deposited_works.check_works` does.
CheckWorks = Callable[[Element, Context], Iterable[tuple[Finding, Element]]]

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 - the three columns of a table
_RULES: Final = {rule.code: rule for rule in ALL_RULES}


def _without_repeated_findings(told: Sequence[Finding], found: Sequence[Finding]) -> list[Finding]:
    """Return the findings that are new: identifiers and dates were checked everywhere already."""
    known: dict[str, list[str]] = {}
    for finding in told:
        known.setdefault(finding.code, []).append(f"{finding.where.element}/")
    # A part of a date or of a person is named by the one, the whole by the other.
    return [
        said
        for said in found
        if not any(place.startswith(f"{said.where.element}/") for place in known.get(said.code, ()))
    ]


def _is_overridable(finding: Finding) -> bool:
    rule = _RULES.get(finding.code)
    return finding.severity is not E if rule is None else rule.overridable


def _limit_findings(file: str | None, *groups: Iterator[Finding]) -> list[Finding]:
    """Return the first findings of each group, with a note where a group has more."""
    found: list[Finding] = []
    for group in groups:
        found += islice(group, MOST)
        more = next(group, None)
        if more is not None:
            message = f"there are more than {MOST} problems of this kind in the file"
            hint = "correct the first ones, then check again"
            found.append(Finding("xsd-more", more.severity, message, hint, Where(file)))
    return found


# Two digits that changed places, or one that is missing, leave so much of a prefix alike.
PREFIX_LIKENESS: Final = 0.8
# An installation that serves many publishers has many prefixes; a few show what they look like.
SHOWN_PREFIXES: Final = 5
# So many findings of one group are told: a file with more was made by a program that is wrong throughout.
MOST: Final = 200


def _position_of(finding: Finding) -> tuple[int, int]:
    return finding.where.line or 0, finding.where.column or 0


# Byte order marks of UTF-8 and of both forms of UTF-16 (Unicode Standard, section 23.8).
_MARKS: Final = {
    b"\xef\xbb\xbf": "a byte order mark",
    b"\xff\xfe": "UTF-16 with a byte order mark",
    b"\xfe\xff": "UTF-16 with a byte order mark",
}


def _check_encoding(xml: bytes, root: Element, file: str | None, *, as_it_lies: bool = False) -> Iterator[Finding]:
    """Yield a finding for a file that is not UTF-8: `deposit` converts it, an upload by hand does not."""
    mark = next((words for mark, words in _MARKS.items() if xml.startswith(mark)), None)
    encoding = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    if mark is None and encoding in {"UTF-8", "UTF8", "US-ASCII", "ASCII"}:
        return
    what = f"starts with {mark}" if mark == "a byte order mark" else f"is in {mark or encoding}"
    if as_it_lies:
        hint = "save it as UTF-8 without a byte order mark before you upload it by hand; `deposit` does so by itself"
        yield Finding("xml-not-utf-8", W, f"the file {what}: Crossref may reject it as it is", hint, Where(file, 1, 1))
    else:
        message = f"the file {what}: it is sent as UTF-8 without a byte order mark"
        yield Finding("xml-not-utf-8", I, message, "nothing needs to be done", Where(file, 1, 1))


# Elements of Crossref's schema 5.x that hold titles, names of people, names of groups, and other texts.
_TITLES: Final = frozenset({"title", "full_title", "proceedings_title", "original_language_title"})
_NAMES: Final = frozenset({"given_name", "surname"})
_GROUPS: Final = frozenset({"organization", "institution_name", "publisher_name", "conference_name"})
_OTHERS: Final = frozenset(
    "subtitle abbrev_title group_title unstructured_citation article_title journal_title volume_title series_title "
    "author description institution_department institution_place publisher_place p".split()
)
_TEXTS: Final = _TITLES | _NAMES | _GROUPS | _OTHERS
# Rules that look at nothing but addresses, or at nothing but texts.
_ADDRESS_RULES: Final = tuple(
    "url-malformed url-placeholder url-local url-numeric-host url-password url-fragment url-not-https url-not-ascii "
    "url-port url-tracking url-preview url-trailing-punctuation url-character url-suspicious".split()
)
# Rules that need nothing but the text; the others need the whole record.
_TEXT_RULES: Final = tuple(
    "text-mojibake text-replacement-character text-entity text-escaped-tag text-tag text-markdown text-hyphenated "
    "text-ligature text-private-character text-invisible-character text-mixed-alphabets text-tex text-escape-sequence "
    "text-lost-letter".split()
)
_EVERYWHERE: Final = frozenset(
    {*_ADDRESS_RULES, *_TEXT_RULES, "title-blank", "text-program-word", "name-program-word", "reference-isbn"}
)
# What models take out of a record without a word, since nobody means it, and a file would keep.
_HIDDEN: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")
# Control characters that XML 1.0 allows; in a text they are nearly always characters of Windows-1252, wrongly read.
_CONTROL: Final = re.compile("[\x7f-\x9f]")


# Elements of the head, by what the configuration calls them.
_HEAD: Final = {"name": "depositor_name", "email": "email_address", "registrant": "registrant"}


class _Laid(Work):
    """The texts and addresses of a file, laid out as rules look at them; a field is the place of an element."""

    def __init__(self, texts: list[Text], names: list[Text], addresses: list[Text], context: Context) -> None:
        self.context = context
        # Rules ask a commentary for the format of its abstracts and for its licences: there are none here.
        self.commentary = cast("Commentary", _Nothing())
        self.landing = None
        self.plain = self.texts = texts
        self.names = names
        self.rich = []
        self._rich = []
        self.abstracts = []
        self.everything = "\n".join([text for _, text in texts])
        self.lowered = self.everything.lower()
        self.addresses = [(loc, Address.read(url)) for loc, url in addresses]


class _Nothing:
    abstracts = licences = ()


class FileReview:
    """Say what the rules find in one deposit file; `root` is what `ParsedXml.of` made of its bytes."""

    def __init__(self, xml: bytes, root: Element, *, file: str | None, context: Context) -> None:
        self._xml = xml
        self._root = root
        self._file = file
        self._places = Places(file, xml)
        self._context = context
        self._elements = list(root.iter("*"))
        self._by_name: dict[str, list[int]] = {}
        for index, element in enumerate(self._elements):
            self._by_name.setdefault(element.tag.rpartition("}")[2], []).append(index)
        self._head = {_local_name(node): node for node in root.iterfind("{*}head//{*}*")}
        self._parts = is_resources(root.tag.partition("}")[0].removeprefix("{") if root.tag.startswith("{") else None)
        own = root.iterfind("{*}body/*/{*}doi") if self._parts else self._elements_named("doi")
        self._own_dois = [node for node in own if self._parts or _parent_name(node) == "doi_data"]

    def findings(self, check_works: CheckWorks, depositor: DepositorName | None = None) -> tuple[Finding, ...]:
        """Return everything, in the order of the lines.

        `check_works` asks of the works in the file what records are asked, and `depositor` is who deposits here.
        """
        encoding = _check_encoding(self._xml, self._root, self._file)
        own = (encoding, self._find_refusals(), self._check_head(depositor), self._advice())
        found = _limit_findings(self._file, *own)
        dois = [(element.text or "").strip() for element in self._own_dois]
        doi = dois[0] if len(dois) == 1 else None
        found += _without_repeated_findings(found, _limit_findings(self._file, self._check_works(check_works)))
        settings = self._context.settings
        settled = [settings.apply(finding, overridable=_is_overridable(finding), doi=doi) for finding in found]
        # In the order of the lines, for anyone who corrects the file from top to bottom.
        return tuple(sorted(settled, key=_position_of))

    def refusals(self) -> tuple[Finding, ...]:
        """Return only the findings for which Crossref rejects the file as it is, its encoding included."""
        encoding = _check_encoding(self._xml, self._root, self._file, as_it_lies=True)
        return tuple(sorted(_limit_findings(self._file, encoding, self._find_refusals()), key=_position_of))

    def _elements_named(self, *names: str) -> list[Element]:
        return [self._elements[index] for name in names for index in self._by_name.get(name, ())]

    def _make_finding(self, code: str, severity: Severity, element: Element, message: str, hint: str) -> Finding:
        return Finding(code, severity, message, hint, self._places.where(element, text=True))

    def _rule_finding(self, rule: Rule[Work], element: Element, **values: str) -> Finding:
        return rule.finding(Match((), values), self._places.where(element, text=True))

    def _find_refusals(self) -> Iterator[Finding]:
        """Yield that for which Crossref rejects a file, or a work in it."""
        yield from self._check_prefixes()
        yield from self._check_identifiers(self._own_dois, Doi.parse, E)
        yield from self._repeated_dois()
        yield from self._check_identifiers(self._elements_named("ORCID"), Orcid.parse, E)
        yield from self._repeated_orcids()
        serial = [node for node in self._elements_named("issn") if _parent_name(node) != "citation"]
        yield from self._check_identifiers(serial, Issn.parse, E)
        for element in serial:
            if set(_text_of(element)) <= {"0", "-"}:
                yield self._rule_finding(_RULES["issn-placeholder"], element, issn=_text_of(element))

    def _check_head(self, depositor: DepositorName | None) -> Iterator[Finding]:
        """Yield findings about the depositor in the file, and its differences from the configuration."""
        own = {field: self._head.get(name) for field, name in _HEAD.items()}
        given = {field: "" if element is None else _text_of(element) for field, element in own.items()}
        head = Head(given["name"], given["email"], given["registrant"], self._context)
        said = set()
        for rule in DEPOSITOR_RULES:
            for match in rule.function(head):
                field = str(match.loc[-1])
                element = own[field]
                if element is not None:
                    said.add(field)
                    yield rule.finding(match, self._places.where(element, text=True))
        for field, element in own.items():
            ours = getattr(depositor, field, "")
            if element is not None and ours and field not in said and given[field].casefold() != ours.casefold():
                yield self._make_finding(
                    "deposit-other-depositor", W, element, *_foreign_words(field, given[field], ours)
                )

    def _advice(self) -> Iterator[Finding]:
        """Yield findings about content that Crossref would register as it is."""
        yield from self._check_new_dois()
        yield from self._check_foreign_prefixes()
        yield from self._check_cited_identifiers()
        yield from self._check_dates()
        yield from self._check_timestamps()
        yield from self._check_titles()
        yield from self._check_issues()
        yield from self._check_spaces()
        yield from self._check_hidden_characters()
        yield from self._check_layout()

    def _check_works(self, check_works: CheckWorks) -> Iterator[Finding]:
        """Yield the findings of the rules of records, without those that were checked for every text."""
        for finding, element in check_works(self._root, self._context):
            if finding.code not in _EVERYWHERE:
                yield finding.at(self._places.where(element, text=True))

    def _check_identifiers(
        self, elements: Sequence[Element], parse: Callable[[str], object], severity: Severity
    ) -> Iterator[Finding]:
        for element in elements:
            try:
                parse(_text_of(element))
            except InvalidIdentifier as error:
                yield self._make_finding(error.code, severity, element, error.message, error.hint)

    def _unknown_dois(self) -> Iterator[tuple[Element, Doi]]:
        """Yield the DOIs of the file that are not known as registered."""
        for element in self._own_dois:
            # One that is none is said already, as something that Crossref rejects in any case.
            with suppress(InvalidIdentifier):
                doi = Doi.parse(_text_of(element))
                if not self._context.is_registered(doi, None):
                    yield element, doi

    def _check_new_dois(self) -> Iterator[Finding]:
        """Yield DOIs that Crossref takes only where they are registered already, which a file does not say."""
        for element, doi in () if self._parts else self._unknown_dois():
            if fault := suffix_fault(doi.suffix, None):
                yield self._rule_finding(_RULES["doi-suffix-placeholder"], element, fault=fault, doi=doi.printed)
            try:
                doi.check_new()
            except InvalidIdentifier as error:
                message = f"{error.message}: Crossref takes {doi} only if it is registered already"
                yield self._make_finding("doi-suffix-character", W, element, message, error.hint)

    def _check_prefixes(self) -> Iterator[Finding]:
        first: str | None = None
        for element in self._own_dois:
            prefix = _text_of(element).partition("/")[0]
            first = first or prefix
            if prefix != first:
                message = f"the file registers DOIs of the prefixes {first} and {prefix}"
                hint = "make a file for each prefix: Crossref rejects a file that has several"
                yield self._make_finding("deposit-prefixes-mixed", E, element, message, hint)

    def _check_foreign_prefixes(self) -> Iterator[Finding]:
        """Yield the first DOI of each prefix that no series has, unless it is registered from here already."""
        ours = self._context.prefixes
        said: set[str] = set()
        for element, doi in self._unknown_dois() if ours else ():
            if doi.prefix in {*ours, *said}:
                continue
            said.add(doi.prefix)
            close = difflib.get_close_matches(doi.prefix, sorted(ours), n=1, cutoff=PREFIX_LIKENESS)
            known = ", ".join(sorted(ours)[:SHOWN_PREFIXES])
            meant = f"did you mean {close[0]}? " if close else ""
            yield self._make_finding(
                "deposit-prefix-unknown", W, element,
                f"no series of the configuration has the prefix {doi.prefix}; theirs: {known}",
                f"{meant}Correct the DOI; if your account may register this prefix too, nothing needs to be done",
            )  # fmt: skip

    def _repeated_dois(self) -> Iterator[Finding]:
        seen: dict[str, Element] = {}
        for element in self._own_dois:
            first = seen.setdefault(_text_of(element).casefold() + self._part_of(element), element)
            if first is not element and self._parts:
                line = self._places.where(first, text=True).line
                parent, text = _parent_name(element), _text_of(element)
                message = f"the file has {parent} of {text} twice; the first time is on line {line}"
                hint = "send one of the two in a file of its own: nobody can say which of them Crossref takes last"
                yield self._make_finding("deposit-part-twice", E, element, message, hint)
            elif first is not element:
                line = self._places.where(first, text=True).line
                message = f"the file registers {_text_of(element)} twice; the first time is on line {line}"
                hint = "take one of the two out, or correct its DOI: the later one would replace the other"
                yield self._make_finding("deposit-doi-twice", E, element, message, hint)

    def _part_of(self, doi: Element) -> str:
        """Return which part of its record a resource-only deposit has beside the DOI; of whole records nothing."""
        block = doi.getnext() if self._parts else None
        return "" if block is None else f" {_parent_name(doi)} {block.get('property') or ''}"

    def _repeated_orcids(self) -> Iterator[Finding]:
        for group in self._elements_named("contributors"):
            seen: dict[str, Element] = {}
            for element in group.iterfind(".//{*}ORCID"):
                # An ORCID iD has 19 characters, hyphens included; an address may be before it.
                first = seen.setdefault(_text_of(element)[-19:].upper(), element)
                if first is not element:
                    who, other = _person_name(element), _person_name(first)
                    yield self._rule_finding(_RULES["orcid-duplicate"], element, who=who, other=other)

    def _check_cited_identifiers(self) -> Iterator[Finding]:
        """Check identifiers of other works: Crossref takes wrong ones, and no reader can follow them."""
        for name, parse in (("doi", Doi.parse), ("issn", Issn.parse)):
            cited = [node for node in self._elements_named(name) if _parent_name(node) == "citation"]
            yield from self._check_identifiers(cited, parse, W)
        rors = [node for node in self._elements_named("institution_id") if node.get("type") == "ror"]
        yield from self._check_identifiers(rors, Ror.parse, E)
        yield from self._check_identifiers(self._elements_named("isbn"), Isbn.parse, W)

    def _check_dates(self) -> Iterator[Finding]:
        for year in self._elements_named("year"):
            date = year.getparent()
            if date is None or not re.fullmatch(r"\s*\d{4}\s*", year.text or ""):
                continue
            parts = [_day_or_month(date.findtext(f"{{*}}{name}")) for name in ("month", "day")]
            try:
                day = PartialDate(int(_text_of(year)), *parts)
            except PydanticCustomError as error:
                hint = str((error.context or {}).get("hint", ""))
                day_of = date.find("{*}day")
                where = self._places.where(date) if day_of is None else self._places.where(day_of, text=True)
                yield Finding("date-impossible", E, error.message(), hint, where)
                continue
            if day.year >= self._context.today.year and day.first_day > self._context.today:
                yield _RULES["date-future"].finding(Match.at(day=day), self._places.where(date))

    def _check_timestamps(self) -> Iterator[Finding]:
        for element in self._elements_named("timestamp"):
            if _parent_name(element) == "doi_data":
                own = _text_of(element)
                message = f"this DOI has a timestamp of its own, {own}, which counts instead of that of the head"
                hint = "take it out: Crossref rejects an update whose timestamp is not higher than the last one"
                yield self._make_finding("deposit-inner-timestamp", W, element, message, hint)

    def _check_titles(self) -> Iterator[Finding]:
        funders = [one for one in self._elements_named("assertion") if one.get("name") == "funder_name"]
        for element in (*self._elements_named(*_TITLES, *_GROUPS, "abbrev_title"), *funders):
            # The identifier of a funder is a child of its name.
            text = (element.text or "").strip() if element.get("name") == "funder_name" else _text_of(element)
            title = _local_name(element) in _TITLES and _parent_name(element) != "sec"
            has_formula = any(str(node.tag).endswith("}math") for node in element.iter("*"))
            if title and not any(map(str.isalnum, text)) and not has_formula:
                yield self._rule_finding(_RULES["title-blank"], element)
            elif is_program_word(text):
                yield self._rule_finding(_RULES["text-program-word"], element, found=text)
        for element in self._elements_named(*_NAMES):
            if is_program_name(_text_of(element)):
                yield self._rule_finding(_RULES["name-program-word"], element, found=_text_of(element))

    def _check_issues(self) -> Iterator[Finding]:
        """Yield numbers of issues that a program made: they are of the journal, and of none of its articles."""
        for element in self._elements_named("issue"):
            if _parent_name(element) == "journal_issue" and (made := PrintedNumber(_text_of(element)).made_by_program):
                yield self._rule_finding(_RULES["number-changed"], element, found=_text_of(element), made=made)

    def _check_spaces(self) -> Iterator[Finding]:
        for element in self._own_dois:
            if (text := element.text or "") != text.strip():
                message, hint = "there are spaces around the DOI", "delete them: they may become a part of the DOI"
                yield self._make_finding("deposit-doi-spaces", W, element, message, hint)

    def _check_hidden_characters(self) -> Iterator[Finding]:
        for element in self._elements_named(*_TEXTS):
            text = _text_of(element)
            if text.isascii():
                continue
            if not unicodedata.is_normalized("NFC", text):
                message = f"accents are characters of their own in “{_shorten(text)}” (decomposed Unicode)"
                hint = "save the file in Unicode normal form NFC: searches for the word do not find it so"
                yield self._make_finding("text-decomposed", W, element, message, hint)
            if found := _CONTROL.search(text):
                message = f"the text contains the control character U+{ord(found[0]):04X}"
                hint = "delete it: it usually comes from copying from a PDF, or from a wrong encoding"
                yield self._make_finding("control-character", E, element, message, hint)
            if found := _HIDDEN.search(text):
                name = {"\u00ad": "a soft hyphen"}.get(found[0], "a character without width")
                message = f"the text contains {name} (U+{ord(found[0]):04X}), which is registered with it"
                hint = "take it out: searches for the word do not find it"
                yield self._make_finding("text-hidden-character", W, element, message, hint)

    def _check_layout(self) -> Iterator[Finding]:
        texts = self._texts_of(*_TEXTS)
        addresses = [(loc, url) for loc, url in self._texts_of("resource") if url]
        work = _Laid(texts, self._texts_of(*_NAMES), addresses, self._context)
        for code in (*_TEXT_RULES, *_ADDRESS_RULES):
            rule = cast("Rule[Work]", _RULES[code])
            for match in rule.function(work):
                where = self._places.where(self._elements[_element_index(match.loc)], text=True)
                yield rule.finding(match, where)

    def _texts_of(self, *names: str) -> list[Text]:
        return [((index,), _text_of(self._elements[index])) for name in names for index in self._by_name.get(name, ())]


def _foreign_words(field: str, given: str, ours: str) -> tuple[str, str]:
    if field == "email":
        message = f"Crossref mails the results of this file to {given}, and not to {ours} of the configuration"
    else:
        message = f"the file names {given} as its {'depositor' if field == 'name' else field}, and not {ours}"
    return message, "correct the head of the file: only batch id and timestamp are written again"


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


# Sixty characters show which text is meant, on one line of a terminal.
_SHOWN: Final = 60


def _local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _element_index(loc: tuple[str | int, ...]) -> int:
    return int(loc[0])


def _text_of(element: Element) -> str:
    return "".join(str(text) for text in element.itertext()).strip()


def _parent_name(element: Element) -> str:
    parent = element.getparent()
    return "" if parent is None else str(parent.tag).rpartition("}")[2]


def _person_name(orcid: Element) -> str:
    person = orcid.getparent()
    names = (person.findtext(f"{{*}}{name}") for name in ("given_name", "surname")) if person is not None else ()
    return " ".join(" ".join(name.split()) for name in names if name)


def _day_or_month(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\s*\d{1,2}\s*", text) else None
