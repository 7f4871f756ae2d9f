"""References that the registrar matches by itself: each gets the DOI of the work whose title it names."""

from collections.abc import Callable

from lxml import etree

from doideposit.sandbox.deposits import local
from doideposit.sandbox.entries import Registration
from doideposit.sandbox.retention import holder

__all__ = ["with_match", "with_matches"]


def with_matches(record: str, doi: str, find: Callable[[str], Registration | None]) -> str:
    """Return a record in which references without a DOI get the one that `find` returns for their text."""
    if "citation" not in record:
        return record
    root = etree.fromstring(record)
    for citation in holder(root, doi).iterfind("{*}citation_list/{*}citation"):
        words = " ".join(" ".join(map(str, citation.itertext())).split())
        work = find(words) if citation.find("{*}doi") is None else None
        if work is not None and work.doi.casefold() != doi.casefold():
            _insert_doi(citation, work.doi)
    return etree.tostring(root, encoding="unicode")


def with_match(record: str, key: str, cited: str) -> str:
    """Return a record in which one reference has the DOI that the registrar found for it."""
    root = etree.fromstring(record)
    for citation in root.iterfind(".//{*}citation"):
        if citation.get("key") == key:
            _insert_doi(citation, cited)
    return etree.tostring(root, encoding="unicode")


def _insert_doi(citation: etree._Element, cited: str) -> None:
    found = etree.Element(f"{{{etree.QName(citation).namespace}}}doi", provider="crossref")
    found.text = cited
    # unixref1.1.xsd: the DOI stands before the text as it is printed, and after the parts.
    places = [place for place, one in enumerate(citation) if local(one) == "unstructured_citation"]
    citation.insert(places[0] if places else len(citation), found)
