"""Contributors and institutions of a registered record, in the words of a record file."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from doideposit.records.origin import RawValue
from doideposit.registered.texts import local
from doideposit.safe_xml import Element

__all__ = ["contributor", "institution"]

Fields = dict[str, RawValue]
# What the output schema unixref1.1.xsd calls a role that crossref5.5.0.xsd calls otherwise.
_OUTPUT_ROLES: Final = {"writing-review-and-editing": "writing-review-editing"}
_READ: Final = frozenset("given_name surname suffix role affiliations affiliation ORCID alt-name".split())


def _plain(element: Element) -> str:
    return unicodedata.normalize("NFC", " ".join("".join(map(str, element.itertext())).split()))


def _text(element: Element, name: str) -> str:
    found = element.find(f"{{*}}{name}")
    return "" if found is None else _plain(found)


def contributor(element: Element) -> tuple[Fields, list[Element]]:
    """Return a contributor, and the parts that a record file has no field for, such as degrees."""
    name = local(element)
    unknown = [child for child in element if local(child) and local(child) not in _READ and name == "person_name"]
    who: Fields
    match name:
        case "organization":
            # Affiliations are children of an organisation: its name is the text before them.
            own = unicodedata.normalize("NFC", " ".join((element.text or "").split()))
            who = {"organisation": own}
        case "anonymous":
            who = {"anonymous": "true"}
        case _:
            who = {"given": _text(element, "given_name"), "family": _text(element, "surname"),
                   "suffix": _text(element, "suffix")}  # fmt: skip
    who["roles"] = list(_roles(element)) if list(_roles(element)) != ["author"] else None
    who["affiliations"] = [institution(one) for one in element.iterfind("{*}affiliations/{*}institution")] + [
        {"name": _plain(one)} for one in element.iterfind("{*}affiliation")
    ]
    orcid = element.find("{*}ORCID")
    if orcid is not None:
        who["orcid"] = f"https://orcid.org/{_plain(orcid).rpartition('/')[2]}"
        who["orcid_authenticated"] = "true" if orcid.get("authenticated") == "true" else None
    who["alt_names"] = [_alt_name(one) for one in element.iterfind("{*}alt-name/{*}*")]
    style = element.get("name-style")
    who["name_style"] = style if style != "western" else None
    who["language"] = element.get("language")
    return {key: value for key, value in who.items() if value}, unknown


def _roles(element: Element) -> Iterator[str]:
    """Yield the roles: those of the ``role`` elements, else the one of the attribute that older versions had.

    CRediT says what somebody did, and not as what: beside it the attribute counts.
    """
    roles = list(element.iterfind("{*}role"))
    if all(one.get("vocab") == "credit" for one in roles):
        yield (element.get("contributor_role") or "author").replace("_", "-")
    for one in roles:
        kind = one.get("type") or ""
        yield _OUTPUT_ROLES.get(kind, kind)


def institution(element: Element) -> Fields:
    """Return an institution: name, ids, acronym, place, department."""
    found: Fields = {"name": _text(element, "institution_name")}
    for one in element.iterfind("{*}institution_id"):
        kind = one.get("type") or next((kind for kind in ("ror", "isni", "wikidata") if kind in _plain(one)), "")
        if kind:
            found[kind] = _plain(one).replace("http://", "https://")
    for key in ("acronym", "place", "department"):
        found[key] = _text(element, f"institution_{key}")
    return {key: value for key, value in found.items() if value}


def _alt_name(element: Element) -> Fields:
    if local(element) == "string-name":
        found: Fields = {"text": _plain(element)}
    else:
        names = {"given": "given_name", "family": "surname", "prefix": "prefix", "suffix": "suffix"}
        found = {key: _text(element, name) for key, name in names.items()}
    found |= {"language": element.get("language"), "style": element.get("name-style")}
    return {key: value for key, value in found.items() if value}
