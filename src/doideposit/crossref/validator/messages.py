"""What libxml2's XSD engine complains of, in plain words: which element, what was expected, what was found.

Every complaint keeps libxml2's own words in `Finding.original`. Several complaints about one value become one finding,
led by the one that helps most.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lxml import etree

from doideposit.crossref.names import is_resources
from doideposit.crossref.schemas.datatypes import DATATYPES
from doideposit.crossref.validator.compiling import Complaint
from doideposit.crossref.validator.element_names import LISTED, join_names, shown_name
from doideposit.crossref.validator.places import Places
from doideposit.crossref.validator.supplement import Broken, WrongValue
from doideposit.crossref.validator.versions import Declared
from doideposit.findings import Finding, Severity
from doideposit.safe_xml import Element

__all__ = ["CODES", "describe"]

# The codes of findings that this module makes for Crossref's schemas.
CODES = (
    "xsd-element-unexpected",
    "xsd-element-missing",
    "xsd-element-unknown",
    "xsd-text-unexpected",
    "xsd-attribute-missing",
    "xsd-attribute-unexpected",
    "xsd-value",
    "xsd-id-duplicate",
    "xsd-idref-unknown",
    "xsd-assert-role",
    "xsd-assert-person-name",
    "xsd-violation",
)

# Sixty characters of a value show which one is meant.
SHOWN = 60


@dataclass(frozen=True, slots=True)
class _Words:
    """Hold a finding before it has its place; of several about one value, the one with the lowest `rank` leads."""

    code: str
    message: str
    hint: str = ""
    rank: int = 5


def describe(
    complaints: Iterable[Complaint], broken: Iterable[Broken], wrong: Iterable[WrongValue], places: Places
) -> list[Finding]:
    """Return the findings for what libxml2 complains of, and for what is checked beside it."""
    beside = [*(_assertion_finding(one, places) for one in broken), *(_value_finding(one, places) for one in wrong)]
    return [*_complaint_findings(complaints, places), *beside]


def _complaint_findings(complaints: Iterable[Complaint], places: Places) -> list[Finding]:
    """Return the findings for libxml2's complaints, one for each value or element that is wrong."""
    groups: dict[tuple[Element, str | None, bool], list[Complaint]] = {}
    for complaint in complaints:
        about_value = complaint.number in _VALUES
        groups.setdefault((complaint.element, complaint.attribute, about_value), []).append(complaint)
    findings = []
    for group in groups.values():
        if group[0].number in _VALUES:
            words = min((_translate_complaint(complaint) for complaint in group), key=lambda one: one.rank)
            original = "\n".join(dict.fromkeys(complaint.text for complaint in group))
            findings.append(_finding(words, group[0].element, original, places, group[0].attribute))
        else:
            findings += [
                _finding(
                    _translate_complaint(complaint),
                    complaint.element,
                    complaint.text,
                    places,
                    complaint.attribute or complaint.lacking,
                )
                for complaint in dict.fromkeys(group)
            ]
    return findings


def _finding(words: _Words, element: Element, original: str, places: Places, attribute: str | None = None) -> Finding:
    where = places.where(element, attribute, text=words.code == "xsd-value" and attribute is None)
    return Finding(words.code, Severity.ERROR, words.message, words.hint, where, original=original)


def _translate_complaint(complaint: Complaint) -> _Words:
    return _TRANSLATORS.get(complaint.number, _other_words)(complaint)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _quote(value: str) -> str:
    shown = " ".join(value.split())
    return f'"{shown[:SHOWN]}…"' if len(shown) > SHOWN else f'"{value}"' if value == shown else f'"{shown}"'


def _subject(complaint: Complaint) -> str:
    """Return the subject of a complaint about a value: the text of an element, or an attribute."""
    element = shown_name(str(complaint.element.tag))
    return f"the attribute {_local(complaint.attribute)} of {element}" if complaint.attribute else element


def _content(complaint: Complaint) -> str:
    """Return the value that was found."""
    if complaint.attribute:
        return complaint.element.get(complaint.attribute, "")
    return "".join(str(text) for text in complaint.element.itertext())


# Elements in the wrong place -----------------------------------------------------------------------------------------


