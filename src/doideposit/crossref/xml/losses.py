"""What a record type or a version of the schema cannot hold, said before anything is left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from doideposit.crossref.names import DEFAULT_SCHEMA_VERSION
from doideposit.crossref.xml.abstracts import Reduction
from doideposit.crossref.xml.people import People
from doideposit.crossref.xml.richtext import mathml
from doideposit.crossref.xml.schema_versions import Dialect
from doideposit.findings import Finding, Loc, Severity, Where, field_path
from doideposit.records.models.commentary import NUMBER_LIMIT, REPORT_NUMBER_LIMIT, Abstract, AbstractFormat, Commentary
from doideposit.records.models.contributors import Contributor, Organisation, Person
from doideposit.records.models.series import RecordType
from doideposit.records.models.text import Face, Math, Node, RichText

__all__ = ["losses"]

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 - the three columns of a table


def losses(commentary: Commentary, *, schema_version: str = DEFAULT_SCHEMA_VERSION) -> tuple[Finding, ...]:
    """Find everything of the record that its type or the schema version cannot hold; `Built.of` leaves it out.

    An error is a thing without which the deposit would say something else than the record: a retraction, a correction,
    a name that does not fit. The findings name fields (``authors[0].roles``), not lines.
    """
    schema = Dialect.of_version(schema_version)
    return tuple([finding for check in _CHECKS for finding in check(commentary, schema)])


def _finding(code: str, severity: Severity, loc: Loc, message: str, hint: str) -> Finding:
    return Finding(code, severity, message, hint, Where(field=field_path(loc)))


@dataclass(frozen=True, slots=True)
class _Loss:
    """Hold a field that a record type has no place for, in words, and what to do about it."""

    loc: tuple[str, ...]
    severity: Severity
    what: str
    hint: str


_NOTICE: Final = "register a notice with its own DOI that says so with `updates`"
_KEEP: Final = "nothing needs to be done: it stays in the record and is not deposited"
_KEYWORDS: Final = _Loss(("keywords",), I, "keywords", _KEEP)
_PUBLISHER: Final = _Loss(("series", "publisher"), I, "the publisher", "Crossref shows the name of its member instead")
_SHORT_TITLE: Final = _Loss(("series", "abbreviated_title"), I, "the abbreviated title of the series", _KEEP)
_PAGES: Final = _Loss(("pages",), W, "pages", "leave them out: only articles of journals have pages")
_TITLES: Final = _Loss(
    ("translated_titles",), W, "titles in further languages",
    "put the title of the original into `original_title`, or the other title into the subtitle",
)  # fmt: skip
_REPORT: Final = (_Loss(("status",), E, "a status", _NOTICE), _PAGES, _TITLES, _SHORT_TITLE, _KEYWORDS)
_EDITION: Final = _Loss(("edition",), W, "an edition", "write it in `version`")
_ISBNS: Final = _Loss(("isbns",), W, "an ISBN", "write it as a relation isVariantFormOf with `identifier_type: isbn`")
_TYPE_LOSSES: Final[Mapping[RecordType, tuple[_Loss, ...]]] = MappingProxyType(
    {
        RecordType.REPORT_SERIES: _REPORT,
        RecordType.REPORT_SINGLE: (
            *_REPORT,
            # crossref5.5.0.xsd has a volume in report-paper_series_metadata, and none in report-paper_metadata.
            _Loss(("volume",), W, "a volume", "write it in `report_number`"),
        ),
        RecordType.JOURNAL: (
            _Loss(("status",), E, "a status", _NOTICE),
            _EDITION,
            _Loss(("report_number",), W, "a report number", "leave it out: the number of the issue is deposited"),
            _ISBNS,
            _PUBLISHER,
            _Loss(("institutions",), W, "issuing institutions", "leave them out, or name them as affiliations"),
            _Loss(("series", "institution"), I, "the issuing institution", _KEEP),
            _KEYWORDS,
        ),
        RecordType.POSTED: (
            # An error and not a warning: a correction that nobody can see as one would be worse than none.
            _Loss(("updates",), E, "updates", "register the new version with its own DOI and the relation isVersionOf"),
            _Loss(("crossmark_policy",), W, "Crossmark", "leave it out: posted content has `status` instead"),
            _Loss(("assertions",), W, "what Crossmark shows", "leave it out: posted content has no Crossmark"),
            _EDITION,
            _Loss(("volume",), W, "a volume", "leave it out: the number is deposited"),
            _PAGES,
            _Loss(("report_number",), W, "a report number", "leave it out: the number is deposited"),
            _ISBNS,
            _Loss(("identifiers",), W, "further identifiers", "write them as relations isSameAs, with their types"),
            _TITLES,
            _Loss(("published_print",), W, "a second date", "leave it out: posted content has one date"),
            _PUBLISHER,
            _SHORT_TITLE,
            _Loss(("series", "crossmark_policy"), I, "Crossmark", "posted content has `status` instead"),
            _KEYWORDS,
        ),
    }
)


def _type_losses(commentary: Commentary, schema: Dialect) -> Iterator[Finding]:
    del schema
    record_type = commentary.series.record_type
    for loss in _TYPE_LOSSES[record_type]:
        if _value_at(commentary, loss.loc):
            yield _type_finding(record_type, loss)
    yield from _role_losses(commentary)
    yield from _number_losses(commentary)


def _value_at(commentary: Commentary, loc: tuple[str, ...]) -> object:
    found: object = commentary
    for name in loc:
        found = getattr(found, name, None)
    return found


def _type_finding(record_type: RecordType, loss: _Loss) -> Finding:
    message = f"the record type {record_type.value} has no field for {loss.what}"
    return _finding("unsupported-by-type", loss.severity, loss.loc, message, loss.hint)


def _role_losses(commentary: Commentary) -> Iterator[Finding]:
    """Check that an organisation has one role, and one of Crossref's own (crossref5.5.0.xsd: organization)."""
    for place, who in enumerate(commentary.authors):
        if isinstance(who, Organisation) and People.role_list(who.roles):
            message = "an organisation can have only one role, and it cannot be a CRediT role"
            yield _finding("unsupported-by-type", W, ("authors", place, "roles"), message, "give it one role")


