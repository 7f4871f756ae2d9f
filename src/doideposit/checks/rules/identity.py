"""The DOI, the number and the series: what a commentary is called for ever."""

import re
from collections.abc import Iterable, Iterator

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.program_words import is_program_word
from doideposit.checks.rules.registry import ERROR, INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work, at
from doideposit.pages import (
    CONSTRUCTING_DOIS,
    ISSN_ERRORS,
    POSTED,
    RECOMMENDATIONS,
    REPORTS,
    SUFFIXES,
    TITLE_RECORDS,
    TROUBLE,
)
from doideposit.records.identifiers import InvalidIdentifier, Issn
from doideposit.records.models.series import ANY, RecordType

__all__ = ["IDENTITY", "suffix_fault"]

IDENTITY: Rules[Work] = Rules("identifiers, numbers and series")
rule = IDENTITY.rule

# Eight digits with a hyphen; whether they are an ISSN only the check digit tells.
_ISSN_INSIDE = Pattern(r"(?<!\d)\d{4}-\d{3}[\dXx](?!\d)")
# Two separators in a row, one at the end or at the beginning: lost when the DOI is read aloud or typed.
_SEPARATORS = Pattern(r"[/._;-]{2,}|[/_;(-]$|^[/._;-]")
# What people and templates write where the suffix is to come.
_PLACEHOLDER = Pattern(
    r"tests?\d*|testing|example|sample|demo|suffix|(?:your[-_.]?)?doi|x{3,}|placeholder|dummy|foo|bar|(?:my|new)[-_.]?(?:doi|suffix)"
    r"|asdf\w*|number|nummer|slug|id",
    re.IGNORECASE,
)
# What people call a work that is not finished, or that only tries something: draft-1, test, xxx. XXX may be thirty.
_DRAFT = Pattern(
    r"(?:drafts?|entwurf|brouillon|borrador|rascunho|bozza|tests?|testing|(?-i:x{3,})|x{4,}|te?mp)[-_ ]?\d{0,2}",
    re.IGNORECASE,
)
# A part at the end: after a number, or after a short word and a dot. `the-first-draft` and `covid_testing` are titles
# in an address, and small Roman numerals stand after a word.
_LAST_PART = Pattern(r".*\d[^._;]*[._;](?P<numbered>[^._;]+)|[A-Za-z]{1,5}\.(?P<named>(?!x+$)[^._;]+)")
# What people write until they know the number, alone or after a year. XX is twenty in Roman numerals.
_NUMBER_TO_COME = Pattern(
    r"(?:(?:no|nr|n[°º]|№|#)[.\s]*)?(?:(?:19|20)\d\d[-/._\s]|[a-z]{1,2}[-._])?[(\[<]?"
    r"(?:t\.?b\.?[acdn]\.?|n\.?n\.?|placeholder|unknown|unassigned|not (?:yet )?(?:known|assigned)|pending|…+|_+|\*+"
    r"|number|nummer|num[eé]ro|número|(?-i:xx+|yy+|zz+))[)\]>]?|yy+|zz+|(?:no|nr)\.?",
    re.IGNORECASE,
)
# A prefix within the suffix, or the address of the resolver: one DOI was put after another.
_DOI_IN_DOI = Pattern(r"(?:^|/)10\.\d{4,9}/|doi\.org", re.IGNORECASE)
# A whole number with decimals; in v2.0 they may be those of a version.
_DECIMALS = Pattern(r"\d+\.0")
# A word before the number in the languages of most series; it counts only before a digit.
_LABEL = Pattern(
    r"^(?:no|nr|nro|núm|num|number|issue|vol|comment|commentary|paper|brief|#|№|n\.?\s?[°º])[\s.:#-]*(?=\d)",
    re.IGNORECASE,
)
# In C258 the C may be repeated: the DOI pattern of the series may already end in it.
_LETTERS_FIRST = Pattern(r"^([A-Za-z]+)\d")
# “Studies 21” and “Comment No. 258” name one work, not the series.
_SERIES_NUMBER = Pattern(r"(?:\b(?:no|nr|vol|issue)\.?\s*|#)\d+\W*$|\s\d{2,}$", re.IGNORECASE)
# Crossref's own prefixes for examples and tests (Crossref documentation, constructing your DOIs).
CROSSREF_TEST_PREFIXES = frozenset({"10.5555", "10.50505"})
# Crossref advises short suffixes; the longest patterns that journals use stay below this.
LONGEST_SUFFIX = 64
# Fewer capitals are an acronym: UNESCO, SIPRI.
SHORTEST_CAPS = 12


