"""All that XSD 1.1 asks beyond libxml2, checked in one pass over the document: assertions, IDs, long enumerations.

libxml2 knows no assertions, does not compare an IDREF with the IDs there are (XSD 1.1 part 1, 3.17.5.2), and goes
through an enumeration of 8,107 languages one by one, which takes five sixths of the time of a verdict.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from doideposit.crossref.schemas.prepared import IdKind, Lookup, Prepared
from doideposit.records.models.roles import CREDIT_ROLES, CROSSREF_ROLES
from doideposit.safe_xml import Element

__all__ = ["Broken", "Supplement", "WrongValue"]

# The assertions of Crossref's XSD 1.1 schema, which libxml2 does not know: one small function for each.

# The values of `type` that each value of `vocab` allows in <role> (assertions of crossref5.5.0.xsd).
_CREDIT: Final = frozenset(role.value for role in CREDIT_ROLES)
_CROSSREF: Final = frozenset(role.value for role in CROSSREF_ROLES)


class _Assertion(NamedTuple):
    """Hold an assertion: the local name of the elements it governs, and the test they have to pass.

    `lacks` and `remedy` are the words for an element that does not pass; `attribute` is the one it is mostly about.
    """

    element: str
    attribute: str
    holds: Callable[[Element], bool]
    describe: Callable[[Element], str]
    remedy: str


def _has_type_of(vocabulary: str, types: Collection[str]) -> Callable[[Element], bool]:
    return lambda role: role.get("vocab") != vocabulary or role.get("type") in types


def _described_role(role: Element) -> str:
    vocabulary, kind = role.get("vocab"), role.get("type")
    if kind is None:
        return f'<role> with vocab="{vocabulary}" and without type is not allowed'
    return f'<role> with type="{kind}" and vocab="{vocabulary}" is not allowed'


def _has_role(person: Element) -> bool:
    # The schema asks for a role of any namespace, and any value of the attribute.
    return "contributor_role" in person.attrib or next(person.iterchildren("{*}role"), None) is not None


def _has_type_in(types: Collection[str]) -> str:
    # “a, b and c” in one order each time.
    *others, last = sorted(types)
    return f"type can be {', '.join(others)} or {last}"


# By the name that the compiler knows each one by.
ASSERTIONS: Final[Mapping[str, _Assertion]] = {
    # crossref5.5.0.xsd: role, person_name
    "crossref-role": _Assertion(
        "role", "type", _has_type_of("crossref", _CROSSREF), _described_role, _has_type_in(_CROSSREF)
    ),
    "credit-role": _Assertion("role", "type", _has_type_of("credit", _CREDIT), _described_role, _has_type_in(_CREDIT)),
    "person-role": _Assertion(
        "person_name",
        "contributor_role",
        _has_role,
        lambda _person: "<person_name> without contributor_role or <role> is not allowed",
        "set contributor_role to author, editor, translator or another role; or add <role>",
    ),
}


# An element, and the assertion that it does not fulfil.
Broken = tuple[Element, _Assertion]


class WrongValue(NamedTuple):
    """Hold an attribute value that is not listed, an ID that occurs twice, or a reference to no ID."""

    element: Element
    attribute: str
    value: str
    problem: Literal["not-listed", "duplicate-id", "unknown-idref"]
    allowed: frozenset[str] = frozenset()


class _ElementRules(NamedTuple):
    """Hold what is to be checked of the elements of one name."""

    assertions: tuple[_Assertion, ...]
    lookups: tuple[Lookup, ...]
    ids: tuple[tuple[str, IdKind], ...]


_NONE = _ElementRules((), (), ())

# Each name that is searched for is compared with that of every element. JATS and MathML have hundreds, and a deposit
# has few elements of theirs.
FEW = 50


class Supplement:
    """Hold the checks of one schema version, arranged by the elements they concern."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._assertions = {
            tag: tuple(ASSERTIONS[name] for tag_of, name in prepared.assertions if tag_of == tag)
            for tag, _ in prepared.assertions
        }
        self._rules: dict[object, _ElementRules] = {}
        self._searched = _searched(
            {tag for tag, _ in prepared.assertions}.union(
                *(lookup.tags for lookup in prepared.lookups), *(tags for _, _, tags in prepared.identities)
            )
        )

    def _gather(self, tag: str) -> _ElementRules:
        """Return the rules for elements of a name, arranged when the first of them occurs."""
        rules = _ElementRules(
            self._assertions.get(tag, ()),
            tuple(lookup for lookup in self._prepared.lookups if tag in lookup.tags),
            tuple((attribute, kind) for attribute, kind, tags in self._prepared.identities if tag in tags),
        )
        self._rules[tag] = rules if any(rules) else _NONE
        return self._rules[tag]

    def check(self, root: Element, retyped: Iterable[Element] = ()) -> tuple[list[Broken], list[WrongValue]]:
        """Return every broken assertion and every wrong attribute value, in the order of the document.

        `retyped` are the elements that ``xsi:type`` gives another type, and so perhaps other attributes.
        """
        broken: list[Broken] = []
        wrong: list[WrongValue] = []
        names = _Names()
        # An element that libxml2 passes over by its name costs a tenth of one that Python looks at.
        for element in root.iter(*self._searched):
            # A deposit uses few of the names in the schema: rules are gathered for those that occur.
            rules = self._rules.get(element.tag) or self._gather(str(element.tag))
            if rules is _NONE:
                continue
            broken += [(element, assertion) for assertion in rules.assertions if not assertion.holds(element)]
            for lookup in rules.lookups:
                wrong += _wrong_value(element, lookup)
            for attribute, kind in rules.ids:
                wrong += names.add_name(element, attribute, kind)
        return broken, [*wrong, *self._wrong_retyped_values(retyped), *names.unresolved_references()]

    def _wrong_retyped_values(self, retyped: Iterable[Element]) -> Iterator[WrongValue]:
        for element in retyped:
            for lookup in self._prepared.lookups:
                if element.tag not in lookup.tags:
                    yield from _wrong_value(element, lookup)


