"""Contributors and institutions of a registered record, in the words of a record file."""

from collections.abc import Iterator
from typing import Final

from doideposit.records.origin import RawValue
from doideposit.registered.texts import ReadText
from doideposit.safe_xml import Element, local_name

__all__ = ["INSTITUTION_LISTS", "contributors", "institution"]

Fields = dict[str, RawValue]
# What the output schema unixref1.1.xsd calls a role that crossref5.5.0.xsd calls otherwise.
_OUTPUT_ROLES: Final = {"writing-review-and-editing": "writing-review-editing"}
# What an institution can have several of; a record file writes a single one as a text.
INSTITUTION_LISTS: Final = ("acronym", "place", "department")
# The identifiers of an institution (crossref5.5.0.xsd: institution_id/@type).
_IDS: Final = ("ror", "isni", "wikidata")
# Elements and attributes that are read; what else a record holds is told and not lost silently.
_READ: Final = frozenset("given_name surname suffix role affiliations affiliation ORCID alt-name".split())


def _child_text(element: Element, name: str) -> str:
    found = element.find(f"{{*}}{name}")
    return "" if found is None else ReadText.plain(found)


def contributors(element: Element) -> tuple[list[Fields], list[tuple[str, Element]]]:
    """Return the contributors, each person once, and the parts that a record file has no field for, each with its name.

    An entry that has nothing to add but roles is one with the earlier entry of the same person.
    """
    people: list[Fields] = []
    unknown: list[tuple[str, Element]] = []
    known: dict[object, Fields] = {}
    # `sequence` says who comes first, whatever the order of the elements.
    for child in sorted(
        (node for node in element if local_name(node)), key=lambda element: element.get("sequence") != "first"
    ):
        who, parts = _contributor(child)
        unknown += [(f"authors[{len(people)}].{local_name(part)}", part) for part in parts]
        key = _person_key(who)
        if not _merged(known.get(key), who):
            people.append(who)
            known |= {key: who} if key else {}
    return people, unknown


def _contributor(element: Element) -> tuple[Fields, list[Element]]:
    """Return a contributor, and the parts that a record file has no field for, such as degrees."""
    name = local_name(element)
    unknown = [
        child for child in element if local_name(child) and local_name(child) not in _READ and name == "person_name"
    ]
    bodies = [institution(node) for node in element.iterfind("{*}affiliations/{*}institution")]
    unknown += [part for _, parts in bodies for part in parts]
    who: Fields
    match name:
        case "organization":
            who = {"organisation": ReadText.own(element)}
        case "anonymous":
            who = {"anonymous": "true"}
        case _:
            who = {"given": _child_text(element, "given_name"), "family": _child_text(element, "surname"),
                   "suffix": _child_text(element, "suffix")}  # fmt: skip
    who["roles"] = list(_roles_of(element)) if list(_roles_of(element)) != ["author"] else None
    who["affiliations"] = [body for body, _ in bodies] + [
        {"name": ReadText.plain(node)} for node in element.iterfind("{*}affiliation")
    ]
    orcid = element.find("{*}ORCID")
    if orcid is not None:
        # Answers still have http for what was deposited years ago.
        who["orcid"] = ReadText(f"https://orcid.org/{ReadText.plain(orcid).rpartition('/')[2]}", orcid)
        who["orcid_authenticated"] = "true" if orcid.get("authenticated") == "true" else None
    who["alt_names"] = [_alt_name(node) for node in element.iterfind("{*}alt-name/{*}*")]
    style = element.get("name-style")
    # Western is the default of the schema (crossref5.5.0.xsd: person_name/@name-style).
    who["name_style"] = style if style != "western" else None
    who["language"] = element.get("language")
    return {key: value for key, value in who.items() if value}, unknown


def _person_key(who: Fields) -> tuple[RawValue, ...] | None:
    """Return a key that is equal for entries of one person, or None for somebody without a name."""
    names = [who.get(name) for name in ("given", "family", "suffix", "organisation")]
    return (*names, who.get("orcid")) if any(names) else None


def _merged(same: Fields | None, who: Fields) -> bool:
    """Add the roles of an entry to those of an earlier entry of the same person; False where it has none to add.

    Before schema 5.4 somebody with two roles was there twice; who is there twice with one role is a mistake.
    """
    new = _roles_read(who)
    if same is None or {*new} & {*_roles_read(same)}:
        return False
    same["roles"] = [*_roles_read(same), *new]
    return True


def _roles_read(who: Fields) -> list[RawValue]:
    roles = who.get("roles")
    return list(roles) if isinstance(roles, list) else ["author"]


def _roles_of(element: Element) -> Iterator[str]:
    """Yield the roles: those of the ``role`` elements, else the one of the attribute that older versions had.

    CRediT says what somebody did, and not as what: beside it the attribute counts.
    """
    roles = list(element.iterfind("{*}role"))
    if all(node.get("vocab") == "credit" for node in roles):
        yield (element.get("contributor_role") or "author").replace("_", "-")
    for role in roles:
        kind = role.get("type") or ""
        yield _OUTPUT_ROLES.get(kind, kind)


def institution(element: Element) -> tuple[Fields, list[Element]]:
    """Return an institution, and the ids that a record file has no field for; single values are texts, not lists."""
    found: Fields = {"name": _child_text(element, "institution_name")}
    unknown: list[Element] = []
    for node in element.iterfind("{*}institution_id"):
        # Where the attribute is missing, the address itself tells which kind of identifier it is.
        kind = node.get("type") or next((kind for kind in _IDS if kind in ReadText.plain(node)), "")
        value = ReadText(ReadText.plain(node).replace("http://", "https://"), node)
        # The schema takes any number of ids, a record file one of each kind.
        if kind not in _IDS or found.setdefault(kind, value) != value:
            unknown.append(node)
    for key in INSTITUTION_LISTS:
        texts = [text for one in element.iterfind(f"{{*}}institution_{key}") if (text := ReadText.plain(one))]
        found[key] = texts[0] if len(texts) == 1 else texts
    return {key: value for key, value in found.items() if value}, unknown


def _alt_name(element: Element) -> Fields:
    if local_name(element) == "string-name":
        found: Fields = {"text": ReadText.plain(element)}
    else:
        names = {"given": "given_name", "family": "surname", "prefix": "prefix", "suffix": "suffix"}
        found = {key: _child_text(element, name) for key, name in names.items()}
    found |= {"language": element.get("language"), "style": element.get("name-style")}
    return {key: value for key, value in found.items() if value}