def _issn_texts(work: Work) -> list[Text]:
    series = work.commentary.series
    issns = (series.issn, *[issn.issn for issn in series.other_issns])
    return [(("series", "issn"), str(issn)) for issn in issns if issn]


rule(
    "doi-prefix-differs",
    ERROR,
    "The DOI has another prefix than the series",
    message="the DOI {doi} does not begin with the prefix of the series, {prefix}",
    hint="write {{prefix}} in the series' `doi` pattern, or correct `prefix`",
    why="An account may register only DOIs of its own prefix, and one file holds only one prefix.",
    source=TROUBLE,
    bad="",
    good="",
    setting='doi = "10.12345/SADF.C{number}"',
    good_setting='doi = "{prefix}/SADF.C{number}"',
    overridable=False,
)(
    at(
        "doi",
        lambda record: (
            record.doi.prefix != record.series.prefix and {"doi": record.doi, "prefix": record.series.prefix}
        ),
    )
)


@rule(
    "doi-test-prefix",
    WARNING,
    "A prefix for examples",
    message="the prefix {prefix} is Crossref's own, for examples and tests",
    hint="give the prefix of the publisher; for production this is an error",
    why="DOIs of that prefix belong to nobody, and no member's account may register them.",
    source=CONSTRUCTING_DOIS,
    bad="",
    good="",
    setting='prefix = "10.5555"',
    good_setting='prefix = "10.48251"',
)
def _find_test_prefix(work: Work) -> Iterable[Match]:
    prefix = work.commentary.doi.prefix
    if prefix not in CROSSREF_TEST_PREFIXES:
        return ()
    return (Match.at("doi", severity=ERROR if work.context.live else None, prefix=prefix),)


rule(
    "doi-without-number",
    ERROR,
    "A DOI without the number",
    message="the series' pattern {pattern} has no place for the number, so that every commentary has the same DOI",
    hint="write {{number}} into the series' `doi` pattern",
    why="Each DOI names one work; the second commentary would replace the first.",
    source=CONSTRUCTING_DOIS,
    bad="",
    good="",
    setting='doi = "{prefix}/sadf-comment"',
    good_setting='doi = "{prefix}/sadf-comment.{number}"',
    overridable=False,
)(
    at(
        "number",
        lambda record: (
            record.number
            and not ("{number}" in record.series.doi or ANY in record.series.doi)
            and {"pattern": record.series.doi}
        ),
    )
)


@rule(
    "doi-suffix-character",
    ERROR,
    "A new DOI with a character it cannot have",
    message="{fault}: {doi}",
    hint="{hint}. If Crossref has this DOI already, start from what Crossref has, and it stays as it is",
    why="Since 2008 new suffixes hold only letters A to Z, digits and - . _ ; ( ) /. Older DOIs stay as they are.",
    source=SUFFIXES,
    bad="doi: 10.48251/SADF(2023)258:1<12>2.0",
    good="doi: 10.48251/SADF(2023)258;1-12",
    setting='doi = "{prefix}/{any}"',
    good_setting='doi = "{prefix}/{any}"',
)
def _find_forbidden_suffix_character(work: Work) -> Iterable[Match]:
    doi = work.commentary.doi
    try:
        doi.check_new()
    except InvalidIdentifier as error:
        if work.context.is_registered(doi, None):
            return ()
        return (Match.at("doi", length=len(doi.printed), doi=doi, fault=error.message, hint=error.hint),)
    return ()