def _searched(tags: Collection[str]) -> tuple[str, ...]:
    """Return byte patterns that find all elements with these tags in a document, and few others."""
    by_namespace: dict[str, list[str]] = {}
    for tag in sorted(tags):
        by_namespace.setdefault(tag.rpartition("}")[0], []).append(tag)
    names = [[f"{space}}}*"] if space and len(found) > FEW else found for space, found in by_namespace.items()]
    return tuple(tag for found in names for tag in found)


def _wrong_value(element: Element, rule: Lookup) -> Iterator[WrongValue]:
    value = element.get(rule.attribute)
    if value is None or value in rule.values or (rule.collapsed and _collapse(value) in rule.values):
        return
    yield WrongValue(element, rule.attribute, value, "not-listed", rule.values)


class _Names:
    """Hold the IDs of a document, and the references to them, which may come first."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._references: list[tuple[Element, str, str]] = []

    def add_name(self, element: Element, attribute: str, kind: IdKind) -> Iterator[WrongValue]:
        """Record an attribute of type ID or IDREF; an ID that occurred before is wrong."""
        written = element.get(attribute)
        if written is None:
            return
        value = _collapse(written)
        if kind != "ID":
            # IDREFS is a list; of an IDREF the same gives a list of one.
            self._references += [(element, attribute, name) for name in value.split(" ")]
        # An ID must be the only one of its kind in the whole document, not only among elements of one name (XML 1.0,
        # 3.3.1).
        elif value in self._known:
            yield WrongValue(element, attribute, value, "duplicate-id")
        else:
            self._known.add(value)

    def unresolved_references(self) -> Iterator[WrongValue]:
        """Yield the references to IDs that do not occur."""
        for element, attribute, value in self._references:
            if value not in self._known:
                yield WrongValue(element, attribute, value, "unknown-idref")


def _collapse(value: str) -> str:
    """Collapse whitespace as XSD does it: space, tab and line ends, and no other."""
    return re.sub("[ \t\n\r]+", " ", value).strip(" ")