def _misplaced_words(complaint: Complaint) -> _Words:
    if complaint.claim.startswith("Missing child"):
        return _incomplete_words(complaint)
    element, parent = complaint.element, complaint.element.getparent()
    new = Declared.renamed(element)
    if new is not None:
        message = f"{shown_name(str(element.tag))} is not allowed here any more: {new[1]}"
        return _Words("xsd-element-unexpected", message, new[2])
    if complaint.undeclared:
        return _unknown_words(complaint)
    within = f" in {shown_name(str(parent.tag))}" if parent is not None else ""
    if not complaint.expected:
        previous = element.getprevious()
        after = f" after {shown_name(str(previous.tag))}" if previous is not None else ""
        return _Words(
            "xsd-element-unexpected",
            f"{shown_name(str(element.tag))} is not allowed here: nothing more may follow{after}{within}",
            complaint.hint or "remove it",
        )
    expected = join_names(map(shown_name, complaint.expected))
    message = f"{shown_name(str(element.tag))} is not allowed here{within}; expected: {expected}"
    return _Words("xsd-element-unexpected", message, complaint.hint or _placement_advice(element, complaint.expected))


def _placement_advice(element: Element, expected: tuple[str, ...]) -> str:
    name = shown_name(str(element.tag))
    if any(sibling.tag == element.tag for sibling in element.itersiblings(preceding=True)):
        return f"there is one {name} too many here: remove one, or put them next to each other"
    later = [
        tag for tag in expected if element.getparent() is not None and next(element.itersiblings(tag), None) is not None
    ]
    if later:
        return f"the order matters: {join_names(map(shown_name, later), last='and')} before {name}; or remove {name}"
    parent = element.getparent()
    if parent is not None and _local(str(parent.tag)) == "body":
        if is_resources(etree.QName(element).namespace):
            return "the order matters in a resource-only deposit: move it up, or send it in a file of its own"
        return "a file holds one kind of work: send the other kinds in files of their own"
    return f"add {join_names(map(shown_name, expected))} before {name}, or remove {name}"


def _incomplete_words(complaint: Complaint) -> _Words:
    missing = join_names(map(shown_name, complaint.expected)) if complaint.expected else "something"
    element = shown_name(str(complaint.element.tag))
    return _Words("xsd-element-missing", f"{element} is incomplete: it lacks {missing}", f"add {missing} at its end")


def _unknown_words(complaint: Complaint) -> _Words:
    name = etree.QName(complaint.element)
    space = (
        "" if name.namespace == _namespace(complaint.element.getparent()) else f" in {_namespace_words(name.namespace)}"
    )
    message = f"the schema has no element <{name.localname}>{space}"
    # Six tenths is the standard library's own measure of what is close.
    close = difflib.get_close_matches(name.localname, map(_local, complaint.expected), n=1, cutoff=0.6)
    if close:
        hint = f"did you mean <{close[0]}>{' in the namespace of its neighbours' if space else ''}?"
    else:
        hint = f"allowed here: {join_names(map(shown_name, complaint.expected))}" if complaint.expected else "remove it"
    return _Words("xsd-element-unknown", message, hint)


def _namespace(element: Element | None) -> str | None:
    return None if element is None else etree.QName(element).namespace


def _namespace_words(namespace: str | None) -> str:
    return f"the namespace {namespace}" if namespace else "no namespace"


def _only_text_words(complaint: Complaint) -> _Words:
    inner = join_names((shown_name(str(child.tag)) for child in complaint.element.iterchildren("*")), last="and")
    element = shown_name(str(complaint.element.tag))
    return _Words(
        "xsd-element-unexpected",
        f"{element} may contain only text, but contains {inner}",
        f"remove {inner}, and keep its text",
    )


def _only_elements_words(complaint: Complaint) -> _Words:
    element = complaint.element
    texts = [element.text, *(child.tail for child in element)]
    text = next((text.strip() for text in texts if text and text.strip()), "")
    where = shown_name(str(element.tag))
    return _Words(
        "xsd-text-unexpected",
        f"{where} may contain only elements, but contains the text {_quote(text)}",
        "remove the text",
    )


def _empty_element_words(complaint: Complaint) -> _Words:
    element = shown_name(str(complaint.element.tag))
    found = "elements" if complaint.claim.startswith("Element") else f"the text {_quote(_content(complaint).strip())}"
    code = "xsd-element-unexpected" if found == "elements" else "xsd-text-unexpected"
    return _Words(
        code, f"{element} must be empty, but contains {found}", "only its attributes have a meaning: remove the content"
    )


def _missing_attribute_words(complaint: Complaint) -> _Words:
    name = _local(complaint.lacking or "an attribute")
    element = shown_name(str(complaint.element.tag))
    return _Words("xsd-attribute-missing", f"{element} lacks the attribute {name}", f'add {name}="..." to it')


def _unexpected_attribute_words(complaint: Complaint) -> _Words:
    name = _local(complaint.attribute or "")
    element = shown_name(str(complaint.element.tag))
    return _Words("xsd-attribute-unexpected", f"{element} has no attribute {name} in this schema", "remove it")


