"""Hypothesis strategies for whole records: any commentary the models accept, of any record type.

`commentaries()` gives `Commentary` objects, `records()` the mappings they are made of. Every text is one that the
models leave as it is (normalised, without markup characters), so that a test can compare it with what it finds in XML.
"""

import unicodedata
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st
from stdnum import issn as stdnum_issn
from stdnum.iso7064 import mod_11_2

from doideposit.records.models.commentary import Commentary
from doideposit.records.models.references import CitationType
from doideposit.records.models.relations import INTER_WORK, INTRA_WORK, Archive, UpdateType
from doideposit.records.models.roles import CREDIT_ROLES, CROSSREF_ROLES
from doideposit.records.models.series import RecordType, Series

_CHARACTERS = st.sampled_from("abcdefgzABCXYZ0123456789 .,:;!?'\"&-–—()/éßøçñŁ日本語नमस्तेعربيКиїв🐟\u00a0\u202f")
_LETTERS = st.sampled_from("abcdefgzABCXYZ '-.éßøçñŁ日本語عربيКиїв")


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def texts(
    max_size: int = 40, characters: st.SearchStrategy[str] = _CHARACTERS, min_size: int = 1
) -> st.SearchStrategy[str]:
    """Normalised text without markup, as a record holds it."""
    return (
        st.text(characters, min_size=min_size, max_size=max_size)
        .map(_normal)
        .filter(lambda text: len(text) >= min_size)
    )


def names(max_size: int = 30) -> st.SearchStrategy[str]:
    """Names of people that every version of the schema takes."""
    return texts(max_size, _LETTERS)


_FACES = ("b", "i", "em", "strong", "u", "ovl", "sup", "sub", "scp", "tt", "font")
FORMULA = "<mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo><mml:mn>2</mml:mn></mml:math>"


def rich_texts(*, formulas: bool = True) -> st.SearchStrategy[str]:
    """Titles with face markup and formulas, in the way records write them."""
    leaf = texts(20) | (st.just(FORMULA) if formulas else st.nothing())
    marked = st.recursive(
        leaf,
        lambda inner: st.tuples(st.sampled_from(_FACES), inner).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"),
        max_leaves=3,
    )
    return st.tuples(texts(20), st.lists(marked, max_size=3)).map(lambda pair: " ".join([pair[0], *pair[1]]))


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from("0123456789"), min_size=count, max_size=count)


def orcids() -> st.SearchStrategy[str]:
    """ORCID iDs with a right check character."""
    return _digits(15).map(lambda text: _grouped(text + mod_11_2.calc_check_digit(text)))


def _grouped(digits: str) -> str:
    return "https://orcid.org/" + "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def isnis() -> st.SearchStrategy[str]:
    """ISNIs with a right check character."""
    return _digits(15).map(lambda text: text + mod_11_2.calc_check_digit(text))