@rule(
    "doi-suffix-placeholder",
    WARNING,
    "A DOI with a word in place of its suffix",
    message="{fault}: {doi}",
    hint="write the DOI as it must stay for ever; for production this is an error",
    why="A program without a value writes such a word, or a person who tries something; a DOI cannot be deleted.",
    source=SUFFIXES,
    bad="doi: 10.48251/undefined",
    good="doi: 10.48251/k7q2-m",
    setting='doi = "{prefix}/{any}"',
    good_setting='doi = "{prefix}/{any}"',
)
def _find_placeholder_in_suffix(work: Work) -> Iterable[Match]:
    commentary = work.commentary
    doi, number = commentary.doi, commentary.number
    # A pattern without a part of the record's own makes the DOI of the number; most numbers have digits alone.
    made = commentary.series.makes_every_doi
    if made and (number is None or number.isdecimal()):
        return ()
    fault = _draft_fault(number or "") if made else suffix_fault(doi.suffix, number)
    if fault is None or work.context.is_registered(doi, number):
        return ()
    field, length = ("number", len(number or "")) if made else ("doi", len(doi.printed))
    return (Match.at(field, length=length, severity=ERROR if work.context.live else None, fault=fault, doi=doi),)


def suffix_fault(suffix: str, number: str | None) -> str | None:
    """Return what a program or a template left in the suffix of a new DOI, or None."""
    last = suffix.rsplit("/", 1)[-1]
    if _DOI_IN_DOI.search(suffix):
        return "a second DOI stands in it"
    if is_program_word(last) or _PLACEHOLDER.fullmatch(last):
        return f"“{last}” stands in place of what tells this DOI from others"
    if _DECIMALS.fullmatch(last) or (number and last.endswith(f"{number}.0")):
        return f"“{last}” looks as if a program had changed a number in it"
    part = _LAST_PART.fullmatch(last)
    return _draft_fault(last) or (_draft_fault(part["numbered"] or part["named"]) if part else None)


def _draft_fault(part: str) -> str | None:
    return f"“{part}” is a name for a draft or a test" if _DRAFT.fullmatch(part) else None


@rule(
    "doi-issn-disagrees",
    WARNING,
    "The DOI holds another ISSN",
    message="the DOI holds the ISSN {found}, and the series has {issn}",
    hint="write {{issn}} in the series' `doi` pattern, or correct the ISSN",
    why="Where a DOI holds number and ISSN, they must agree with the record: people read them.",
    source=CONSTRUCTING_DOIS,
    bad="",
    good="",
    setting='doi = "{prefix}/SADF.ISSN.2406-5625.C{number}"',
    good_setting='doi = "{prefix}/SADF.ISSN.{issn}.C{number}"',
)
def _find_other_issn_in_doi(work: Work) -> Iterable[Match]:
    series, inside = work.commentary.series, _ISSN_INSIDE.findall(work.commentary.doi.suffix)
    known = {str(item.issn) for item in series.issns} if inside else ()
    # Years and numbers such as 2021-0534 look like an ISSN; only its check digit tells.
    others = [
        found for found in inside if known and found.upper() not in known and (Issn.parse_or_none(found) is not None)
    ]
    return [Match.at("doi", found=found, issn=series.issn) for found in others]


rule(
    "issn-placeholder",
    ERROR,
    "A placeholder in place of an ISSN",
    message="the ISSN {issn} belongs to no serial",
    hint="give the ISSN that the ISSN centre assigned to the series, or leave it out",
    why="Its check digit fits, so forms and the schema take it; the first deposit would tie the title to it for ever.",
    source=ISSN_ERRORS,
    bad="",
    good="",
    setting='issn = "0000-0000"\ndoi = "{prefix}/sadf.{number}"',
    good_setting='issn = "2406-5617"\ndoi = "{prefix}/sadf.{number}"',
)(Each(_issn_texts, lambda issn: issn == "0000-0000", called="issn"))


@rule(
    "issn-twice",
    WARNING,
    "One ISSN for two editions",
    message="the ISSN {issn} is given twice: as {first} and as {second}",
    hint="look it up at portal.issn.org, keep it for the edition that it names, and leave the other one out",
    why="Each edition has an ISSN of its own. The first deposit ties title, ISSN and medium to each other for ever.",
    source=ISSN_ERRORS,
    bad="",
    good="",
    setting='other_issns = [{issn = "2406-5617", medium = "print"}]',
    good_setting='other_issns = [{issn = "2406-5625", medium = "print"}]',
)
def _find_repeated_issn(work: Work) -> Iterator[Match]:
    series = work.commentary.series
    seen: dict[str, str] = {}
    for item in series.issns if series.other_issns else ():
        issn, medium = str(item.issn), item.medium.value
        if issn in seen:
            yield Match.at("series", "issn", issn=issn, first=seen[issn], second=medium)
        seen.setdefault(issn, medium)


