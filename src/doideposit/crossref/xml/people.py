"""Contributors in their order, and institutions: the affiliations of people and the body that issues a series."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doideposit.crossref.xml.markup import Markup, leaf
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.records.models.contributors import (
    AltName,
    Anonymous,
    Contributor,
    Institution,
    Organisation,
    Person,
)
from doideposit.records.models.roles import CREDIT_ROLES, CROSSREF_ROLES, Role

__all__ = ["People"]


@dataclass(frozen=True, slots=True)
class People:
    """Write people and institutions.

    `home` is the institution of the series, which completes affiliations that name it.
    """

    schema: Dialect
    home: Institution | None

    def contributors(self, people: Sequence[Contributor]) -> Markup | None:
        """Return ``contributors``: everyone in the order of the byline; `home` completes affiliations that name it.

        A work that names nobody has no such element: an empty one is invalid (crossref5.5.0.xsd: contributors).
        """
        if not people:
            return None
        return self.schema.make(
            "contributors", *(self._contributor_markup(place, who) for place, who in enumerate(people))
        )

    def _contributor_markup(self, place: int, who: Contributor) -> Markup:
        # The attribute decides who is named first in a citation, not the order of the elements alone.
        sequence = "additional" if place else "first"
        match who:
            case Person():
                return self._person_markup(sequence, who)
            case Organisation():
                return self.schema.make.text(
                    "organization",
                    who.organisation,
                    sequence=sequence,
                    contributor_role=self.schema.leading_role(who.roles),
                    language=self.schema.language_code(who.language),
                )
            case Anonymous():
                return self.schema.make(
                    "anonymous",
                    *self._role_markup(who.roles),
                    self._affiliations_markup(who.affiliations),
                    sequence=sequence,
                    contributor_role=self.schema.leading_role(who.roles),
                )

    def _person_markup(self, sequence: str, who: Person) -> Markup:
        make = self.schema.make
        confirmed = "true" if who.orcid_authenticated else "false"
        # The schema wants the iD as an address; `authenticated` says whether the person signed in at ORCID.
        orcid = None if who.orcid is None else make.text("ORCID", who.orcid.url, authenticated=confirmed)
        style = {"name-style": who.name_style}
        return make(
            "person_name",
            # The order is that of crossref5.5.0.xsd, person_name: names, then roles, affiliations, ORCID iD, other
            # names.
            leaf("given_name", who.given),
            leaf("surname", who.family),
            leaf("suffix", who.suffix),
            *self._role_markup(who.roles),
            self._affiliations_markup(who.affiliations),
            orcid,
            make.listed("alt-name", (self._alt_name_markup(name) for name in who.alt_names))
            if self.schema.alt_names
            else None,
            sequence=sequence,
            contributor_role=self.schema.leading_role(who.roles),
            **style,
            language=self.schema.language_code(who.language),
        )

    def _role_markup(self, roles: Sequence[Role]) -> Iterator[Markup]:
        if self.schema.roles:
            for role in People.role_list(roles):
                yield self.schema.make("role", vocab="credit" if role in CREDIT_ROLES else "crossref", type=role)

    def _affiliations_markup(self, named: Sequence[Institution]) -> Markup | None:
        return self.schema.make.listed(
            "affiliations", (self.institution(institution.completed(self.home)) for institution in named)
        )

    def institution(self, body: Institution) -> Markup:
        """Return ``institution`` (crossref5.5.0.xsd): name, ids, acronyms, places, departments."""
        make = self.schema.make
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

    def _alt_name_markup(self, name: AltName) -> Markup:
        make = self.schema.make
        style = {"name-style": name.style}
        language = self.schema.language_code(name.language)
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

    @staticmethod
    def role_list(roles: Sequence[Role]) -> tuple[Role, ...]:
        """Return what the ``role`` elements say: nothing for one role of Crossref's own, which the attribute holds.

        CRediT tells what someone did, not what the byline calls them; so a role of Crossref's own leads the list.
        """
        if len(roles) <= 1 and not CREDIT_ROLES.intersection(roles):
            return ()
        return tuple(roles) if CROSSREF_ROLES.intersection(roles) else (Role.AUTHOR, *roles)