def rors() -> st.SearchStrategy[str]:
    """ROR ids with right check digits."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

    def complete(text: str) -> str:
        number = 0
        for character in "0" + text:
            number = number * 32 + alphabet.index(character)
        return f"https://ror.org/0{text}{98 - number * 100 % 97:02d}"

    return st.text(st.sampled_from(alphabet), min_size=6, max_size=6).map(complete)


def issns() -> st.SearchStrategy[str]:
    """ISSNs with a right check character."""
    return _digits(7).map(lambda text: f"{text[:4]}-{text[4:]}{stdnum_issn.calc_check_digit(text)}")


def dois(prefix: str = "10.5555") -> st.SearchStrategy[str]:
    """DOIs that Crossref takes."""
    suffix = st.text(st.sampled_from("abcXYZ0123456789-._;()/"), min_size=1, max_size=20)
    return suffix.filter(lambda text: not text.endswith(".")).map(lambda text: f"{prefix}/{text}")


def urls() -> st.SearchStrategy[str]:
    """Addresses of pages."""
    path = st.text(st.sampled_from("abcdefXYZ0123456789-_.~/%&=?"), max_size=20)
    return path.map(lambda text: "https://www.example.org/" + text)


def partial_dates() -> st.SearchStrategy[str]:
    """Dates of the three precisions, seasons and quarters too."""
    year = st.integers(1400, 2200).map(str)
    month = st.sampled_from([*range(1, 13), *range(21, 25), *range(31, 35)]).map(lambda number: f"{number:02d}")
    day = st.dates(date(1400, 1, 1), date(2200, 12, 31)).map(str)
    return year | st.tuples(year, month).map("-".join) | day


def days() -> st.SearchStrategy[str]:
    """Days of our time."""
    return st.dates(date(1990, 1, 1), date(2100, 1, 1)).map(str)


def languages() -> st.SearchStrategy[str]:
    """Languages that every version of the schema knows."""
    return st.sampled_from(["en", "de", "fr", "hi", "ar", "ja", "uk"])


def _mapping(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def institutions() -> st.SearchStrategy[dict[str, Any]]:
    """Affiliations by name, by id, or both."""
    rest = {
        "acronym": texts(10) | st.lists(texts(10), max_size=6),
        "place": texts(20, min_size=2) | st.lists(texts(20, min_size=2), max_size=6),
        "department": texts(20, min_size=2) | st.lists(texts(20, min_size=2), max_size=6),
        "isni": isnis(),
        "wikidata": st.integers(1, 10**7).map(lambda number: f"Q{number}"),
    }
    return _mapping({"name": texts()}, ror=rors(), **rest) | _mapping({"ror": rors()}, **rest)


def contributors() -> st.SearchStrategy[dict[str, Any]]:
    """Persons, organisations and anonymous contributors."""
    own = st.sampled_from(sorted(CROSSREF_ROLES - {"other", "corresponding-author"}))
    roles = st.lists(st.sampled_from(sorted(CROSSREF_ROLES | CREDIT_ROLES)), min_size=1, max_size=3, unique=True)
    alt_text = _mapping({"text": texts(30)}, language=languages())
    alt_parts = _mapping({"family": names()}, given=names(), prefix=texts(10), suffix=texts(8), language=languages())
    person = _mapping(
        {"family": names()},
        given=names(),
        suffix=st.sampled_from(["Jr.", "III"]),
        roles=roles,
        orcid=orcids(),
        orcid_authenticated=st.booleans(),
        affiliations=st.lists(institutions(), max_size=2),
        alt_names=st.lists(alt_text | alt_parts, max_size=2),
        name_style=st.sampled_from(["western", "eastern", "islensk", "given-only"]),
        language=languages(),
    )
    organisation = _mapping({"organisation": texts()}, roles=own.map(lambda role: [role]), language=languages())
    anonymous = _mapping({"anonymous": st.just(True)}, roles=roles, affiliations=st.lists(institutions(), max_size=1))
    return st.one_of(person, person, organisation, anonymous)


def references() -> st.SearchStrategy[dict[str, Any]]:
    """References by their text, their parts, or both."""
    parts = {
        "type": st.sampled_from(sorted(CitationType)),
        "url": urls(),
        "doi": dois("10.1234"),
        "issn": issns(),
        "isbn": _digits(10).map(lambda text: "978-" + text[:-1] + "0"),
        "journal_title": texts(),
        "author": texts(),
        "volume": texts(8),
        "issue": texts(8),
        "first_page": texts(8),
        "elocation_id": texts(8),
        "year": st.integers(1500, 2030).map(str),
        "series_title": texts(),
        "volume_title": texts(),
        "edition": st.integers(1, 20).map(str),
        "component_number": texts(8),
        "article_title": texts(),
        "std_designator": texts(20, min_size=2),
    }
    title = parts.pop("article_title")
    in_parts = _mapping({"article_title": title}, **parts)
    return _mapping({"text": rich_texts()}, article_title=title, **parts) | in_parts


def abstracts() -> st.SearchStrategy[dict[str, Any]]:
    """Abstracts in the three ways to write them."""
    plain = st.lists(texts(), min_size=1, max_size=3).map("\n\n".join)
    escaped = texts().map(lambda text: text.replace("&", "&amp;"))
    html = st.lists(escaped, min_size=1, max_size=3).map(
        lambda items: "".join(f"<p><em>{item}</em> and <script>x</script>{item}</p>" for item in items)
    )
    jats = st.lists(escaped, min_size=1, max_size=3).map(
        lambda items: "".join(f"<jats:p>{item} <jats:italic>{item}</jats:italic></jats:p>" for item in items)
    )
    forms = st.one_of(
        _mapping({"text": plain}),
        _mapping({"text": html, "format": st.just("html")}),
        _mapping({"text": jats, "format": st.just("jats")}),
    )
    return st.tuples(forms, _mapping({}, language=st.sampled_from(["en", "en-GB", "de"]), kind=texts(10))).map(
        lambda pair: pair[0] | pair[1]
    )


def relations() -> st.SearchStrategy[dict[str, Any]]:
    """Relations of both families."""
    types = st.sampled_from(sorted(INTRA_WORK | INTER_WORK))
    words = {"description": rich_texts(formulas=False), "language": languages()}
    by_doi = _mapping({"type": types, "identifier": dois("10.1234")}, **words)
    by_address = _mapping({"type": types, "identifier": urls(), "identifier_type": st.just("uri")}, **words)
    return by_doi | by_address


def fundings() -> st.SearchStrategy[dict[str, Any]]:
    """Funders by ROR id or by name, with awards."""
    rest = {
        "awards": st.lists(texts(10), max_size=2),
        "grant_dois": st.lists(dois("10.35802"), max_size=1),
    }
    return _mapping({"ror": rors()}, **rest) | _mapping({"name": texts()}, funder_id=dois("10.13039"), **rest)


def licences() -> st.SearchStrategy[dict[str, Any]]:
    """Licences with and without a first day."""
    return _mapping(
        {"url": st.just("https://creativecommons.org/licenses/by/4.0/")},
        start_date=days(),
        applies_to=st.sampled_from(["vor", "am", "tdm", "stm-asf", None]),
    )


@cache
def series(record_type: RecordType | None = None) -> st.SearchStrategy[Series]:
    """A series of one record type, or of any."""
    kinds = st.sampled_from(RecordType) if record_type is None else st.just(record_type)
    mapping = _mapping(
        {
            "name": st.just("made-up-papers"),
            "title": texts(),
            "issn": issns(),
            "prefix": st.just("10.5555"),
            "doi": st.just("{prefix}/{issn}.{number}"),
            "record_type": kinds,
        },
        issn_medium=st.sampled_from(["print", "electronic"]),
        url=st.just("https://www.example.org/papers/{number}/"),
        language=languages(),
        posted_type=st.sampled_from(["letter", "other", "preprint", "review"]),
        publisher=_mapping({"name": texts()}, place=texts(20, min_size=2)),
        institution=institutions(),
        licences=st.lists(licences(), max_size=1),
        crossmark_policy=dois(),
    )
    return mapping.map(Series.model_validate)


def _assertions() -> st.SearchStrategy[dict[str, Any]]:
    """What Crossmark shows, with a label of its own and without."""
    return _mapping(
        {"name": st.sampled_from(["received", "peer_review", "x-1"]), "text": rich_texts(formulas=False)},
        label=st.none() | texts(30, min_size=2),
        group=st.just("history"),
        group_label=texts(30, min_size=2),
        order=st.integers(0, 9),
        url=urls(),
    )


def _numbers() -> st.SearchStrategy[str]:
    return st.integers(1, 9999).map(str) | st.sampled_from(
        ["012", "3.10", "7a", "2023-4", "6e8bc430-9c3a-11d9-9669-0800200c9a66"]
    )


@cache
def records(record_type: RecordType) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings that are commentaries of that type; what it cannot hold at all is not among them."""
    optional: dict[str, Any] = {
        "subtitle": rich_texts(),
        "language": languages(),
        "original_title": _mapping({"text": rich_texts(), "language": languages()}, subtitle=rich_texts()),
        "abstracts": st.lists(abstracts(), max_size=2),
        "published_print": partial_dates(),
        "accepted": partial_dates(),
        "licences": st.lists(licences(), max_size=2),
        "free_to_read": _mapping({}, start_date=days(), end_date=days()),
        "funding": st.lists(fundings(), max_size=2),
        "relations": st.lists(relations(), max_size=3),
        "version": _mapping({"label": texts(10)}, text=rich_texts(), language=languages()),
        "edition": st.integers(1, 20).map(str),
        "report_number": texts(20),
        "article_number": texts(32),
        "pdf_url": urls(),
        "full_texts": st.lists(
            _mapping(
                {"url": urls()},
                mime_type=st.sampled_from(["application/pdf", "text/html", "unknown", None]),
                content_version=st.sampled_from(["vor", "am", "unknown", None]),
                similarity_check=st.booleans(),
                text_mining=st.booleans(),
            ),
            max_size=2,
        ),
        "archives": st.lists(st.sampled_from(sorted(Archive)), max_size=2, unique=True),
        "references": st.lists(references(), max_size=4),
        "keywords": st.lists(texts(), max_size=2),
    }
    if record_type is RecordType.POSTED:
        status = {"type": st.sampled_from(["withdrawn", "removed"]), "date": days(), "text": rich_texts()}
        optional["status"] = st.fixed_dictionaries(status)
    else:
        update = {"type": st.sampled_from(sorted(UpdateType)), "doi": dois(), "date": days()}
        optional["updates"] = st.lists(st.fixed_dictionaries(update), max_size=2)
        optional["crossmark_policy"] = dois()
        optional["identifiers"] = st.lists(
            texts(40) | _mapping({"identifier": texts(40), "type": st.just("pii")}), max_size=3
        )
        optional["assertions"] = st.lists(_assertions(), max_size=2)
    if record_type is RecordType.JOURNAL:
        optional["pages"] = _mapping({"first": texts(32)}, last=texts(32), other=texts(40))
        optional["translated_titles"] = st.lists(_mapping({"text": rich_texts()}, subtitle=rich_texts()), max_size=2)
    else:
        optional["institutions"] = st.lists(institutions(), max_size=3)
    if record_type in {RecordType.JOURNAL, RecordType.REPORT_SERIES}:
        optional["volume"] = texts(32)
    if record_type in {RecordType.REPORT_SERIES, RecordType.REPORT_SINGLE}:
        optional["isbns"] = st.lists(st.sampled_from(["978-3-16-148410-0", "0306406152"]), max_size=2)
    required = {
        "number": _numbers(),
        "title": rich_texts(),
        "authors": st.lists(contributors(), min_size=1, max_size=3),
        "published": partial_dates(),
        "url": urls(),
    }
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def commentaries(draw: st.DrawFn, record_type: RecordType | None = None) -> Commentary:
    """Any commentary the models accept, of one record type or of any."""
    of = draw(series(record_type))
    return Commentary.model_validate({"series": of, **draw(records(of.record_type))})