rule(
    "doi-suffix-separators",
    WARNING,
    "A DOI with odd separators",
    message="“{found}” in the DOI is easily lost or doubled",
    hint="choose one separator, and none at the end, before the first DOI of the series is registered",
    why="DOIs are typed and copied by people; doubled and trailing separators are lost on the way.",
    source=SUFFIXES,
    bad="",
    good="",
    setting='doi = "{prefix}/sadf--{number}"',
    good_setting='doi = "{prefix}/sadf-{number}"',
)(at("doi", lambda record: _SEPARATORS.search(record.doi.suffix)))


rule(
    "doi-suffix-long",
    INFO,
    "A long DOI",
    message="the DOI has {length} characters after its prefix",
    hint="for a new series choose a short pattern; DOIs that are registered stay as they are",
    why="Crossref advises short suffixes: they are printed, read aloud and typed.",
    source=CONSTRUCTING_DOIS,
    bad="",
    good="",
    setting='doi = "{prefix}/south-asia-democratic-forum.commentaries.issn.{issn}.number.{number}"',
    good_setting='doi = "{prefix}/sadf.c{number}"',
)(at("doi", lambda record: (length := len(record.doi.suffix)) > LONGEST_SUFFIX and {"length": length}))


@rule(
    "number-label",
    WARNING,
    "A label in the number",
    message="the number “{number}” holds the label “{label}”",
    hint="write only the number; a label belongs in the title and the `doi` pattern of the series",
    why="The label would be deposited as a part of the number, and doubled in the DOI.",
    source=CONSTRUCTING_DOIS,
    bad="number: C258",
    good="number: 258",
)
def _find_label_in_number(work: Work) -> Iterator[Match]:
    number = work.commentary.number or ""
    found = _LABEL.match(number)
    first = _LETTERS_FIRST.match(number)
    # Who says with `number_pattern` how all numbers of a series look has said so of the label too.
    if found and not work.commentary.series.number_pattern:
        # A DOI without the number doubles no label.
        severity = None if "{number}" in work.commentary.series.doi else INFO
        yield Match.at("number", length=len(found[0]), severity=severity, number=number, label=found[0].strip())
    elif first and work.commentary.series.doi.lower().endswith(f"{first[1].lower()}{{number}}"):
        yield Match.at("number", length=len(first[1]), number=number, label=first[1])


@rule(
    "number-slash",
    WARNING,
    "A slash in the number",
    message="the number {number} puts a slash of its own into {where}",
    hint="write the number as it must stay for ever, such as {other}; or ignore this finding if the slash is meant",
    why="A DOI is never changed again. People take a second slash for the end of it, and a page for a folder.",
    source=CONSTRUCTING_DOIS,
    bad='number: "258/2023"',
    good='number: "258-2023"',
)
def _find_slash_in_number(work: Work) -> Iterator[Match]:
    commentary = work.commentary
    number, series = commentary.number, commentary.series
    if number is None or "/" not in number or series.number_pattern:
        return
    made = commentary.url and commentary.url == series.url_for(number)
    # A DOI that does not follow from the number has none of its slashes.
    if number.casefold() not in commentary.doi.suffix.casefold():
        return
    where = f"the DOI {commentary.doi}" + (f" and the page {commentary.url}" if made else "")
    yield Match.at("number", length=len(number), number=number, where=where, other=number.replace("/", "-"))


@rule(
    "number-placeholder",
    WARNING,
    "A word in place of the number",
    message="“{number}” stands in place of a number",
    hint="write the number as it is printed; if the numbers of this series look so, say so with number_pattern",
    why="Templates and drafts have such a word until the number is known. It becomes a part of a DOI, for ever.",
    source=CONSTRUCTING_DOIS,
    bad="number: xx",
    good="number: XXV",
)
def _find_word_for_number(work: Work) -> Iterable[Match]:
    number = work.commentary.number or ""
    # Who says with `number_pattern` how the numbers look means what is written; most numbers have digits alone.
    if number.isdecimal() or work.commentary.series.number_pattern:
        return ()
    # “Dokument 3” is what a program calls a new file, and may be how a number is printed.
    has_digit = any(character.isdecimal() for character in number)
    found = _NUMBER_TO_COME.fullmatch(number) or (not has_digit and is_program_word(number))
    return (Match.at("number", length=len(number), number=number),) if found else ()


