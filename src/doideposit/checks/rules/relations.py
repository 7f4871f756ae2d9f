"""Relations, updates, versions and archives: how a commentary stands to other works and to itself."""

import re
from collections.abc import Iterator

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work, at
from doideposit.findings import Loc
from doideposit.pages import CROSSMARK, RELATION_TARGETS, SCHEMA, SUFFIXES
from doideposit.records.doi_text import FoundDoi
from doideposit.records.identifiers import Doi, InvalidIdentifier, Isbn, Issn
from doideposit.records.models.relations import IdentifierType, Relation

__all__ = ["RELATIONS"]

RELATIONS: Rules[Work] = Rules("relations, updates and versions")
rule = RELATIONS.rule

# The same forms as in references.
_DOI_URL = Pattern(r"^https?://(?:www\.|dx\.)?doi\.org/(?:doi:)?10(?:\.|%2E)\d{4,9}(?:/|%2F)", re.IGNORECASE)
# Dashes and quotation marks that word processors put in place of the plain ones, and entities of HTML.
_TYPOGRAPHY = Pattern(r"[\u2010-\u2015\u2018-\u201f\u2212\ufe63\uff0d]|&(?:[a-z]{2,6}|#\w{2,5});", re.IGNORECASE)
# RFC 3986: a scheme and a colon.
_URL = Pattern(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# An edition is a number; a version may be 2.0-beta.
_LEADING_NUMBER = Pattern(r"\d+")
# The word is shown by the code that shows the version.
_VERSION_WORD = Pattern(r"^(?:v|ver|version)[\s.]*(?=\d)", re.IGNORECASE)


def _parse_doi(text: str) -> Doi | None:
    try:
        return Doi.parse(text)
    # A relation may point to anything; only what reads as a DOI is compared as one.
    except InvalidIdentifier:
        return None


def _relations_of(work: Work) -> list[tuple[Loc, Relation]]:
    return [(("relations", index), relation) for index, relation in enumerate(work.commentary.relations)]


def _is_of_another_type(relation: Relation) -> bool:
    text = relation.identifier
    if relation.identifier_type is IdentifierType.URI:
        return not _URL.match(text)
    # Their check digits tell a mistyped one.
    written = {IdentifierType.ISSN: Issn, IdentifierType.ISBN: Isbn}.get(relation.identifier_type)
    return written is not None and written.parse_or_none(text) is None


def _repeated_archives(work: Work) -> list[Text]:
    archives = work.commentary.archives
    return [(("archives", at), archive.value) for at, archive in enumerate(archives) if archive in archives[:at]]


def _other_dois(work: Work) -> Iterator[tuple[Loc, Doi]]:
    """Yield the DOIs of other works that the record names."""
    for index, reference, _ in work.references:
        if reference.doi is not None:
            yield ("references", index, "doi"), reference.doi
    for index, update in enumerate(work.commentary.updates):
        yield ("updates", index, "doi"), update.doi
    for index, relation in enumerate(work.commentary.relations):
        doi = _parse_doi(relation.identifier) if relation.identifier_type is IdentifierType.DOI else None
        if doi is not None:
            yield ("relations", index, "identifier"), doi


rule(
    "doi-trailing-punctuation",
    WARNING,
    "A DOI that ends in punctuation",
    message="the DOI {doi} ends in “{mark}”",
    hint="delete the mark, if it belonged to the sentence the DOI was copied from",
    why="Brackets and stops can stand in a DOI, and hardly ever end one. With one too many it leads nowhere.",
    source=SUFFIXES,
    bad="references: [{text: 'OECD (2023). An outlook for Asia.', doi: 10.1787/ece3a6d6-en)}]",
    good="references: [{text: 'Lipscombe, T. (2000). A paper.', doi: 10.1016/0001-6160(79)90046-1}]",
)(
    Each(
        _other_dois,
        lambda doi: (
            not (mark := doi.printed[-1]).isalnum()
            and (mark in ".;-_/" or doi.printed.count("(") < doi.printed.count(")"))
            and {"mark": mark}
        ),
        called="doi",
    )
)


rule(
    "doi-cut",
    WARNING,
    "A DOI that breaks off",
    message="the DOI {doi} has a “{mark}” that is never closed: it may be the beginning of a longer one",
    hint="copy the whole DOI from the landing page of the work",
    why="Line ends, columns and programs cut DOIs at a bracket or at “<”. What is left names another work, or none.",
    source=SUFFIXES,
    bad="references: [{text: 'Kalnay, E. (1996). A reanalysis of rivers.', doi: 10.1175/1520-0477(1996}]",
    good="references: [{text: 'Kalnay, E. (1996). A reanalysis.', doi: 10.1175/1520-0477(1996)077<0437:T>2.0.CO;2}]",
)(
    Each(
        _other_dois,
        lambda doi: next(
            ({"mark": mark} for mark, end in ("()", "[]", "<>") if doi.printed.count(mark) > doi.printed.count(end)), {}
        ),
        called="doi",
    )
)


rule(
    "doi-typography",
    WARNING,
    "A DOI with a sign that typesetting makes",
    message="the DOI {doi} contains {found}, which typesetting or a web page makes of another character",
    hint="compare it with the DOI on the landing page of the work; write what is registered there, mostly `-`",
    why="A few DOIs were registered so. In others the sign replaced a hyphen or a bracket, and they lead nowhere.",
    source=SUFFIXES,
    bad="references: [{text: 'OECD (2023). An outlook for Asia.', doi: 10.1787/ece3a6d6‐en}]",
    good="references: [{text: 'OECD (2023). An outlook for Asia.', doi: 10.1787/ece3a6d6-en}]",
)(
    Each(
        _other_dois, lambda doi: (found := _TYPOGRAPHY.search(doi.printed)) and {"found": f"“{found[0]}”"}, called="doi"
    )
)


@rule(
    "relation-to-itself",
    WARNING,
    "A relation to itself",
    message="the relation {type} points to this commentary itself",
    hint="give the DOI of the other work, or delete the relation",
    why="A relation joins two works, or two forms of one.",
    source=SCHEMA,
    bad="relations: [{type: isCommentOn, identifier: 10.48251/SADF.ISSN.2406-5617.C258}]",
    good="relations: [{type: isCommentOn, identifier: 10.1787/ece3a6d6-en}]",
)
def _find_relation_to_itself(work: Work) -> Iterator[Match]:
    own, page = work.commentary.doi, work.commentary.url
    for index, relation in enumerate(work.commentary.relations):
        text = relation.identifier
        if (relation.identifier_type is IdentifierType.DOI and _parse_doi(text) == own) or text == page:
            yield Match.at("relations", index, "identifier", length=len(text), type=relation.type)


@rule(
    "relation-twice",
    WARNING,
    "The same relation twice",
    message="the relation {type} to {identifier} is given twice",
    hint="keep one of the two",
    why="It is one relation; Crossref makes its inverse by itself.",
    source=SCHEMA,
    bad="""
        relations:
          - {type: isCommentOn, identifier: 10.1787/ece3a6d6-en}
          - {type: isCommentOn, identifier: 10.1787/ECE3A6D6-en}
        """,
    good="""
        relations:
          - {type: isCommentOn, identifier: 10.1787/ece3a6d6-en}
          - {type: references, identifier: 10.1787/ece3a6d6-en}
        """,
)
def _find_repeated_relation(work: Work) -> Iterator[Match]:
    seen: set[tuple[str, str]] = set()
    for index, relation in enumerate(work.commentary.relations):
        key = (relation.type, relation.identifier.casefold())
        if key in seen:
            yield Match.at("relations", index, type=relation.type, identifier=relation.identifier)
        seen.add(key)


rule(
    "relation-doi-as-address",
    WARNING,
    "A DOI given as an address",
    message="the relation names the DOI {doi} as an address",
    hint="write `identifier_type: doi`",
    why="As a DOI the relation becomes a link between two records; as an address it stays a text.",
    source=SCHEMA,
    bad="relations: [{type: isCommentOn, identifier: 'https://doi.org/10.1787/ece3a6d6-en', identifier_type: uri}]",
    good="relations: [{type: isCommentOn, identifier: 10.1787/ece3a6d6-en}]",
)(
    Each(
        _relations_of,
        lambda relation: (
            relation.identifier_type is not IdentifierType.DOI
            and _DOI_URL.match(relation.identifier)
            and (doi := FoundDoi.first_whole(relation.identifier))
            and {"doi": doi}
        ),
        "identifier",
    )
)


rule(
    "relation-identifier",
    WARNING,
    "An identifier that is not of its type",
    message="“{identifier}” is not of the type {type}",
    hint="correct the identifier, or its `identifier_type`",
    why="The schema does not look at identifiers, and a reader cannot follow one that is no such thing.",
    source=SCHEMA,
    bad="relations: [{type: isPartOf, identifier: 2406-5618, identifier_type: issn}]",
    good="relations: [{type: isPartOf, identifier: 2406-5617, identifier_type: issn}]",
)(
    Each(
        _relations_of,
        lambda relation: (
            _is_of_another_type(relation)
            and {"identifier": relation.identifier, "type": relation.identifier_type.value}
        ),
        "identifier",
    )
)


@rule(
    "relation-target-first",
    INFO,
    "A relation to a DOI of the same publisher",
    message="the relation {type} needs {doi} to be registered first",
    hint="register that work first, or together with this one and the relation later",
    why="Crossref may reject a record whose relation points to a DOI that does not exist yet.",
    source=RELATION_TARGETS,
    bad="relations: [{type: isReplyTo, identifier: 10.48251/SADF.ISSN.2406-5617.C200}]",
    good="relations: [{type: isCommentOn, identifier: 10.1787/ece3a6d6-en}]",
)
def _find_relation_to_own_doi(work: Work) -> Iterator[Match]:
    own = work.commentary.doi
    for index, relation in enumerate(work.commentary.relations):
        doi = _parse_doi(relation.identifier) if relation.identifier_type is IdentifierType.DOI else None
        if doi is not None and doi.prefix == own.prefix and doi != own:
            yield Match.at(
                "relations", index, "identifier", length=len(relation.identifier), type=relation.type, doi=doi
            )


@rule(
    "update-to-itself",
    WARNING,
    "An update of itself",
    message="the {type} points to this commentary itself",
    hint="register a notice with a DOI of its own, and let its `updates` name this one; or say it in `version`",
    why="Crossref advises against changes in place: readers who cite the earlier text cannot see that it changed.",
    source=CROSSMARK,
    bad="""
        crossmark_policy: 10.48251/policy
        updates: [{type: correction, doi: 10.48251/SADF.ISSN.2406-5617.C258, date: 2023-10-01}]
        """,
    good="""
        crossmark_policy: 10.48251/policy
        updates: [{type: correction, doi: 10.48251/SADF.ISSN.2406-5617.C200, date: 2023-10-01}]
        """,
)
def _find_update_of_itself(work: Work) -> Iterator[Match]:
    for index, update in enumerate(work.commentary.updates):
        if update.doi == work.commentary.doi:
            yield Match.at(
                "updates", index, "doi", length=len(update.doi.printed), type=update.type.value.replace("_", " ")
            )


@rule(
    "update-foreign",
    WARNING,
    "An update of another publisher's work",
    message="the {type} is of {doi}, which has another prefix",
    hint="check the DOI; for a work of someone else use a relation, such as isCommentOn",
    why="A publisher corrects and retracts its own works. Readers of that work would be shown this notice.",
    source=CROSSMARK,
    bad="""
        crossmark_policy: 10.48251/policy
        updates: [{type: correction, doi: 10.1787/ece3a6d6-en, date: 2023-10-01}]
        """,
    good="""
        crossmark_policy: 10.48251/policy
        updates: [{type: correction, doi: 10.48251/SADF.ISSN.2406-5617.C200, date: 2023-10-01}]
        """,
)
def _find_update_of_foreign_doi(work: Work) -> Iterator[Match]:
    for index, update in enumerate(work.commentary.updates):
        if update.doi.prefix != work.commentary.doi.prefix:
            length = len(update.doi.printed)
            kind = update.type.value.replace("_", " ")
            yield Match.at("updates", index, "doi", length=length, type=kind, doi=update.doi)


rule(
    "crossmark-policy-itself",
    WARNING,
    "The commentary as its own Crossmark policy",
    message="the Crossmark policy is the DOI of this commentary",
    hint="give the DOI of the page that explains how the publisher corrects and retracts",
    why="The policy is a page of its own with a DOI of its own.",
    source=CROSSMARK,
    bad="crossmark_policy: 10.48251/SADF.ISSN.2406-5617.C258",
    good="crossmark_policy: 10.48251/policy",
)(at("crossmark_policy", lambda record: record.effective_crossmark_policy == record.doi))


rule(
    "version-label",
    INFO,
    "A word in the version",
    message="the version “{label}” holds the word “{word}”",
    hint="write only the number",
    why="Whoever shows it puts the word before it.",
    source=SCHEMA,
    bad="version: Version 2",
    good="version: 2",
)(
    at(
        "version",
        lambda record: (
            (version := record.version)
            and (word := _VERSION_WORD.match(version.label))
            and {"label": version.label, "word": word[0].strip(" .")}
        ),
    )
)


@rule(
    "version-edition-disagree",
    WARNING,
    "Version and edition disagree",
    message="the version is {version} and the edition {edition}",
    hint="give one of the two, or the same number",
    why="Both count the same thing, and readers cannot tell which of the two to cite.",
    source=SCHEMA,
    bad="""
        version: 3
        edition: 2
        """,
    good="""
        version: 2.1
        edition: 2
        """,
)
def _find_version_unlike_edition(work: Work) -> Iterator[Match]:
    version, edition = work.commentary.version, work.commentary.edition
    number = _LEADING_NUMBER.search(version.label) if version else None
    if version and number and edition and int(number[0]) != int(edition):
        yield Match.at("edition", length=len(edition), version=version.label, edition=edition)


rule(
    "archive-twice",
    WARNING,
    "The same archive twice",
    message="the archive {name} is named twice",
    hint="keep one entry",
    why="A second entry adds nothing: Crossref lists the archives of a work by name.",
    source=SCHEMA,
    bad="archives: [Portico, Portico]",
    good="archives: [Portico, CLOCKSS]",
)(Each(_repeated_archives, bool, called="name"))
