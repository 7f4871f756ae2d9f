"""Contributors in their order, and institutions: the affiliations of people and the body that issues a series."""

from collections.abc import Iterator, Sequence
from typing import Final

from doideposit.crossref.xml.markup import Markup, leaf
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.records.models.contributors import (
    AltName,
    Anonymous,
    Contributor,
    Institution,
    Organisation,
    Person,
    Publisher,
)
from doideposit.records.models.roles import CREDIT_ROLES, CROSSREF_ROLES, Role

__all__ = ["complete_affiliation", "contributors", "institution", "leading_role", "publisher", "role_list"]


def contributors(schema: Dialect, people: Sequence[Contributor], home: Institution | None) -> Markup | None:
    """Return ``contributors``: everyone in the order of the byline; `home` completes affiliations that name it.

    A work that names nobody has no such element: an empty one is invalid (crossref5.5.0.xsd: contributors).
    """
    if not people:
        return None
    return schema.make("contributors", *(_contributor(schema, home, place, who) for place, who in enumerate(people)))


def _contributor(schema: Dialect, home: Institution | None, place: int, who: Contributor) -> Markup:
    # The attribute decides who is named first in a citation, not the order of the elements alone.
    sequence = "additional" if place else "first"
    match who:
        case Person():
            return _person(schema, home, sequence, who)
        case Organisation():
            return schema.make.text(
                "organization",
                who.organisation,
                sequence=sequence,
                contributor_role=leading_role(schema, who.roles),
                language=_language(schema, who.language),
            )
        case Anonymous():
            return schema.make(
                "anonymous",
                *_roles(schema, who.roles),
                _affiliations(schema, home, who.affiliations),
                sequence=sequence,
                contributor_role=leading_role(schema, who.roles),
            )


def _person(schema: Dialect, home: Institution | None, sequence: str, who: Person) -> Markup:
    make = schema.make
    confirmed = "true" if who.orcid_authenticated else "false"
    # The schema wants the iD as an address; `authenticated` says whether the person signed in at ORCID.
    orcid = None if who.orcid is None else make.text("ORCID", who.orcid.url, authenticated=confirmed)
    style = {"name-style": who.name_style}
    return make(
        "person_name",
        # The order is that of crossref5.5.0.xsd, person_name: names, then roles, affiliations, ORCID iD, other names.
        leaf("given_name", who.given),
        leaf("surname", who.family),
        leaf("suffix", who.suffix),
        *_roles(schema, who.roles),
        _affiliations(schema, home, who.affiliations),
        orcid,
        make.listed("alt-name", (_alt_name(schema, name) for name in who.alt_names)) if schema.alt_names else None,
        sequence=sequence,
        contributor_role=leading_role(schema, who.roles),
        **style,
        language=_language(schema, who.language),
    )


def leading_role(schema: Dialect, roles: Sequence[Role]) -> str:
    """Return the first role that ``contributor_role`` can hold, which readers of older versions rely on."""
    return next((role for role in roles if role in schema.contributor_roles), Role.AUTHOR)


def role_list(roles: Sequence[Role]) -> tuple[Role, ...]:
    """Return what the ``role`` elements say: nothing for a single role of Crossref's own, which the attribute holds.

    CRediT tells what someone did, not what the byline calls them; so a role of Crossref's own leads the list.
    """
    if len(roles) <= 1 and not CREDIT_ROLES.intersection(roles):
        return ()
    return tuple(roles) if CROSSREF_ROLES.intersection(roles) else (Role.AUTHOR, *roles)


def _roles(schema: Dialect, roles: Sequence[Role]) -> Iterator[Markup]:
    if schema.roles:
        for role in role_list(roles):
            yield schema.make("role", vocab="credit" if role in CREDIT_ROLES else "crossref", type=role)


def _affiliations(schema: Dialect, home: Institution | None, named: Sequence[Institution]) -> Markup | None:
    return schema.make.listed("affiliations", (institution(schema, complete_affiliation(one, home)) for one in named))


def complete_affiliation(affiliation: Institution, home: Institution | None) -> Institution:
    """Return the affiliation with what the configuration knows of it, where it is the series' own institution.

    It is that institution when it has its ROR id, its name, or its acronym for a name. What the record says stays.
    """
    if home is None or not _is_same_institution(affiliation, home):
        return affiliation
    by_acronym = affiliation.name is not None and _is_among(affiliation.name, *home.acronym)
    own, known = affiliation.__dict__, home.__dict__
    added = {name: known[name] for name in _COMPLETED if not own[name] and known[name]}
    if by_acronym:
        added["name"] = home.name
    return affiliation.model_copy(update=added) if added else affiliation


_COMPLETED: Final = ("name", "ror", "isni", "wikidata", "acronym", "place")


def _is_same_institution(one: Institution, other: Institution) -> bool:
    # Two ROR ids decide alone: institutions of one name can be different ones.
    if one.ror is not None and other.ror is not None:
        return one.ror == other.ror
    return one.name is not None and _is_among(one.name, other.name, *other.acronym)


def _is_among(name: str, *names: str | None) -> bool:
    return name.casefold() in {one.casefold() for one in names if one is not None}


def institution(schema: Dialect, body: Institution) -> Markup:
    """Return ``institution`` (crossref5.5.0.xsd): name, ids, acronyms, places, departments."""
    make = schema.make
    ids = (("ror", body.ror), ("isni", body.isni), ("wikidata", body.wikidata))
    return make(
        "institution",
        leaf("institution_name", body.name),
        *(make.text("institution_id", value.url, type=kind) for kind, value in ids if value is not None),
        # After the name or an identifier, at least one of which the schema wants, everything else may be left out.
        *(leaf("institution_acronym", text) for text in body.acronym),
        *(leaf("institution_place", text) for text in body.place),
        *(leaf("institution_department", text) for text in body.department),
    )


def publisher(schema: Dialect, who: Publisher) -> Markup:
    """Return ``publisher``: name and place."""
    make = schema.make
    return make("publisher", leaf("publisher_name", who.name), leaf("publisher_place", who.place))


def _alt_name(schema: Dialect, name: AltName) -> Markup:
    make = schema.make
    style = {"name-style": name.style}
    language = _language(schema, name.language)
    if name.text is not None:
        return make.text("string-name", name.text, **style, language=language)
    return make(
        "name",
        leaf("surname", name.family),
        leaf("given_name", name.given),
        leaf("prefix", name.prefix),
        leaf("suffix", name.suffix),
        **style,
        language=language,
    )


def _language(schema: Dialect, tag: str | None) -> str | None:
    return None if tag is None else schema.language(tag).code