def _nil_words(complaint: Complaint) -> _Words:
    element = shown_name(str(complaint.element.tag))
    return _Words(
        "xsd-attribute-unexpected", f"{element} may not have xsi:nil", "leave out an element that has no value"
    )


def _retyped_words(complaint: Complaint) -> _Words:
    element = shown_name(str(complaint.element.tag))
    return _Words("xsd-attribute-unexpected", f"{element} may not have this xsi:type", "remove xsi:type")


# Values --------------------------------------------------------------------------------------------------------------

# What a type asks for, by its name.
_TYPES = {
    "nonNegativeInteger": "a whole number, 0 or more",
    "positiveInteger": "a whole number, 1 or more",
    "integer": "a whole number",
    "unsignedLong": "a whole number, 0 or more",
    "decimal": "a number",
    "boolean": "true or false",
    "gYear": "a year of four digits",
    "xrefYear": "a year of four digits, from 1400 to 2200",
    "xrefMonth": "a month as a number, 1 to 12 (21 to 24 for seasons, 31 to 34 for quarters)",
    "xrefDay": "a day as a number, 1 to 31",
    "date": "a date that exists, as in 2024-03-05",
    "ID": "a name that starts with a letter and has no spaces or colons",
    "IDREF": "the id of an element of this file",
    "IDREFS": "the ids of elements of this file, with spaces between them",
    "NCName": "a name that starts with a letter and has no spaces or colons",
    "NMTOKEN": "one word of letters, digits, and . - _ :",
    "NMTOKENS": "words of letters, digits, and . - _ :",
    "language": "a language tag, such as en or pt-BR",
}

# What a pattern of Crossref's schemas asks for.
_FORMS = {DATATYPES[name]: text for name, text in _TYPES.items() if DATATYPES.get(name)} | {
    r"10\.[0-9]{4,9}/.{1,200}": "a DOI without an address before it, such as 10.5555/abc.1",
    r"\d{4}-?\d{3}[\dX]": "an ISSN, such as 2049-3630",
    r"(97(8|9)-)?\d[\d \-]+[\dX]": "an ISBN, such as 978-3-16-148410-0",
    r"https?://orcid.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[X0-9]{1}": (
        "an ORCID iD as an address, such as https://orcid.org/0000-0002-1825-0097"
    ),
    r"[hH][tT][tT][pP][sS]://.{1,50}": "an address that starts with https:// and has at most 50 characters after that",
    r"([hH][tT][tT][pP]|[hH][tT][tT][pP][sS]|[fF][tT][pP])://.*": "an address that starts with https://, http:// or ftp://",
    r"[^\d\?]*[^\?\s]+[^\d]*": "a name without digits and question marks",
    r"10.18810/[a-z-]+": "the DOI of a registry of clinical trials, such as 10.18810/isrctn",
}


def _wrong_type_words(complaint: Complaint) -> _Words:
    found = re.search(r"type '(?:\{[^}]*\}|xs:)?([^']+)'\.$", complaint.claim)
    wanted = _TYPES.get(found[1] if found else "", "a value that the schema allows there")
    if complaint.attribute and _local(complaint.attribute) == "lang":
        wanted = _TYPES["language"]
    return _expected_words(complaint, wanted, rank=2)


def _expected_words(complaint: Complaint, wanted: str, *, rank: int) -> _Words:
    found = _quote(_content(complaint)) if _content(complaint).strip() else "nothing"
    return _Words("xsd-value", f"{_subject(complaint)} must be {wanted}; found: {found}", _value_hint(complaint), rank)


def _value_hint(complaint: Complaint) -> str:
    value = _content(complaint)
    if value != value.strip():
        return "there are spaces or line breaks around the value: remove them"
    return "" if value else "fill it in, or leave it out"


def _wrong_form_words(complaint: Complaint) -> _Words:
    found = re.search(r"pattern '(.*)'\.$", complaint.claim, re.DOTALL)
    pattern = found[1] if found else ""
    return _expected_words(complaint, _FORMS.get(pattern, f"of the form {pattern}"), rank=1)


def _not_listed_words(complaint: Complaint) -> _Words:
    values = re.findall(r"'([^']*)'", complaint.claim.partition("element of the set ")[2])
    return _choice_words(_subject(complaint), _content(complaint), values)