def _number_losses(commentary: Commentary) -> Iterator[Finding]:
    """Yield findings about numbers that are too long for volume, issue and item number."""
    number = commentary.long_number
    if number is None:
        return
    message = f"the number has {len(number)} characters; Crossref accepts at most {NUMBER_LIMIT} in this field"
    if commentary.series.record_type is RecordType.POSTED:
        yield _finding("unsupported-by-type", W, ("number",), message, "shorten it, or leave it out and give `doi`")
    else:
        message = f"{message}, so it is deposited as an identifier"
        yield _finding("unsupported-by-type", I, ("number",), message, _KEEP_AS_IT_IS)


# A registered DOI keeps its number, whatever the schema makes of it.
_KEEP_AS_IT_IS: Final = "nothing needs to be done: the number stays as it is"


def _schema_finding(schema: Dialect, severity: Severity, loc: Loc, what: str, hint: str = "") -> Finding:
    message = f"schema {schema.version} has no field for {what}"
    return _finding("unsupported-by-schema", severity, loc, message, hint or "build for schema 5.5.0 to deposit it")


def _schema_losses(commentary: Commentary, schema: Dialect) -> Iterator[Finding]:
    if commentary.version is not None and not schema.versions:
        yield _schema_finding(schema, W, ("version",), "a version")
    if not schema.citation_types and any(reference.type for reference in commentary.references):
        yield _schema_finding(schema, I, ("references",), "the types of references")
    if not schema.series_rights and commentary.series.record_type is RecordType.REPORT_SERIES:
        yield from _rights_losses(commentary, schema)
    if commentary.series.record_type is RecordType.POSTED:
        yield from _posted_losses(commentary, schema)
    if commentary.archives:
        yield from _archive_losses(commentary, schema)
    if not (schema.roles and schema.alt_names and schema.name_pattern is None):
        for place, who in enumerate(commentary.authors):
            yield from _contributor_losses(who, ("authors", place), schema)


def _rights_losses(commentary: Commentary, schema: Dialect) -> Iterator[Finding]:
    what = "{} in a report of a series"
    own = {
        "licences": ("licences", W),
        "free_to_read": ("free to read", W),
        "crossmark_policy": ("Crossmark", W),
        "funding": ("funding", W),
        "updates": ("updates", E),
        "assertions": ("what Crossmark shows", W),
    }
    for field, (name, severity) in own.items():
        if getattr(commentary, field):
            yield _schema_finding(schema, severity, (field,), what.format(name))
        elif getattr(commentary.series, field, None):
            yield _schema_finding(schema, severity, ("series", field), what.format(name))


def _posted_losses(commentary: Commentary, schema: Dialect) -> Iterator[Finding]:
    kind = commentary.series.posted_type
    if kind not in schema.posted_types:
        hint = f"choose one of {', '.join(sorted(schema.posted_types))}, or build for schema 5.5.0"
        yield _schema_finding(schema, E, ("series", "posted_type"), f"posted content of the type {kind}", hint)
    if commentary.status is not None and not schema.statuses:
        yield _schema_finding(schema, E, ("status",), "a status")


