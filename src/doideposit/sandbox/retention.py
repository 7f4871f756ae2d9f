"""What is registered after a deposit: the bibliography is replaced, everything beside it is kept until it is emptied.

Crossref's own texts leave some of this open. Each open question is a switch of `SandboxRules`; a client that is safe
gives the same registered record under every one of them.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, cast

from lxml import etree

from doideposit.safe_xml import Element, local_name
from doideposit.sandbox.entries import Registration

__all__ = ["KeptRecord", "SandboxRules"]

# The namespace of records that Crossref gives out; deposits have another one.
OUTPUT: Final = "http://www.crossref.org/xschema/1.1"
# Namespaces of deposits, which name a version; they become `OUTPUT` in what is kept.
_DEPOSITED: Final = re.compile(r'"http://www\.crossref\.org/(?:doi_resources_schema|schema)/[^"]*"')
# Four kinds of blocks are all called `program`: only the end of the namespace tells them apart.
_PROGRAMS: Final = {
    "AccessIndicators.xsd": "ai",
    "fundref.xsd": "fr",
    "relations.xsd": "rel",
    "clinicaltrials.xsd": "ct",
}
_SPACES: Final = re.compile(r"\s+")
# Elements within running text, around which white space matters.
_INLINE: Final = frozenset(
    "b i em strong u ovl sup sub scp tt font italic bold sc underline overline monospace".split()
)
# What becomes of these when a deposit leaves them out is not documented: `SandboxRules.versions` says it.
_WITH_BIBLIOGRAPHY: Final = ("version_info", "status", "archive_locations")


@dataclass(frozen=True, slots=True)
class SandboxRules:
    """Say what Crossref does where its documentation is silent or contradicts itself, or where its systems differ.

    `omitted` is about a block that a deposit does not mention; the next four about a block that comes with content
    where there is other content. `places` says whether licences and funding inside and outside of Crossmark are kept
    apart, `versions` what becomes of version, status and archives that are left out. With `resources_stamp` a
    resource-only deposit moves the deposit timestamp too.

    The others are about answers. `address` is the parameter in which the query service takes an e-mail address.
    `names_limits` says whether answers name the limits in force, `marks` whether they carry an ``ETag``. `schema` is
    the namespace of records in answers of the query service, where old records come in 1.0. `updated_by` says where a
    notice shows: on what it updates and in the list of notices, only in that list, or nowhere.
    """

    omitted: Literal["retain", "drop"] = "retain"
    references: Literal["replace", "merge"] = "replace"
    relations: Literal["merge", "replace"] = "merge"
    crossmark: Literal["merge", "replace"] = "merge"
    rights: Literal["merge", "replace"] = "merge"
    places: Literal["apart", "together"] = "apart"
    versions: Literal["drop", "retain"] = "drop"
    resources_stamp: bool = False
    address: Literal["either", "pid", "usr"] = "either"
    names_limits: bool = True
    marks: bool = False
    schema: Literal["1.1", "1.0"] = "1.1"
    updated_by: Literal["work", "list", "nowhere"] = "work"

    def merges(self, block: str) -> bool:
        """Tell whether new content of a block is added to the old instead of taking its place."""
        by_block = {"citation_list": self.references, "rel": self.relations, "crossmark": self.crossmark}
        return by_block.get(block, self.rights) == "merge"

    def after_deposit(self, old: str, new: str, doi: str) -> str:
        """Return the record of a DOI after a full deposit `new`; `old` is empty where there was none."""
        root = etree.fromstring(new)
        target = _holder(root, doi)
        before = _holder(etree.fromstring(old), doi) if old else None
        kept = {} if before is None else dict(_kept_blocks(before))
        sent = dict(_kept_blocks(target))
        if self.places == "together":
            _share_places(kept, sent)
        for name, block in kept.items():
            if name in sent:
                _replace_element(sent[name], _combine_blocks(name, block, sent[name], self))
            elif self.omitted == "retain":
                _insert_block(target, name, block)
        if before is not None and self.versions == "retain":
            for name in _WITH_BIBLIOGRAPHY:
                part = before.find(f"{{*}}{name}")
                if part is not None and target.find(f"{{*}}{name}") is None:
                    _insert_block(target, name, part)
        _drop_empty(target)
        return _to_text(root)

    def after_resources(self, old: str, block: str, doi: str) -> str:
        """Return the record of a DOI after one block of a resource-only deposit."""
        root = etree.fromstring(old)
        target = _holder(root, doi)
        wrapper = etree.Element("resources")
        sent = _tidy(etree.fromstring(block))
        (wrapper if local_name(sent) != "collection" else etree.SubElement(wrapper, f"{{{OUTPUT}}}doi_data")).append(
            sent
        )
        for name, new in _kept_blocks(wrapper):
            known = dict(_kept_blocks(target)).get(name)
            if known is None:
                _insert_block(target, name, new)
            else:
                _replace_element(known, _combine_blocks(name, known, new, self))
        _drop_empty(target)
        return _to_text(root)


class KeptRecord(NamedTuple):
    """Hold the record of a DOI as Crossref keeps it."""

    xml: str
    doi: str

    @staticmethod
    def of_item(item_holder: Element) -> str:
        """Return what the record of one DOI is: its element, inside copies of those around it, in the output namespace.

        Of the elements around it only the metadata of the container is kept: an issue's other articles have their own
        DOIs.
        """
        copy = deepcopy(item_holder)
        copy.tail = None
        inner, outer = copy, item_holder.getparent()
        while outer is not None and local_name(outer) not in {"body", "doi_batch"}:
            # lxml's stubs know no default namespace, whose prefix is None.
            around = etree.Element(outer.tag, nsmap=cast("dict[str, str]", outer.nsmap))
            for name, value in outer.attrib.items():
                around.set(name, value)
            around.extend(
                deepcopy(element) for element in outer if _is_container(element) and element is not item_holder
            )
            around.append(inner)
            inner, item_holder, outer = around, outer, outer.getparent()
        return _to_text(_tidy(inner))

    def holder(self) -> Element:
        """Return the element that holds ``doi_data`` of the DOI, or the record itself."""
        return _holder(etree.fromstring(self.xml), self.doi)

    def with_resource(self, url: str) -> str:
        """Return the record with another landing page."""
        root = etree.fromstring(self.xml) if self.xml else None
        page = None if root is None else _holder(root, self.doi).find("{*}doi_data/{*}resource")
        if root is None or page is None:
            return self.xml
        page.text = url
        return _to_text(root)

    def with_element(self, block: str, inside: str = "") -> str:
        """Return the record with one more element, before ``doi_data`` or at the end of the element named `inside`."""
        root = etree.fromstring(self.xml)
        target = _holder(root, self.doi)
        new = etree.fromstring(f'<r xmlns="{OUTPUT}">{block}</r>')[0]
        around = target.find(f"{{*}}{inside}") if inside else None
        data = target.find("{*}doi_data")
        if around is not None:
            around.append(new)
        elif data is not None:
            data.addprevious(new)
        return _to_text(root)

    def with_matches(self, find: Callable[[str], Registration | None]) -> str:
        """Return the record in which references without a DOI get the one that `find` returns for their text."""
        if "citation" not in self.xml:
            return self.xml
        root = etree.fromstring(self.xml)
        for citation in _holder(root, self.doi).iterfind("{*}citation_list/{*}citation"):
            words = " ".join(" ".join(map(str, citation.itertext())).split())
            work = find(words) if citation.find("{*}doi") is None else None
            if work is not None and work.doi.casefold() != self.doi.casefold():
                _insert_doi(citation, work.doi)
        return etree.tostring(root, encoding="unicode")

    def with_match(self, key: str, cited: str) -> str:
        """Return the record in which one reference has the DOI that the registrar found for it."""
        root = etree.fromstring(self.xml)
        for citation in root.iterfind(".//{*}citation"):
            if citation.get("key") == key:
                _insert_doi(citation, cited)
        return etree.tostring(root, encoding="unicode")


def _insert_doi(citation: Element, cited: str) -> None:
    found = etree.Element(f"{{{etree.QName(citation).namespace}}}doi", provider="crossref")
    found.text = cited
    # unixref1.1.xsd: the DOI comes before the text as it is printed, and after the parts.
    places = [place for place, element in enumerate(citation) if local_name(element) == "unstructured_citation"]
    citation.insert(places[0] if places else len(citation), found)


def _is_container(element: Element) -> bool:
    name = local_name(element)
    return name.endswith("_metadata") or name in {"journal_issue", "journal_volume"}


def _tidy(deposited: Element) -> Element:
    """Return a copy with the names and the white space of Crossref's answers, without comments and layout."""
    # An element that is renamed in place loses the prefix of its namespace; what has to change is the declaration.
    etree.strip_elements(deposited, etree.Entity, with_tail=False)
    xml = etree.tostring(deposited, encoding="unicode", with_tail=False)
    root = etree.fromstring(_DEPOSITED.sub(f'"{OUTPUT}"', xml))
    for element in list(root.iter()):
        if not local_name(element):
            _remove_element(element)
            continue
        children = list(element)
        mixed = any((node.tail or "").strip() or local_name(node) in _INLINE for node in children)
        mixed = mixed or (bool(children) and bool((element.text or "").strip()))
        element.text = _collapse_spaces(element.text, keep=mixed or not children)
        for child in children:
            child.tail = _collapse_spaces(child.tail, keep=mixed)
    return root


