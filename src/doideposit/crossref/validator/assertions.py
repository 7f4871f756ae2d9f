"""The assertions of Crossref's XSD 1.1 schema, which libxml2 does not know: one small function for each.

`doideposit.crossref.schemas.compiler` refuses a schema with any other assertion, so none is ever passed over. A
contract test holds every outcome against an independent XSD 1.1 implementation. Values are compared as they are
written, with spaces around them, since an assertion looks at untyped attributes here (XSD 1.1 part 1, 3.13.4).
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple

from doideposit.records.models.contributors import CREDIT_ROLES, CROSSREF_ROLES
from doideposit.safe_xml import Element

__all__ = ["ASSERTIONS", "Assertion"]

# CRediT's roles and Crossref's own exclude one another in a deposit (assertion of the schema).
_CREDIT: Final = frozenset(role.value for role in CREDIT_ROLES)
_CROSSREF: Final = frozenset(role.value for role in CROSSREF_ROLES)


class Assertion(NamedTuple):
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


def _one_of(types: Collection[str]) -> str:
    # “a, b and c” in one order each time.
    *others, last = sorted(types)
    return f"type may be {', '.join(others)} or {last}"


# By the name that the compiler knows each one by.
ASSERTIONS: Final[Mapping[str, Assertion]] = {
    # crossref5.5.0.xsd: role, person_name
    "crossref-role": Assertion(
        "role", "type", _has_type_of("crossref", _CROSSREF), _described_role, _one_of(_CROSSREF)
    ),
    "credit-role": Assertion("role", "type", _has_type_of("credit", _CREDIT), _described_role, _one_of(_CREDIT)),
    "person-role": Assertion(
        "person_name",
        "contributor_role",
        _has_role,
        lambda _person: "<person_name> without contributor_role or <role> is not allowed",
        "contributor_role may be author, editor, translator or another role; or it may have <role>",
    ),
}