def _archive_losses(commentary: Commentary, schema: Dialect) -> Iterator[Finding]:
    posted = commentary.series.record_type is RecordType.POSTED
    if commentary.archives and posted and not schema.posted_archives:
        yield _schema_finding(schema, W, ("archives",), "archives of posted content")
        return
    for place, archive in enumerate(commentary.archives):
        if archive not in schema.archives:
            yield _schema_finding(schema, W, ("archives", place), f"the archive {archive.value}")


def _contributor_losses(who: Contributor, loc: Loc, schema: Dialect) -> Iterator[Finding]:
    written = schema.leading_role(who.roles)
    if not schema.roles and any(role.value != written for role in who.roles):
        lost = ", ".join(role.value for role in who.roles if role.value != written)
        yield _schema_finding(schema, W, (*loc, "roles"), f"the role {lost} beside {written}")
    if not isinstance(who, Person):
        return
    if who.alt_names and not schema.alt_names:
        yield _schema_finding(schema, W, (*loc, "alt_names"), "other forms of a name")
    for field, name in (("given", who.given), ("family", who.family)):
        yield from _name_losses(name, (*loc, field), schema)
    for place, other in enumerate(who.alt_names if schema.alt_names else ()):
        for field, name in (("given", other.given), ("family", other.family)):
            yield from _name_losses(name, (*loc, "alt_names", place, field), schema)


def _name_losses(name: str | None, loc: Loc, schema: Dialect) -> Iterator[Finding]:
    if name is None or schema.name_pattern is None:
        return
    # Earlier versions of the schema took names of 60 characters, and neither digits nor question marks in them.
    if len(name) > schema.name_limit:
        yield _schema_finding(schema, E, loc, f"a name of {len(name)} characters ({schema.name_limit} at most)")
    if not schema.name_pattern.fullmatch(name):
        yield _schema_finding(schema, E, loc, "digits and question marks in a name")


def _language_tags(commentary: Commentary) -> Iterator[tuple[Loc, str | None]]:
    """Yield every language for an attribute ``language``, which allows fewer tags than ``xml:lang``."""
    yield (("language",) if commentary.language else ("series", "language")), commentary.effective_language
    if commentary.original_title:
        yield ("original_title", "language"), commentary.original_title.language
    for place, who in enumerate(commentary.authors):
        # Persons first: pydantic looks long at a model that is not exactly of the class asked for.
        if not isinstance(who, Person | Organisation):
            continue
        if who.language is not None:
            yield ("authors", place, "language"), who.language
        if isinstance(who, Person) and who.alt_names:
            for index, name in enumerate(who.alt_names):
                yield ("authors", place, "alt_names", index, "language"), name.language


def _language_losses(commentary: Commentary, schema: Dialect) -> Iterator[Finding]:
    for loc, tag in _language_tags(commentary):
        if tag is None:
            continue
        code = schema.language_code(tag)
        # The attribute `language` is a closed list in the schema; `xml:lang` of an abstract is not.
        if code is None:
            message = f"schema {schema.version} has no language “{tag}”"
            hint = (
                "use the ISO 639 code of two letters, such as en, or the one of three letters if there is no "
                "shorter one"
            )
            yield _finding("language-not-in-schema", E, loc, message, hint)
        elif code != tag.lower():
            message = f"schema {schema.version} has no language “{tag}”, so “{code}” is deposited"
            yield _finding("language-not-in-schema", W, loc, message, f"write {code}")
    for place, relation in enumerate(commentary.relations):
        if relation.language and Dialect.relation_language(relation.language) is None:
            message = f"descriptions of relations have no language “{relation.language}”"
            hint = "use an ISO 639 code of two letters, or leave it out"
            yield _finding("language-not-in-schema", W, ("relations", place, "language"), message, hint)


_RICH_TEXTS: Final = (
    ("title",),
    ("subtitle",),
    ("original_title", "text"),
    ("original_title", "subtitle"),
    ("version", "text"),
    ("status", "text"),
)


_LISTED_TEXTS: Final = (
    ("translated_titles", "text"),
    ("translated_titles", "subtitle"),
    ("assertions", "text"),
    ("references", "text"),
)


def _rich_texts(commentary: Commentary) -> Iterator[tuple[Loc, RichText]]:
    """Yield the texts that hold markup."""
    for loc in _RICH_TEXTS:
        text = _value_at(commentary, loc) if getattr(commentary, loc[0]) is not None else None
        if isinstance(text, RichText) and text.nodes != (text.source,):
            yield loc, text
    for key, name in _LISTED_TEXTS:
        for place, entry in enumerate(getattr(commentary, key)):
            text = getattr(entry, name)
            if text is not None and text.nodes != (text.source,):
                yield (key, place, name), text


def _find_formulas(nodes: "Sequence[Node]") -> Iterator[Math]:
    for node in nodes:
        match node:
            case Math():
                yield node
            case Face():
                yield from _find_formulas(node.children)
            case str():
                pass


