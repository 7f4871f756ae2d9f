"""What is in programs beside the bibliography: funding, licences, Crossmark, and relations to other works."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doideposit.crossref.names import ACCESS, FUNDING, RELATIONS
from doideposit.crossref.xml.markup import Maker, Markup, escaped, leaf
from doideposit.crossref.xml.richtext import rich
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.relations import INTRA_WORK, Funding, IdentifierType, Relation
from doideposit.records.models.text import RichText

__all__ = ["Programs"]

_FR, _AI, _REL = Maker.of(FUNDING), Maker.of(ACCESS), Maker.of(RELATIONS)


@dataclass(frozen=True, slots=True)
class Programs:
    """Write the programs of one commentary, and Crossmark around them."""

    schema: Dialect
    commentary: Commentary

    def rights(self) -> list[Markup]:
        """Return Crossmark with funding and licences inside, or these two alone: no record can have both."""
        # Inside of Crossmark the programs are in custom_metadata; beside it the schema takes no second copy of them.
        mark = self.crossmark()
        if mark is not None:
            return [mark]
        gone = {name: self.emptied(name) for name in ("funding", "licences")}
        programs = (self.funding() or gone["funding"], self.access() or gone["licences"])
        written = [program for program in programs if program is not None]
        if not written and {"updates", "crossmark_policy", "assertions"}.intersection(self.commentary.remove):
            # An empty parent is how Crossref is told to take a block away.
            return [self.schema.make("crossmark")]
        return written

    def emptied(self, name: str) -> Markup | None:
        """Return the empty element that removes registered content if the record says so; else None.

        Crossref keeps what a deposit leaves out, and empties what comes as an empty parent (Crossref documentation,
        metadata removal markup guide).
        """
        if name not in self.commentary.remove:
            return None
        # The name on the program tells Crossref's systems which of them is meant, beside its namespace.
        make, program = {
            "funding": (_FR, "fundref"),
            "licences": (_AI, "AccessIndicators"),
            "relations": (_REL, "relations"),
        }[name]
        return make.outer("program", name=program)

    def crossmark(self) -> Markup | None:
        """Return ``crossmark``: policy page, works this one updates, and in custom_metadata what else is shown.

        None without a policy page: common5.5.0.xsd takes no updates without it, and losses() says so.
        """
        policy = self.commentary.effective_crossmark_policy
        if policy is None:
            return None
        make = self.schema.make
        updates = (
            # The text is the DOI of the older work: the update points back, and Crossref links the two in both
            # directions.
            make.text("update", update.doi.printed, type=update.type, date=update.date.isoformat())
            for update in self.commentary.updates
        )
        programs = (self.funding(), self.access())
        # common5.5.0.xsd: custom_metadata takes assertions first.
        custom = (*self._assertions(), *(program for program in programs if program is not None))
        return make(
            "crossmark",
            leaf("crossmark_policy", policy.printed),
            make.listed("updates", updates),
            make.listed("custom_metadata", custom),
        )

    def _assertions(self) -> Iterator[Markup]:
        """Yield the assertions that Crossmark shows, such as the date of receipt."""
        for assertion in self.commentary.assertions:
            attributes = {
                "name": assertion.name,
                "label": assertion.shown_label,
                "group_name": assertion.group,
                "group_label": assertion.group_label,
                "order": None if assertion.order is None else str(assertion.order),
                "explanation": assertion.explanation,
                "href": assertion.url,
            }
            yield rich(self.schema.make, "assertion", assertion.text, **attributes)

    def funding(self) -> Markup | None:
        """Return ``fr:program`` with one group for each funder, or None."""
        groups = [_funder_group(funding) for funding in self.commentary.funding]
        return _FR.outer("program", *groups, name="fundref") if groups else None

    def access(self) -> Markup | None:
        """Return ``ai:program``: free to read first, then the licences, or None."""
        free = self.commentary.effective_free_to_read
        start = free and free.start_date and free.start_date.isoformat()
        end = free and free.end_date and free.end_date.isoformat()
        # AccessIndicators.xsd wants `free_to_read` before the licences.
        parts = [_AI("free_to_read", start_date=start or None, end_date=end or None)] if free else []
        parts += [
            _AI.text(
                "license_ref",
                licence.url,
                applies_to=None if licence.applies_to == "unspecified" else licence.applies_to,
                start_date=licence.start_date.isoformat() if licence.start_date else None,
            )
            for licence in self.commentary.effective_licences
        ]
        return _AI.outer("program", *parts, name="AccessIndicators") if parts else None

    @staticmethod
    def relations(relations: Sequence[Relation]) -> Markup | None:
        """Return ``rel:program`` with every relation in its family, or None."""
        items = [_related_item(relation) for relation in relations]
        return _REL.outer("program", *items, name="relations") if items else None

    @staticmethod
    def membership_relations(commentary: Commentary) -> tuple[Relation, ...]:
        """Return ``isPartOf`` the series by each ISSN, for record types that have no place for the ISSN."""
        if "is_part_of" in commentary.without:
            return ()
        series = commentary.series
        given = {(relation.type, relation.identifier) for relation in commentary.relations}
        # A bare ISSN tells a reader nothing: the description names the series beside it.
        words = RichText(f"{series.title} (series)", (f"{series.title} (series)",))
        return tuple(
            Relation(
                type="isPartOf",
                identifier=str(issn.issn),
                identifier_type=IdentifierType.ISSN,
                description=words,
                language="en",
            )
            for issn in series.issns
            # A relation that the record itself has is not written twice.
            if ("isPartOf", str(issn.issn)) not in given
        )


def _funder_group(funding: Funding) -> Markup:
    return _FR(
        "assertion",
        *_funder_name(funding),
        # A group ties these numbers to this funder; without it, Crossref could not tell whose award is whose.
        *(_FR.text("assertion", award, name="award_number") for award in funding.awards),
        *(_FR.text("assertion", grant.printed, name="grant_doi") for grant in funding.grant_dois),
        name="fundgroup",
    )


def _funder_name(funding: Funding) -> Iterator[Markup]:
    """Yield the ROR id of a funder, or its name with the funder id in it (Crossref documentation, funding data)."""
    if funding.ror is not None:
        # With a ROR id the name is left out: Crossref takes one or the other for a funder.
        yield _FR.text("assertion", funding.ror.url, name="ror")
    elif funding.name is not None:
        number = funding.funder_id
        registry = None if number is None else _FR.text("assertion", number.url, name="funder_identifier")
        yield _FR("assertion", escaped(funding.name), registry, name="funder_name")


def _related_item(relation: Relation) -> Markup:
    # relations.xsd has two families: forms of the same work (a translation, a preprint), and other works.
    family = "intra_work_relation" if relation.type in INTRA_WORK else "inter_work_relation"
    kind = {"relationship-type": relation.type, "identifier-type": relation.identifier_type}
    return _REL(
        "related_item",
        _description_markup(relation),
        _REL.text(family, _identifier(relation), **kind, namespace=relation.namespace),
    )


def _description_markup(relation: Relation) -> Markup | None:
    if relation.description is None:
        return None
    nodes = relation.description.without_math()
    language = Dialect.relation_language(relation.language) if relation.language else None
    return rich(_REL, "description", nodes, language=language) if nodes else None


def _identifier(relation: Relation) -> str:
    """Return the identifier of a relation; a DOI without its address."""
    if relation.identifier_type is IdentifierType.DOI:
        return Doi.parse(relation.identifier).printed
    return relation.identifier
