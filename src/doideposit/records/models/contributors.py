"""Who made a commentary: persons, organisations and anonymous contributors, and the institutions behind them."""

import re
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from doideposit.records.identifiers import Isni, Orcid, Ror, Wikidata
from doideposit.records.models.roles import Role
from doideposit.records.models.text import ONE_TEXT, WORDS, Language, PlainText, Value

__all__ = [
    "AltName",
    "Anonymous",
    "Contributor",
    "Institution",
    "NameStyle",
    "Organisation",
    "Person",
    "Publisher",
]


class NameStyle(StrEnum):
    """The order of the parts of a personal name (crossref5.5.0.xsd: name-style)."""

    WESTERN = "western"
    EASTERN = "eastern"
    ISLENSK = "islensk"
    GIVEN_ONLY = "given-only"


# An institution has at most so many acronyms, places and departments (crossref5.5.0.xsd: institution).
_SIX = Field(max_length=6)
# Crossref's schema takes no text of a single character for these two.
_PlaceOrPart = Annotated[PlainText, Field(min_length=2, max_length=255)]


class Institution(Value):
    """An affiliation, or an issuing body: a name or at least one id (crossref5.5.0.xsd: institution)."""

    name: Annotated[PlainText, Field(max_length=1024)] | None = None
    """The full name as printed."""
    ror: Ror | None = None
    """Its ROR id."""
    isni: Isni | None = None
    """Its ISNI."""
    wikidata: Wikidata | None = None
    """Its Wikidata item."""
    acronym: Annotated[tuple[Annotated[PlainText, Field(max_length=255)], ...], ONE_TEXT, _SIX] = ()
    """The acronym, such as SADF; a list where there are several."""
    place: Annotated[tuple[_PlaceOrPart, ...], ONE_TEXT, _SIX] = ()
    """The city; a country only where the city alone would not be understood. A list where there are several."""
    department: Annotated[tuple[_PlaceOrPart, ...], ONE_TEXT, _SIX] = ()
    """A department within it; a list where there are several."""

    @model_validator(mode="before")
    @classmethod
    def _accept_name_alone(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _require_name_or_id(self) -> "Institution":
        # crossref5.5.0.xsd, institution: a name or an identifier is wanted, and both may be there.
        if not (self.name or self.ror or self.isni or self.wikidata):
            raise PydanticCustomError(
                "institution-unnamed",
                "an institution needs a name or an id",
                {"hint": "give its `name`, or its `ror`, `isni` or `wikidata` id"},
            )
        return self

    def completed(self, home: "Institution | None") -> "Institution":
        """Return the affiliation with what the configuration knows of it, where it is the series' own institution.

        It is that institution when it has its ROR id, its name, or its acronym for a name. What the record says stays.
        """
        if home is None or not _is_same_institution(self, home):
            return self
        by_acronym = self.name is not None and _is_among(self.name, *home.acronym)
        own, known = self.__dict__, home.__dict__
        added = {name: known[name] for name in _COMPLETED if not own[name] and known[name]}
        if by_acronym:
            added["name"] = home.name
        return self.model_copy(update=added) if added else self


_COMPLETED: Final = ("name", "ror", "isni", "wikidata", "acronym", "place")


def _is_same_institution(institution: Institution, other: Institution) -> bool:
    # Two ROR ids decide alone: institutions of one name can be different ones.
    if institution.ror is not None and other.ror is not None:
        return institution.ror == other.ror
    return institution.name is not None and _is_among(institution.name, other.name, *other.acronym)


def _is_among(name: str, *names: str | None) -> bool:
    return name.casefold() in {other.casefold() for other in names if other is not None}


class Publisher(Value):
    """Who publishes the series (crossref5.5.0.xsd: publisher)."""

    name: Annotated[PlainText, Field(max_length=255)]
    """The publisher's name."""
    place: Annotated[PlainText, Field(min_length=2, max_length=255)] | None = None
    """The city."""

    @model_validator(mode="before")
    @classmethod
    def _accept_name_alone(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class AltName(Value):
    """Another form of a person's name, as one text or in parts (crossref5.5.0.xsd: alt-name)."""

    text: Annotated[PlainText, Field(max_length=511)] | None = None
    """The whole name as one text, for instance in the original script."""
    given: Annotated[PlainText, Field(max_length=200)] | None = None
    """Given name, when the name is given in parts."""
    family: Annotated[PlainText, Field(max_length=200)] | None = None
    """Family name, when the name is given in parts."""
    prefix: Annotated[PlainText, Field(max_length=200)] | None = None
    """A prefix such as a title, when the name is given in parts."""
    suffix: Annotated[PlainText, Field(max_length=10)] | None = None
    """A suffix such as Jr., when the name is given in parts."""
    language: Language | None = None
    """The language of this form."""
    style: NameStyle | None = None
    """The order of given and family name in this form."""

    @model_validator(mode="before")
    @classmethod
    def _accept_text_alone(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _require_one_form(self) -> "AltName":
        # The schema has two elements for it, `string-name` and `name`, and takes one of them.
        in_parts = self.given is not None or self.family is not None
        if (self.text is not None) == in_parts or (self.text is not None and (self.prefix or self.suffix)):
            raise PydanticCustomError(
                "alt-name-form",
                "an alternative name is either one `text` or parts (`given`, `family`)",
                {"hint": "give one of the two forms"},
            )
        return self


class Person(Value):
    """A person; someone with a single name has it as `family` (Crossref documentation, authors and editors)."""

    given: Annotated[PlainText, Field(max_length=200)] | None = None
    """Given names or initials, without Dr. or Prof."""
    family: Annotated[PlainText, Field(max_length=200)]
    """Family name with its particles (van, de, bin)."""
    name: Annotated[PlainText, Field(max_length=200)] | None = None
    """The name of somebody who has only one, in place of `given` and `family`."""
    suffix: Annotated[PlainText, Field(max_length=10)] | None = None
    """Jr., Sr., III: nothing else."""
    roles: Annotated[tuple[Role, ...], WORDS] = (Role.AUTHOR,)
    """The roles of the person: Crossref's own, or CRediT roles."""
    orcid: Orcid | None = None
    """The ORCID iD."""
    orcid_authenticated: bool = False
    """True only when the person signed in at ORCID to confirm the iD."""
    affiliations: Annotated[tuple[Institution, ...], ONE_TEXT] = ()
    """Present affiliations."""
    alt_names: Annotated[tuple[AltName, ...], ONE_TEXT] = ()
    """Other forms of the name, for instance in the original script."""
    name_style: NameStyle | None = None
    """The order of given and family name; leave it out if it is not known."""
    language: Language | None = None
    """The language of the name."""

    @model_validator(mode="before")
    @classmethod
    def _accept_single_name(cls, value: Any) -> Any:
        """Use a single name as the family name, as Crossref wants it."""
        if not isinstance(value, dict) or value.get("name") is None:
            return value
        text = str(value["name"]).strip()
        # White space, a comma or a semicolon show that somebody wrote a whole name, or several, under this key.
        if value.get("family") or value.get("given") or re.search(r"[\s,;]", text):
            hint = "write `given` and `family`; write a single name of several words in `family`"
            words = {"field": "name", "hint": hint}
            raise PydanticCustomError("name-in-parts", "`name` is for a person with one name only", words)
        return {**value, "family": text}

    @property
    def display(self) -> str:
        """Return the name as read aloud: given, family, suffix."""
        return " ".join(part for part in (self.given, self.family, self.suffix) if part)


# What Crossref takes of persons alone (crossref5.5.0.xsd: person_name, organization).
_OF_PERSONS = ("given", "family", "suffix", "orcid", "affiliations", "alt_names")


class Organisation(Value):
    """An organisation that is an author (crossref5.5.0.xsd: organization); it has no affiliation and no id there."""

    organisation: Annotated[PlainText, Field(max_length=511)]
    """The name of the group."""
    roles: Annotated[tuple[Role, ...], WORDS] = (Role.AUTHOR,)
    """The roles of the group: Crossref's own roles, because CRediT roles are for persons only."""
    language: Language | None = None
    """The language of the name."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_keys_of_persons(cls, value: Any) -> Any:
        """Report once that several keys belong to a person: the name is probably under the wrong key."""
        given = [key for key in _OF_PERSONS if value.get(key) is not None] if isinstance(value, dict) else []
        if given:
            keys = " and no ".join(f"`{key}`" for key in given)
            hint = (
                "for a person write `given` and `family`; an organisation has the keys organisation, roles and language"
            )
            words = {"field": given[0], "hint": hint, "keys": keys}
            raise PydanticCustomError("unknown-key", "an organisation has no {keys}", words)
        return value

    @property
    def display(self) -> str:
        """Return the name of the group."""
        return self.organisation


def _parse_yes(value: Any) -> Any:
    """Read the texts that mean yes in a record file; anything else says that there is a name after all."""
    if value is True or (isinstance(value, str) and value.lower() in {"true", "yes"}):
        return True
    raise PydanticCustomError(
        "anonymous-no",
        "`anonymous` can only be true",
        {"hint": "delete the key, and give `family` and `given`, or `organisation`"},
    )


class Anonymous(Value):
    """A contributor who is not named (crossref5.5.0.xsd: anonymous)."""

    anonymous: Annotated[Literal[True], BeforeValidator(_parse_yes)]
    """Always true; it marks the contributor as not named."""
    roles: Annotated[tuple[Role, ...], WORDS] = (Role.AUTHOR,)
    """The roles of the contributor."""
    affiliations: Annotated[tuple[Institution, ...], ONE_TEXT] = ()
    """Affiliations, if they may be published."""

    @property
    def display(self) -> str:
        """Return the word to show in place of a name."""
        return "Anonymous"


# American and other words for `organisation`: a fault, which is told as one of an organisation and not of a person.
_MEANT = frozenset({"organization", "organisations", "organizations", "institution", "institute", "group", "corporate"})


def _kind_of(value: Any) -> str:
    if isinstance(value, dict):
        if "organisation" in value or (_MEANT & value.keys() and not {"family", "given"} & value.keys()):
            return "organisation"
        return "anonymous" if "anonymous" in value else "person"
    if isinstance(value, Organisation):
        return "organisation"
    return "anonymous" if isinstance(value, Anonymous) else "person"


# A contributor in its place in the order: the first of the list is Crossref's `sequence="first"`.
Contributor = Annotated[
    Annotated[Person, Tag("person")]
    | Annotated[Organisation, Tag("organisation")]
    | Annotated[Anonymous, Tag("anonymous")],
    Discriminator(_kind_of),
]