def _formula_losses(commentary: Commentary, schema: Dialect) -> Iterator[Finding]:
    del schema
    for loc, text in _rich_texts(commentary):
        if any(mathml(formula) is None for formula in _find_formulas(text.nodes)):
            hint = "write it as <mml:math> with every element closed, and without entities"
            yield _finding("mathml-malformed", E, loc, "the formula is not well-formed MathML", hint)
    for place, relation in enumerate(commentary.relations):
        if relation.description and any(_find_formulas(relation.description.nodes)):
            message = "the description of a relation cannot hold a formula: it is left out"
            hint = "write it in words"
            yield _finding("formula-not-allowed", W, ("relations", place, "description"), message, hint)


def _is_plain(abstract: Abstract) -> bool:
    """Tell whether an abstract is plain text without characters that XML cannot hold."""
    text = abstract.text
    return (
        abstract.format is AbstractFormat.TEXT
        and any(map(str.isalnum, text))
        and (text.isprintable() or Reduction.illegal_character(text) is None)
    )


def _abstract_losses(commentary: Commentary, schema: Dialect) -> Iterator[Finding]:
    del schema
    for place, abstract in enumerate(commentary.abstracts):
        if _is_plain(abstract):
            continue
        loc = ("abstracts", place, "text")
        bad = Reduction.illegal_character(abstract.text)
        if bad is not None:
            message = f"the text contains the control character U+{ord(bad):04X}"
            hint = "delete it: it usually comes from copying from a PDF, or from a wrong encoding"
            yield _finding("control-character", E, loc, message, hint)
        reduced = Reduction.of(abstract)
        if not reduced.readable:
            name = "JATS" if abstract.format is AbstractFormat.JATS else "HTML"
            message = f"the abstract cannot be read as {name}, so only its text would be deposited"
            hint = "close every element, write & as &amp;, or set format: text"
            yield _finding("abstract-unreadable", E, loc, message, hint)
        if not reduced.blocks:
            message = "this abstract has markup and no text"
            yield _finding("abstract-empty", W, loc, message, "write the abstract, or delete the entry")
        if reduced.lost:
            # In one order, so that the message is the same each time.
            message = f"Crossref shows no {', '.join(sorted(reduced.lost))} in an abstract: only the text is deposited"
            yield _finding("abstract-markup-reduced", I, loc, message, "nothing needs to be done if the text is enough")


def _other_losses(commentary: Commentary, schema: Dialect) -> Iterator[Finding]:
    record_type = commentary.series.record_type
    carries = record_type is not RecordType.POSTED and (
        schema.series_rights or record_type is not RecordType.REPORT_SERIES
    )
    if commentary.updates and carries and commentary.effective_crossmark_policy is None:
        message = "updates need the DOI of a Crossmark policy page"
        hint = "give `crossmark_policy` in the series' configuration, or write it as a relation"
        yield _finding("crossmark-policy-missing", E, ("updates",), message, hint)
    if commentary.assertions and carries and commentary.effective_crossmark_policy is None:
        message = "what Crossmark shows needs the DOI of a Crossmark policy page"
        hint = "give `crossmark_policy` in the series' configuration, or leave `assertions` out"
        yield _finding("crossmark-policy-missing", E, ("assertions",), message, hint)
    for place, funding in enumerate(commentary.funding):
        # The schema would take both, and Crossref wants one way to name a funder (Crossref documentation, funding
        # data).
        if funding.ror is not None and funding.name is not None:
            message = "the ROR id identifies the funder, so its name and funder id are not deposited"
            yield _finding("funder-name-not-deposited", I, ("funding", place, "name"), message, _KEEP)
    for place, text in enumerate(commentary.full_texts):
        if not text.text_mining and not text.similarity_check:
            message = "this file has no purpose, so it is not deposited"
            hint = "set text_mining or similarity_check, or delete the entry"
            yield _finding("full-text-unused", W, ("full_texts", place), message, hint)
    report = record_type in {RecordType.REPORT_SERIES, RecordType.REPORT_SINGLE}
    wanted = commentary.number is not None and "report_number" not in commentary.without
    if report and wanted and commentary.effective_report_number is None:
        message = (
            "title and number of the series together are too long for a report number (at most "
            f"{REPORT_NUMBER_LIMIT} characters)"
        )
        yield _finding("report-number-too-long", W, ("report_number",), message, "give a shorter `report_number`")


_CHECKS: Final[tuple[Callable[[Commentary, Dialect], Iterator[Finding]], ...]] = (
    _type_losses,
    _schema_losses,
    _language_losses,
    _formula_losses,
    _abstract_losses,
    _other_losses,
)
