"""How a commentary relates to other things: relations, updates, funding, licences, versions, archives, full texts."""

import re
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from doideposit.records.identifiers import Doi, InvalidIdentifier, Ror
from doideposit.records.models.dates import Day
from doideposit.records.models.text import ONE_TEXT, Language, PlainText, RichText, Url, Value

__all__ = [
    "INTER_WORK",
    "INTRA_WORK",
    "Archive",
    "FreeToRead",
    "FullText",
    "Funding",
    "IdentifierType",
    "Licence",
    "Relation",
    "Status",
    "Update",
    "UpdateType",
    "Version",
]

# relations.xsd: intra_work_relation is between forms of one work, inter_work_relation between different works.
INTRA_WORK = frozenset(
    "isTranslationOf hasTranslation isPreprintOf hasPreprint isManuscriptOf hasManuscript isExpressionOf hasExpression "
    "isManifestationOf hasManifestation isReplacedBy replaces isSameAs isIdenticalTo isVariantFormOf isOriginalFormOf "
    "isVersionOf hasVersion isFormatOf hasFormat".split()
)
# The names of Crossref's relations schema (relations.xsd), between works and within one.
INTER_WORK = frozenset(
    "isDerivedFrom hasDerivation isReviewOf hasReview isCommentOn hasComment isReplyTo hasReply basedOnData "
    "isDataBasisFor hasRelatedMaterial isRelatedMaterial isCompiledBy compiles isDocumentedBy documents "
    "isSupplementTo isSupplementedBy isContinuedBy continues isPartOf hasPart references isReferencedBy isBasedOn "
    "isBasisFor requires isRequiredBy finances isFinancedBy".split()
)
# Sorted for messages and the JSON Schema, which must not differ from run to run.
RELATION_TYPES = sorted(INTRA_WORK | INTER_WORK)


class IdentifierType(StrEnum):
    """What kind of identifier names the other thing (relations.xsd: identifier-type)."""

    DOI = "doi"
    ISSN = "issn"
    ISBN = "isbn"
    URI = "uri"
    PMID = "pmid"
    PMCID = "pmcid"
    PURL = "purl"
    ARXIV = "arxiv"
    ARK = "ark"
    HANDLE = "handle"
    UUID = "uuid"
    ECLI = "ecli"
    ACCESSION = "accession"
    OTHER = "other"


class Relation(Value):
    """One relation to another work or to another form of this one; Crossref makes the inverse itself."""

    type: Annotated[PlainText, Field(json_schema_extra={"enum": RELATION_TYPES})]
    """The relation, such as isTranslationOf or isCommentOn."""
    identifier: PlainText
    """The identifier of the other work or form: a DOI, an address, an ISSN…"""
    identifier_type: IdentifierType = IdentifierType.DOI
    """The type of the identifier."""
    # Both limits are those of the schema (relations.xsd: namespace).
    namespace: Annotated[PlainText, Field(min_length=4, max_length=1024)] | None = None
    """A namespace for identifiers of the type other."""
    description: RichText | None = None
    """A few words for readers."""
    # relations.xsd lists languages by their two letters, and takes nothing longer.
    language: Annotated[Language, Field(max_length=2)] | None = None
    """The language of the description, two letters."""

    @model_validator(mode="after")
    def _require_known_type(self) -> "Relation":
        if self.type not in INTRA_WORK and self.type not in INTER_WORK:
            raise PydanticCustomError(
                "relation-type-unknown",
                "Crossref has no relation “{type}”",
                {
                    "type": self.type,
                    "field": "type",
                    "known": RELATION_TYPES,
                    "hint": "use one of Crossref's relations, such as isCommentOn",
                },
            )
        if self.identifier_type is IdentifierType.DOI:
            self._check_doi()
        return self

    def _check_doi(self) -> None:
        """Keep the bare DOI; this model is frozen, and this is the end of its making."""
        try:
            object.__setattr__(self, "identifier", Doi.parse(self.identifier).printed)
        # A relation to something else than a work may hold any text.
        except InvalidIdentifier as error:
            hint = error.hint
            if error.code == "doi-shape" and "://" in self.identifier:
                hint = "if it is an address and not a DOI, add `identifier_type: uri`"
            raise error.for_pydantic(field="identifier", hint=hint) from None


class UpdateType(StrEnum):
    """What an update does to the updated work (crossref5.5.0.xsd: update/@type)."""

    ADDENDUM = "addendum"
    CLARIFICATION = "clarification"
    CORRECTION = "correction"
    CORRIGENDUM = "corrigendum"
    ERRATUM = "erratum"
    EXPRESSION_OF_CONCERN = "expression_of_concern"
    NEW_EDITION = "new_edition"
    NEW_VERSION = "new_version"
    PARTIAL_RETRACTION = "partial_retraction"
    REMOVAL = "removal"
    RETRACTION = "retraction"
    WITHDRAWAL = "withdrawal"


class Update(Value):
    """This commentary updates another work: it corrects, retracts or replaces it (Crossmark)."""

    type: UpdateType
    """What the update does."""
    doi: Doi
    """The DOI that is being updated."""
    date: Day
    """The day of the update."""


