"""Licences and funding: what machines read before they use the text."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import SplitResult

from doideposit.checks.rules.address_patterns import Address
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import ERROR, INFO, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Text, Work
from doideposit.findings import Loc
from doideposit.pages import CREATIVE_COMMONS, PARTICIPATION, RECOMMENDATIONS
from doideposit.records.models.relations import Funding

__all__ = ["RIGHTS"]

RIGHTS: Rules[Work] = Rules("licences and funding")
rule = RIGHTS.rule

# Only the path tells the licence, without what follows a question mark or a hash.
_CC = Pattern(r"^https?://(?:www\.)?creativecommons\.org(?P<path>/[^?#]*)?", re.IGNORECASE)
# The six licences of Creative Commons and their versions; ports have a country after the version.
_KINDS = "by|by-sa|by-nd|by-nc|by-nc-sa|by-nc-nd"
_VERSIONS = r"1\.0|2\.0|2\.5|3\.0|4\.0"
_CC_PATH = Pattern(
    rf"/licenses/(?:{_KINDS})/(?:{_VERSIONS})(?:/(?:igo|[a-z]{{2,3}}(?:-[a-z]+)?))?(?P<end>/?)"
    r"|/publicdomain/(?:zero|mark)/1\.0(?P<end0>/?)"
)
# `/deed` is the page for people; machines compare the address without it.
_DEED = Pattern(r"/deed(?:\.[a-z_-]+)?/?$", re.IGNORECASE)
# `/legalcode` is the text of the licence, at an address of its own.
_LEGAL_CODE = Pattern(r"/legalcode(?:\.[a-z_-]+)?/?$", re.IGNORECASE)
# What stands around a funder in the sentence of an acknowledgement. “Supported” and “Grant” are in names too.
_SENTENCE = Pattern(
    r"\b(?:grants?|awards?|contract|project|projekt|proyecto|projeto|processo|subvention)"
    r" (?:no|nr|nº|n°|number|agreement|num)\b"
    r"|\b(?:was|were|is|been|kindly) (?:funded|supported|financed)\b|\bunder (?:the )?grant\b|\bFörderkennzeichen\b"
    r"|\bgefördert (?:durch|von|vom)\b|\bfinanciad[oa] (?:por|pel[oa])\b|\bfinancée? par\b|\bfinanziat[oa] da\b",
    re.IGNORECASE,
)
# Forms ask for “Grant agreement No.”; funders compare the number alone.
_AWARD_LABEL = Pattern(
    r"^(?:grant|award|contract|project|agreement)\b.*?(?:no|nr|number|agreement|#)?[.:#]?\s+\S", re.IGNORECASE
)
# The DOI prefix of Crossref's Open Funder Registry.
FUNDER_REGISTRY = "10.13039"


class _CreativeCommons(NamedTuple):
    """Hold the address of a licence of Creative Commons, and the path in it, which tells the licence."""

    url: str
    path: str


def _creative_commons(work: Work) -> list[tuple[Loc, _CreativeCommons]]:
    return [
        (loc, _CreativeCommons(licence.url, found["path"] or ""))
        for loc, licence in work.licences
        if (found := _CC.match(licence.url))
    ]


def _is_home_page(parts: SplitResult) -> bool:
    return parts.path in {"", "/"} and not parts.query


def _lacks_slash(licence: _CreativeCommons) -> dict[str, str]:
    path = _CC_PATH.fullmatch(licence.path)
    if path is None or path["end"] or path["end0"]:
        return {}
    return {"url": re.sub("^http:", "https:", licence.url, flags=re.IGNORECASE)}


def _is_unknown(licence: _CreativeCommons) -> bool:
    # Most are written as Creative Commons does, so that nothing has to be taken away first.
    known = _CC_PATH.fullmatch(licence.path) or _CC_PATH.fullmatch(_LEGAL_CODE.sub("", _DEED.sub("", licence.path)))
    return known is None


def _funder_names(work: Work) -> list[Text]:
    return [((*loc, "name"), funder.name) for loc, funder in work.each_funder() if funder.name]


def _award_texts(work: Work) -> list[Text]:
    funders = enumerate(work.commentary.funding)
    return [
        (("funding", index, "awards", at), award) for index, funder in funders for at, award in enumerate(funder.awards)
    ]


rule(
    "licence-not-https",
    WARNING,
    "A Creative Commons address without https",
    message="the address of the licence begins with http://",
    hint="write https://, as Creative Commons does",
    why="Programs compare licences by their address, letter by letter.",
    source=CREATIVE_COMMONS,
    bad="licences: ['http://creativecommons.org/licenses/by/4.0/']",
    good="licences: ['https://creativecommons.org/licenses/by/4.0/']",
)(Each(_creative_commons, lambda licence: licence.url[:5].lower() == "http:", "url"))


rule(
    "licence-slash",
    WARNING,
    "The last slash of a Creative Commons address is missing",
    message="the address of the licence lacks its last slash",
    hint="write {url}/",
    why="Programs compare licences by their address, letter by letter; the official one ends in a slash.",
    source=CREATIVE_COMMONS,
    bad="licences: ['https://creativecommons.org/licenses/by/4.0']",
    good="licences: ['https://creativecommons.org/licenses/by/4.0/']",
)(Each(_creative_commons, _lacks_slash, "url"))


rule(
    "licence-deed",
    WARNING,
    "A page about the licence instead of the licence",
    message="the address names a version of the licence's page for people: “{found}”",
    hint="delete it: the address of the licence ends with its version and a slash",
    why="The deed has an address of its own in each language; the licence itself has one, which programs know.",
    source=CREATIVE_COMMONS,
    bad="licences: ['https://creativecommons.org/licenses/by/4.0/deed.en']",
    good="licences: ['https://creativecommons.org/licenses/by/4.0/']",
)(
    Each(
        _creative_commons,
        lambda licence: (found := _DEED.search(licence.url)) and {"found": found[0].strip("/")},
        "url",
    )
)


rule(
    "licence-unknown",
    WARNING,
    "No such Creative Commons licence",
    message="Creative Commons has no licence with the address {url}",
    hint="write for instance https://creativecommons.org/licenses/by-nc/4.0/, in this order",
    why="An address without the licence or its version, or with its parts in another order, names no licence.",
    source=CREATIVE_COMMONS,
    bad="licences: ['https://creativecommons.org/licenses/nc-by/4.0/']",
    good="licences: ['https://creativecommons.org/licenses/by-nc/4.0/']",
)(Each(_creative_commons, _is_unknown, "url", called="url"))


@rule(
    "licence-not-a-licence",
    WARNING,
    "An address that is no licence",
    message="the address of the licence is {what}",
    hint="give the address of the licence's text; without a licence leave `licences` out",
    why="The address stands for the terms under which the text may be used. Nothing said means no licence.",
    source=RECOMMENDATIONS,
    bad="licences: ['https://www.sadf.eu/']",
    good="licences: ['https://www.sadf.eu/terms-of-use/']",
)
def _find_address_of_no_licence(work: Work) -> Iterator[Match]:
    for loc, licence in work.licences:
        if licence.url == work.commentary.url:
            yield Match.at(*loc, "url", length=len(licence.url), what="the landing page of the commentary")
        elif not _CC.match(licence.url) and _is_home_page(Address.read(licence.url).parts):
            yield Match.at(*loc, "url", length=len(licence.url), what="the home page of a site")


@rule(
    "licence-early",
    WARNING,
    "A licence from before the publication",
    message="the licence applies from {start}, more than a year before the publication on {published}",
    hint="leave `start_date` out: it then applies from the day of publication",
    why="A licence begins with the publication, or later, when an embargo ends.",
    source=RECOMMENDATIONS,
    bad="licences: [{url: 'https://creativecommons.org/licenses/by/4.0/', start_date: 2022-01-01}]",
    good="licences: [{url: 'https://creativecommons.org/licenses/by/4.0/', start_date: 2024-01-01}]",
)
def _find_early_licence(work: Work) -> Iterator[Match]:
    published = work.commentary.published
    printed = work.commentary.published_print or published
    for loc, licence in work.licences:
        start = licence.start_date
        # Licences often begin with the printed issue or its month; a year earlier, the day was mistyped.
        if start and start < min(published.first_day, printed.first_day) - timedelta(days=366):
            yield Match.at(*loc, "start_date", length=10, start=start, published=published)


@rule(
    "licence-several",
    WARNING,
    "Two licences at once",
    message="a second licence applies to the same version from the same day",
    hint="keep one, or give the second its `start_date`, or say what it `applies_to`",
    why="Readers and programs cannot tell which of the two holds.",
    source=RECOMMENDATIONS,
    bad="""
        licences:
          - https://creativecommons.org/licenses/by/4.0/
          - https://creativecommons.org/licenses/by-nc/4.0/
        """,
    good="""
        licences:
          - https://creativecommons.org/licenses/by-nc/4.0/
          - {url: 'https://creativecommons.org/licenses/by/4.0/', applies_to: tdm}
        """,
)
def _find_several_licences(work: Work) -> Iterator[Match]:
    seen: set[tuple[object, object]] = set()
    for loc, licence in work.licences if len(work.licences) > 1 else ():
        # Terms of publishers are together by design; two licences of Creative Commons do not.
        if not _CC.match(licence.url):
            continue
        if (licence.applies_to, licence.start_date) in seen:
            yield Match.at(*loc)
        seen.add((licence.applies_to, licence.start_date))


rule(
    "funder-id-prefix",
    ERROR,
    "Not a funder id",
    message="{doi} is not an id of the Open Funder Registry",
    hint=f"its ids begin with {FUNDER_REGISTRY}/; better give the funder's `ror`",
    why="The registry has a DOI prefix of its own; another DOI names something else.",
    source=PARTICIPATION,
    bad="funding: [{name: European Commission, funder_id: 10.12345/501100000780}]",
    good="funding: [{name: European Commission, funder_id: 10.13039/501100000780}]",
)(
    Each(
        Work.each_funder,
        lambda funder: (
            funder.funder_id and funder.funder_id.prefix != FUNDER_REGISTRY and {"doi": funder.funder_id.printed}
        ),
        "funder_id",
    )
)


rule(
    "award-label",
    WARNING,
    "A label before an award number",
    message="the award number “{award}” holds a label",
    hint="write only the number, as the funder writes it",
    why="Award numbers are compared letter by letter.",
    source=PARTICIPATION,
    bad="funding: [{ror: 00k4n6c32, awards: [Grant agreement No. 101004509]}]",
    good="funding: [{ror: 00k4n6c32, awards: ['101004509']}]",
)(Each(_award_texts, _AWARD_LABEL.match, called="award"))


rule(
    "funder-sentence",
    WARNING,
    "More than a name in the name of a funder",
    message="“{name}” holds more than the name of a funder",
    hint="write the funder alone in `name`, and the number in `awards`",
    why="Funders are recognised by their names; a grant in the sentence around it is found by nobody.",
    source=PARTICIPATION,
    bad="funding: [{name: 'This work was supported by the River Fund, grant no. 950000'}]",
    good="funding: [{name: Grant Foundation for Supported Research, awards: ['950000']}]",
)(Each(_funder_names, _SENTENCE.search, called="name"))


@rule(
    "funder-twice",
    INFO,
    "The same funder twice",
    message="the funder {name} is named twice",
    hint="keep one entry, with all award numbers",
    why="Crossref keeps all awards of a funder together; a second entry looks like a second funder.",
    source=PARTICIPATION,
    bad="funding: [{ror: 00k4n6c32, awards: ['1']}, {ror: 00k4n6c32, awards: ['2']}]",
    good="funding: [{ror: 00k4n6c32, awards: ['1', '2']}]",
)
def _find_repeated_funder(work: Work) -> Iterator[Match]:
    seen: set[object] = set()
    for index, item in enumerate(work.commentary.funding):
        key = item.ror or item.funder_id or (item.name or "").casefold()
        if key and key in seen:
            yield Match.at("funding", index, name=item.name or item.ror)
        seen.add(key)


@rule(
    "award-twice",
    WARNING,
    "The same award twice",
    message="the award {award} of this funder is given twice",
    hint="keep one of the two; if another award is meant, correct its number",
    why="Every entry counts as an award of its own, with Crossref and in the reports of the funder.",
    source=PARTICIPATION,
    bad="funding: [{ror: 00k4n6c32, awards: ['101004509', '101004509']}]",
    good="funding: [{ror: 00k4n6c32, awards: ['101004509', '101004510']}]",
)
def _find_repeated_award(work: Work) -> Iterator[Match]:
    seen: dict[str, list[Funding]] = {}
    for index, funder in enumerate(work.commentary.funding):
        for field, awards in (("awards", funder.awards), ("grant_dois", funder.grant_dois)):
            for place, award in enumerate(awards):
                earlier = seen.setdefault("".join(str(award).split()).casefold(), [])
                # A project that several funders pay for may have one number with all of them.
                if any(_is_one_funder(funder, other) for other in earlier):
                    yield Match.at("funding", index, field, place, award=award)
                earlier.append(funder)


def _is_one_funder(one: Funding, other: Funding) -> bool:
    """Tell whether two entries name one funder; ministries of several countries have one name, and other ids."""
    ids = [{str(name) for name in (funder.ror, funder.funder_id) if name} for funder in (one, other)]
    if all(ids):
        return bool(ids[0] & ids[1])
    return (one.name or "").casefold() == (other.name or "").casefold() or one is other
