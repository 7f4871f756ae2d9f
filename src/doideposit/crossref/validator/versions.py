"""What is known of schema versions that no bundle is kept for, and lifting a file to one that there is a bundle for."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Self, cast

from lxml import etree

from doideposit.safe_xml import Element

__all__ = ["Declared"]

# Grants have a schema of their own, with the version in the same place.
_NAMESPACE: Final = re.compile(
    r"http://www\.crossref\.org/(?:(?P<kind>schema|doi_resources_schema)/(?P<version>\d+(?:\.\d+)*)"
    r"|(?P<grant>grant_id)/(?P<grants>\d+(?:\.\d+)*))"
)
# Crossref's announcement "It's time: planning for metadata schema deprecation" (community.crossref.org, thread 15686).
_RETIRED_2026: Final = frozenset(
    {"4.3.1", "4.3.2", "4.8.1", "doi_resources 4.3.2", "doi_resources 4.3.4", "doi_resources 4.3.5"}
    | {"doi_resources 4.4.2"}
)
# The oldest version with a bundle: a file of an older one is read by its rules.
_STAYS: Final = (5, 3, 1)
_NEWEST: Final = (5, 5, 0)
# The oldest of the versions that the announcement speaks of; nothing was found about those before it.
_ANNOUNCED: Final = (4, 3)


class Declared(NamedTuple):
    """Hold a version that a file declares, and one sentence about it; `liftable` to a newer one."""

    version: str
    status: str
    liftable: bool

    @classmethod
    def of_namespace(cls, namespace: str) -> Self | None:
        """Return the version of Crossref's schemas for a namespace, or None for other namespaces."""
        found = _NAMESPACE.fullmatch(namespace)
        if found is None:
            return None
        if found["grant"]:
            status = "the file registers grants, for which Crossref has a separate schema (grant_id)"
            return cls(f"grant_id {found['grants']}", status, liftable=False)
        resources = found["kind"] == "doi_resources_schema"
        version = f"doi_resources {found['version']}" if resources else found["version"]
        numbers = tuple(int(number) for number in found["version"].split("."))
        return cls(version, _retirement_status(version, numbers), liftable=not resources and numbers < _NEWEST)

    @staticmethod
    def lift(root: Element, version: str) -> tuple[Element, tuple[str, ...]]:
        """Return the deposit converted to another version, and the changes in words.

        Names of elements that became others are changed with the version; the lines of the elements stay those of the
        file.
        """
        old = etree.QName(root).namespace or ""
        new = f"http://www.crossref.org/schema/{version}"
        changes = [f"namespace and version: {root.get('version') or old.rpartition('/')[2]} becomes {version}"]
        # lxml's stubs know no default namespace, whose prefix is None.
        prefixes = cast("dict[str, str]", {prefix: new if uri == old else uri for prefix, uri in root.nsmap.items()})
        attributes = {str(name): str(value) for name, value in root.items()}
        lifted = etree.Element(f"{{{new}}}{etree.QName(root).localname}", attributes, prefixes)
        # Without it, findings about the root would have no line in the file of the user.
        lifted.sourceline = root.sourceline
        lifted.set("version", version)
        lifted.text = root.text
        lifted.extend(list(root))
        for element in lifted.iter(f"{{{old}}}*"):
            element.tag = f"{{{new}}}{etree.QName(element).localname}"
        changes += _rename_element(lifted, new)
        return lifted, tuple(changes)

    @staticmethod
    def renamed(element: Element) -> tuple[str, str, str] | None:
        """Return the new name of an element of an older version, or None if it did not change."""
        parent = element.getparent()
        return (
            None if parent is None else _NEW_NAMES.get((etree.QName(parent).localname, etree.QName(element).localname))
        )


def _retirement_status(version: str, numbers: tuple[int, ...]) -> str:
    if version in _RETIRED_2026:
        return "Crossref retires this version at the end of 2026"
    if numbers < _ANNOUNCED:
        return "it is not known whether Crossref still accepts a version this old"
    if numbers < _STAYS:
        return "Crossref still accepts this version, and will retire all versions before 5.3.1 in the coming years"
    return "this version is newer than this program, or was never published"


def _rename_element(root: Element, namespace: str) -> Iterator[str]:
    """Rename elements that have another name from 5.3.1 on (release notes of 4.4.0, 5.3.0 and 5.4.0)."""
    names = root.findall(f"{{{namespace}}}head/{{{namespace}}}depositor/{{{namespace}}}name")
    for element in names:
        element.tag = f"{{{namespace}}}depositor_name"
    if names:
        yield "<name> of the depositor becomes <depositor_name>"
    affiliations = list(root.iter(f"{{{namespace}}}affiliation"))
    for element in affiliations:
        _convert_affiliation(element, namespace)
    if affiliations:
        yield f"{len(affiliations)} × <affiliation> becomes <affiliations> with <institution> and <institution_name>"
    opted = [node for node in root.iter("*") if node.attrib.pop("reference_distribution_opts", "")]
    if opted:
        yield f"{len(opted)} × the attribute reference_distribution_opts is removed: all references are public"


def _convert_affiliation(affiliation: Element, namespace: str) -> None:
    """Put the text of an affiliation into an institution; those of one person share one ``affiliations``."""
    before = affiliation.getprevious()
    around = before if before is not None and before.tag == f"{{{namespace}}}affiliations" else None
    institution = etree.Element(f"{{{namespace}}}institution")
    name = etree.SubElement(institution, f"{{{namespace}}}institution_name")
    name.text = affiliation.text
    institution.sourceline = name.sourceline = affiliation.sourceline
    if around is not None:
        around.append(institution)
        parent = affiliation.getparent()
        if parent is not None:
            parent.remove(affiliation)
    else:
        affiliation.tag, affiliation.text = f"{{{namespace}}}affiliations", None
        affiliation.append(institution)


# Elements of older versions by parent and name: what took their place, in words, and what to do.
_NEW_NAMES: Final = {
    ("depositor", "name"): ("<depositor_name>", "since 4.4 it is <depositor_name>", "rename it to <depositor_name>"),
    ("person_name", "affiliation"): (
        "<affiliations>",
        "since 5.3 it is <affiliations> with <institution> and <institution_name>",
        "write <affiliations><institution><institution_name>…</institution_name></institution></affiliations>",
    ),
}