def _choice_words(subject: str, value: str, values: list[str]) -> _Words:
    if {"en", "de", "fr"} <= set(values):
        wanted, hint = "a language code of the schema", "use two or three letters, such as en, de or nep"
    elif len(values) <= LISTED * 2:
        wanted, hint = f"one of {join_names(values)}", ""
    else:
        wanted, hint = f"one of {len(values):,} listed values", "the list is in the schema's documentation"
    # Stricter than for names of elements: values are short, and two different letters make another word.
    close = difflib.get_close_matches(value.strip().lower(), values, n=1, cutoff=0.75)
    hint = f'did you mean "{close[0]}"?' if close else hint
    return _Words("xsd-value", f"{subject} must be {wanted}; found: {_quote(value)}", hint, 0)


def _length_words(complaint: Complaint) -> _Words:
    numbers = re.findall(r"'(\d+)'", complaint.claim)
    has, limit = (int(number) for number in numbers[-2:])
    subject = _subject(complaint)
    if has > limit:
        # Ranks order what is said of one value: the nearest cause comes first.
        return _Words("xsd-value", f"{subject} has {has:,} characters; at most {limit:,} are allowed", "shorten it", 3)
    if not _content(complaint).strip():
        return _Words("xsd-value", f"{subject} is empty", "fill it in, or leave it out", 0)
    return _Words(
        "xsd-value", f"{subject} has {has:,} characters; at least {limit:,} are needed", "write it in full", 3
    )


def _range_words(complaint: Complaint) -> _Words:
    limit = re.findall(r"\('([^']*)'\)", complaint.claim)[-1]
    word = "at least" if "less than" in complaint.claim else "at most"
    return _expected_words(complaint, f"{word} {limit}", rank=4)


def _digits_words(complaint: Complaint) -> _Words:
    limit = re.findall(r"\('([^']*)'\)", complaint.claim)[-1]
    return _expected_words(complaint, f"a number of at most {limit} digits", rank=6)


def _fixed_words(complaint: Complaint) -> _Words:
    wanted = re.findall(r"constraint '([^']*)'", complaint.claim)[-1]
    return _expected_words(complaint, f'"{wanted}"', rank=0)


def _other_words(complaint: Complaint) -> _Words:
    claim = re.sub(r"\{[^}]*\}", "", complaint.claim)
    return _Words("xsd-violation", f"{_subject(complaint)}: {claim}")


# By libxml2's number of the error (`xmlerror.h`: XML_SCHEMAV_...).
_TRANSLATORS: dict[int, Callable[[Complaint], _Words]] = {
    1871: _misplaced_words,
    1845: _unknown_words,
    1846: _unknown_words,
    1828: _only_text_words,
    1842: _only_text_words,
    1843: _only_elements_words,
    1841: _empty_element_words,
    1868: _missing_attribute_words,
    1866: _unexpected_attribute_words,
    1827: _unexpected_attribute_words,
    1847: _nil_words,
    1851: _retyped_words,
    1852: _retyped_words,
    1824: _wrong_type_words,
    1825: _wrong_type_words,
    1826: _wrong_type_words,
    1839: _wrong_form_words,
    1840: _not_listed_words,
    1830: _length_words,
    1831: _length_words,
    1832: _length_words,
    1833: _range_words,
    1834: _range_words,
    1835: _range_words,
    1836: _range_words,
    1837: _digits_words,
    1874: _fixed_words,
    1875: _fixed_words,
}

# Numbers of libxml2's errors about simple types (xmlerror.h, XML_SCHEMAV_CVC_…).
_VALUES = frozenset({1824, 1825, 1826, 1839, 1840, 1830, 1831, 1832, 1833, 1834, 1835, 1836, 1837, 1874, 1875})


def _value_finding(wrong: WrongValue, places: Places) -> Finding:
    """Return the finding for a value that is not listed, an ID that occurs twice, or a reference to no ID."""
    subject = f"the attribute {_local(wrong.attribute)} of {shown_name(str(wrong.element.tag))}"
    value = _quote(wrong.value)
    if wrong.problem == "not-listed":
        words = _choice_words(subject, wrong.value, sorted(wrong.allowed))
    elif wrong.problem == "duplicate-id":
        words = _Words(
            "xsd-id-duplicate", f"{subject} repeats the id {value}", "ids are unique in the whole file: remove it"
        )
    else:
        words = _Words(
            "xsd-idref-unknown", f"{subject} refers to {value}, but no element has that id", "correct or remove it"
        )
    return _finding(words, wrong.element, f"{wrong.problem}: {wrong.value}", places, wrong.attribute)


def _assertion_finding(broken: Broken, places: Places) -> Finding:
    """Return the finding for an element that does not fulfil an assertion."""
    element, rule = broken
    words = _Words(f"xsd-assert-{rule.element.replace('_', '-')}", rule.describe(element), rule.remedy)
    original = f"assertion test is false: {rule.element}"
    return _finding(words, element, original, places, rule.attribute)