def _collapse_spaces(text: str | None, *, keep: bool) -> str | None:
    return _SPACES.sub(" ", text) if text and keep else None


def _remove_element(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        before = element.getprevious()
        # lxml keeps the text after an element with it: removing the element would take words of the sentence along.
        if element.tail and before is not None:
            before.tail = (before.tail or "") + element.tail
        elif element.tail:
            parent.text = (parent.text or "") + element.tail
        parent.remove(element)


def _to_text(root: Element) -> str:
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


def _holder(root: Element, doi: str) -> Element:
    """Return the element of a record that holds ``doi_data`` of this DOI, or the record itself."""
    for data in root.iter("{*}doi_data"):
        parent = data.getparent()
        if parent is not None and (data.findtext("{*}doi") or "").strip().casefold() == doi.casefold():
            return parent
    return root


def _kept_blocks(element: Element) -> Iterator[tuple[str, Element]]:
    """Yield the blocks that Crossref keeps if left out: relations, rights, Crossmark, references, collections."""
    for child in element:
        name = local_name(child)
        if name == "program":
            space = str(etree.QName(child).namespace or "").rpartition("/")[2]
            yield _PROGRAMS.get(space, "program"), child
        elif name in {"citation_list", "component_list", "crossmark"}:
            yield name, child
        elif name == "doi_data":
            for collection in child.iterfind("{*}collection"):
                yield f"collection {collection.get('property')}", collection


def _combine_blocks(name: str, old: Element, new: Element, rules: SandboxRules) -> Element:
    """Return the new block, after the old content if the rules add them up; an empty block clears."""
    result = deepcopy(new)
    if not len(new) or not rules.merges(name):
        return result
    if name == "crossmark":
        # Crossmark is not a list of equals: each of its parts is added up on its own.
        _merge_crossmark(old, result)
        return result
    # What is sent again unchanged, or under the same key, would be there twice.
    seen = {_canonical_bytes(child) for child in result}
    keys = {key for child in result if (key := child.get("key"))}
    earlier = [element for element in old if _canonical_bytes(element) not in seen and element.get("key") not in keys]
    for place, child in enumerate(earlier):
        result.insert(place, deepcopy(child))
    return result


def _merge_crossmark(old: Element, new: Element) -> None:
    for name in ("updates", "custom_metadata"):
        before, now = old.find(f"{{*}}{name}"), new.find(f"{{*}}{name}")
        if before is None:
            continue
        if now is None:
            new.append(deepcopy(before))
            continue
        said = {_canonical_bytes(child) for child in now}
        programs = {child.tag for child in now if local_name(child) == "program"}
        now.extend(
            deepcopy(element)
            for element in before
            if _canonical_bytes(element) not in said and element.tag not in programs
        )


def _share_places(kept: dict[str, Element], sent: dict[str, Element]) -> None:
    """Let licences and funding in one place replace those in the other."""
    for name in ("ai", "fr"):
        space = next(space for space, short in _PROGRAMS.items() if short == name)
        inside = f"{{*}}custom_metadata/{{http://www.crossref.org/{space}}}program"
        crossmark = sent.get("crossmark")
        if crossmark is not None and crossmark.find(inside) is not None:
            kept.pop(name, None)
        if name in sent and "crossmark" in kept:
            for program in kept["crossmark"].findall(inside):
                _remove_element(program)


def _canonical_bytes(element: Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _replace_element(old: Element, new: Element) -> None:
    parent = old.getparent()
    if parent is not None:
        parent.replace(old, new)


def _insert_block(target: Element, name: str, block: Element) -> None:
    data = target.find("{*}doi_data")
    copy = deepcopy(block)
    # The references are after `doi_data`, and every other block before it.
    if data is None or name == "citation_list":
        target.append(copy)
    elif name.startswith("collection"):
        data.append(copy)
    else:
        data.addprevious(copy)


def _drop_empty(target: Element) -> None:
    """Remove emptied blocks; only an empty reference list is echoed (recorded answers of Crossref)."""
    for name, block in list(_kept_blocks(target)):
        if not len(block) and name != "citation_list":
            _remove_element(block)
            continue
        for program in block.findall("{*}custom_metadata/{*}program"):
            if not len(program):
                _remove_element(program)