class Licence(Value):
    """A licence, by the address of its text (AccessIndicators.xsd: license_ref)."""

    # AccessIndicators.xsd wants at least ten characters, which no real address falls short of.
    url: Annotated[Url, Field(min_length=10)]
    """Address of the licence, such as https://creativecommons.org/licenses/by/4.0/."""
    start_date: Day | None = None
    """The day from which it applies; the day of publication if left out."""
    applies_to: Literal["vor", "am", "tdm", "stm-asf", "unspecified"] | None = "vor"
    """Its scope: version of record, accepted manuscript, text mining, the STM sharing framework, or not given."""

    @model_validator(mode="before")
    @classmethod
    def _accept_address_alone(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value

    @staticmethod
    def address_in(text: str) -> str | None:
        """Return the address of a Creative Commons licence from its short name with version, as in “CC BY 4.0”."""
        match = _SHORT_NAME.search(text)
        if match is None:
            return None
        if match["kind"] == "0":
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        if match["version"] is None:
            return None  # The versions differ in what they allow.
        return f"https://creativecommons.org/licenses/{match['kind'].lower()}/{match['version']}/"


class FreeToRead(Value):
    """The text can be read without paying, perhaps only for a time (AccessIndicators.xsd: free_to_read)."""

    start_date: Day | None = None
    """From when."""
    end_date: Day | None = None
    """Until when."""

    @classmethod
    def from_input(cls, value: Any) -> Any:
        """Read ``free_to_read: true`` as "from the day of publication", and ``false`` as not said."""
        if isinstance(value, str) and value.lower() in {"true", "yes", "false", "no"}:
            # In tables and headers every value is a text, also one that means yes.
            value = value.lower() in {"true", "yes"}
        if isinstance(value, bool):
            return {} if value else None
        return value


class Funding(Value):
    """One funder and its awards (fundref.xsd)."""

    name: PlainText | None = None
    """Name of the funder."""
    ror: Ror | None = None
    """ROR id of the funder: the form Crossref prefers."""
    funder_id: Doi | None = None
    """Id in the Open Funder Registry, a DOI such as 10.13039/501100000780."""
    awards: Annotated[tuple[PlainText, ...], ONE_TEXT] = ()
    """Award numbers."""
    grant_dois: Annotated[tuple[Doi, ...], ONE_TEXT] = ()
    """DOIs of the grants."""

    @model_validator(mode="after")
    def _require_funder(self) -> "Funding":
        # An award number alone says nothing: funders count their awards from one, each for itself.
        if not (self.name or self.ror or self.grant_dois):
            raise PydanticCustomError(
                "funder-unnamed",
                "funding needs a funder",
                {"hint": "give the funder's `ror`, or its `name` (with its `funder_id`), or the `grant_dois`"},
            )
        if self.funder_id and not self.name:
            raise PydanticCustomError(
                "funder-unnamed",
                "a funder id needs the funder's name too",
                {"hint": "add the funder's `name`"},
            )
        return self


class Version(Value):
    """Which version of the commentary this is (crossref5.5.0.xsd: version_info)."""

    label: Annotated[PlainText, Field(max_length=100)]
    """The version, such as 2 or 1.1."""
    text: RichText | None = None
    """What changed."""
    language: Language | None = None
    """The language of that text."""

    @model_validator(mode="before")
    @classmethod
    def _accept_label_alone(cls, value: Any) -> Any:
        # YAML reads `version: 2` as a number, and `version: yes` as a truth value, which is not a label.
        return {"label": value} if isinstance(value, str | int) and not isinstance(value, bool) else value


class Status(Value):
    """The commentary was withdrawn or removed; only posted content can say so (crossref5.5.0.xsd: status)."""

    type: Literal["withdrawn", "removed"]
    """Withdrawn or removed."""
    date: Day
    """When."""
    text: RichText
    """Why, for readers."""


class Archive(StrEnum):
    """Where the text is archived (crossref5.5.0.xsd: archive/@name)."""

    ADS = "ADS"
    BL = "BL"
    CARINIANA = "Cariniana Network"
    CINES = "CINES"
    CLOCKSS = "CLOCKSS"
    DWT = "DWT"
    HATHITRUST = "HathiTrust"
    INTERNET_ARCHIVE = "Internet Archive"
    KB = "KB"
    LOCKSS = "LOCKSS"
    LOC = "LOC"
    NAA = "NAA"
    NARA = "NARA"
    NDPP = "NDPP"
    NSK = "NSK"
    PKP_PN = "PKP PN"
    PORTICO = "Portico"
    PSNC = "PSNC"
    SCHOLARS_PORTAL = "Scholars Portal"
    TNA = "TNA"


class FullText(Value):
    """A file with the whole text, for text mining and for Similarity Check (common5.5.0.xsd: collection)."""

    url: Url
    """Address of the file itself."""
    mime_type: PlainText | None = "application/pdf"
    """The media type, such as application/pdf or text/html; `unknown` if it is not known."""
    content_version: Literal["vor", "am"] | None = "vor"
    """The version of record, or the accepted manuscript; `unknown` if it is not known."""
    text_mining: bool = True
    """Offer it for text mining."""
    similarity_check: bool = False
    """Offer it to Similarity Check."""

    @field_validator("mime_type", "content_version", mode="before")
    @classmethod
    def _read_type(cls, value: Any) -> Any:
        """Read a type as servers and people write it: ``pdf``, ``text/html; charset=utf-8``, unknown."""
        if not isinstance(value, str):
            return value
        written = value.partition(";")[0].strip()
        meant = written.lower().removeprefix(".")
        return None if meant == "unknown" else _MEDIA_TYPES.get(meant, written)


# The ends of the names of files that hold whole texts, which people write in place of a media type.
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html",
    "htm": "text/html",
    "epub": "application/epub+zip",
    "xml": "application/xml",
    "txt": "text/plain",
}


# The version is often left out in print; without it, no address of a licence can be given.
_SHORT_NAME = re.compile(
    r"\bCC[ -]?(?P<kind>BY(?:-(?:NC|ND|SA)){0,2}|0)(?:[ -](?P<version>\d\.\d))?(?!\w|\.\d)", re.IGNORECASE
)