rule(
    "report-number-disagrees",
    WARNING,
    "The report number does not hold the number",
    message="the report number “{report}” does not hold the number {number}",
    hint="correct it, or leave it out: it is made from the series' title and the number",
    why="Both name the same commentary; a copied record keeps the report number of the last one.",
    source=REPORTS,
    bad="report_number: SADF Comment 257",
    good="report_number: SADF Comment 258",
)(
    at(
        "report_number",
        lambda record: (
            record.report_number
            and record.number
            and record.number not in record.report_number
            and {"report": record.report_number, "number": record.number}
        ),
    )
)


@rule(
    "without-given",
    WARNING,
    "A field is given and said to be missing",
    message="`without` says that there is no {name}, and {name} is given: it is deposited",
    hint="delete {name}, or take it out of `without`",
    why="Only one of the two can be meant; a copied record keeps the `without` of the last one.",
    source=RECOMMENDATIONS,
    bad="{without: [licences], licences: ['https://creativecommons.org/licenses/by/4.0/']}",
    good="{without: [language], licences: ['https://creativecommons.org/licenses/by/4.0/']}",
)
def _find_contradicting_without(work: Work) -> Iterator[Match]:
    commentary = work.commentary
    for place, name in enumerate(commentary.without):
        if getattr(commentary, name, None):
            yield Match.at("without", place, name=f"`{name}`")


rule(
    "issn-medium-assumed",
    WARNING,
    "The medium of the ISSN is assumed",
    message="nothing says whether the ISSN {issn} is that of the printed or the online edition; online is assumed",
    hint='look it up at portal.issn.org, and write issn_medium = "electronic" (or "print") into the series',
    why="Crossref registers the medium with the title, and print is what its schema takes for granted.",
    source=ISSN_ERRORS,
    bad="",
    good="",
    setting='issn_medium = ""',
    good_setting='issn_medium = "electronic"',
)(
    at(
        "series",
        lambda record: record.series.issn and record.series.issn_medium is None and {"issn": record.series.issn},
    )
)


rule(
    "series-title-caps",
    WARNING,
    "The title of the series is written in capitals",
    message="the series' title “{title}” is written in capitals",
    hint="write it as the ISSN centre has it, before the first deposit locks it",
    why="The first deposit makes a title record, and every later one must match it exactly.",
    source=TITLE_RECORDS,
    bad="",
    good="",
    setting='title = "SADF COMMENTARIES"',
    good_setting='title = "SADF Commentaries"',
)(
    at(
        "series",
        lambda record: (
            record.series.title.isupper()
            and sum(map(str.isalpha, record.series.title)) >= SHORTEST_CAPS
            and {"title": record.series.title}
        ),
    )
)


rule(
    "series-title-number",
    WARNING,
    "The title of the series holds a number",
    message="the series' title “{title}” ends in a number",
    hint="delete the number: the title is that of the whole series",
    why="The first deposit makes a title record with an ISSN. A title with a number fits only one commentary.",
    source=TITLE_RECORDS,
    bad="",
    good="",
    setting='title = "SADF Comment No. 258"',
    good_setting='title = "SADF Comment"',
)(at("series", lambda record: _SERIES_NUMBER.search(record.series.title) and {"title": record.series.title}))


rule(
    "posted-as-preprint",
    WARNING,
    "Commentaries as preprints",
    message="the series registers its commentaries as preprints",
    hint='write posted_type = "other", or "blog" for posts of a web log',
    why="A preprint announces an article to come, and Crossref looks for it. Commentaries are finished.",
    source=POSTED,
    bad="",
    good="",
    setting='record_type = "posted"\nposted_type = "preprint"',
    good_setting='record_type = "posted"\nposted_type = "other"',
)(
    at(
        "series",
        lambda record: record.series.record_type is RecordType.POSTED and record.series.posted_type == "preprint",
    )
)
