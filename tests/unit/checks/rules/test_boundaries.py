"""Each condition of a rule, where it alone decides: numbers at their limit, and what makes an exception."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from doideposit.checks.rules.evaluation import ALL_RULES, RECORD_RULES, RUN_RULES
from doideposit.checks.rules.registry import Context
from doideposit.checks.rules.work import Work
from doideposit.findings import field_path
from rule_examples import commentary, loaded

RULES = {rule.code: rule for rule in RECORD_RULES}
TOGETHER = {rule.code: rule for rule in RUN_RULES}
TODAY = date(2026, 9, 1)
CC = "https://creativecommons.org/licenses/by/4.0/"
OWN = "10.48251/SADF.ISSN.2406-5617.C258"


def fields_found(code: str, fields: object, setting: str = "") -> str:
    data = loaded(fields) if isinstance(fields, str) else fields
    assert isinstance(data, Mapping)
    found = RULES[code].function(Work(commentary(dict(data), setting), Context(TODAY)))
    return " ".join(field_path(match.loc) for match in found)


def references(*items: str) -> str:
    return "references: [" + ", ".join(f"{{{item}}}" for item in items) + "]"


ABSTRACTS = [
    # 59 and 60 letters; of a Chinese text a third as many.
    ("abstract-short", {"abstracts": ["a" * 59]}, "abstracts[0].text"),
    ("abstract-short", {"abstracts": ["a" * 60]}, ""),
    ("abstract-short", {"abstracts": ["漢" * 19 + "aa"]}, "abstracts[0].text"),
    ("abstract-short", {"abstracts": ["漢" * 20]}, ""),
    ("abstract-short", {"abstracts": ["é" * 59]}, "abstracts[0].text"),
    ("abstract-short", {"abstracts": ["\u2e80" * 20]}, ""),
    ("abstract-short", {"abstracts": ["Prospects for NATO-Japan relations"]}, ""),
    ("abstract-is-title", {"abstracts": ["Prospects for NATO-Japan relations."]}, "abstracts[0].text"),
    ("abstract-is-title", {"title": "ΐΐΐ", "abstracts": ["ΐΐΐ"]}, "abstracts[0].text"),
    ("abstract-long", {"abstracts": ["a" * 6000]}, ""),
    ("abstract-long", {"abstracts": ["a" * 6001]}, "abstracts[0].text"),
    # One point is not a list.
    ("abstract-list", {"abstracts": ["They share:\n• trade in goods"]}, ""),
    ("abstract-list", {"abstracts": ["They share:\n• trade\n• water"]}, "abstracts[0].text"),
    ("abstract-keywords", {"abstracts": ["Keywords are discussed here. And it is long."]}, ""),
    ("abstract-several", {"abstracts": ["Abstract: one text alone."]}, ""),
    ("abstract-several", {"abstracts": ["<p>One.</p><p>Abstract: two.</p>"]}, "abstracts[0].text"),
    ("abstract-language-twice", "abstracts: [{text: One, kind: a}, {text: Two}]", ""),
    ("abstract-language-twice", "abstracts: [{text: One, language: de}, {text: Two, language: de}]", "abstracts[1]"),
    ("abstract-language-twice", "abstracts: [{text: One, language: en}, {text: Two}]", "abstracts[1]"),
    # Half of the letters may be of another script.
    ("language-script", {"title": "abнн"}, ""),
    ("language-script", {"title": "abннн"}, "title"),
    ("language-script", {"title": "ннн", "language": "ru"}, ""),
    # Three words of another language, or a fifth; four times as many as of the stated one.
    ("language-mismatch", {"title": "Relations entre Japon et Chine"}, ""),
    ("language-mismatch", {"title": "Relations entre le Japon et Chine"}, "title"),
    ("language-mismatch", {"title": "Le Japon et la Chine of"}, ""),
    ("language-mismatch", {"title": "Le Japon et la Chine pour les of"}, "title"),
    ("language-mismatch", {"title": "Le Japon et la Chine", "language": "fra"}, ""),
    ("language-mismatch", {"title": "The aims of the alliance", "language": "fre"}, "title"),
    ("language-mismatch", {"title": "Le Japon et la Chine", "language": "hi"}, ""),
    ("language-mismatch", {"title": "le la les des du et dans " + "Tokyo " * 33}, ""),
    ("language-mismatch", {"title": "le la les des du et dans pour " + "Tokyo " * 32}, "title"),
    (
        "language-mismatch",
        {"abstracts": [{"text": "Der Autor untersucht die Aussichten und das Ende der Zeit.", "language": "fr"}]},
        "abstracts[0].text",
    ),
    (
        "language-mismatch",
        {"original_title": {"text": "Le Japon et la Chine", "language": "de"}},
        "original_title.text",
    ),
]
TITLES = [
    ("title-long", {"title": "a" * 300}, ""),
    ("title-long", {"title": "a" * 301}, "title"),
    ("title-all-caps", {"title": "THE LAST"}, ""),
    ("title-all-caps", {"title": "ASEAN SCO"}, ""),
    ("title-all-caps", {"title": "JAPANS SC"}, "title"),
    ("title-all-caps", {"title": "JAPANS"}, ""),
    ("title-all-caps", {"title": "JAPANSANDCHINAS"}, ""),
    ("title-all-caps", {"title": "A B C D EFGH"}, "title"),
    ("title-all-caps", {"title": "AB BC CD DE"}, ""),
    ("title-all-caps", {"subtitle": "THE END OF EVERYTHING"}, "subtitle"),
    ("title-lower-case", {"title": "prospects"}, ""),
    ("title-lower-case", {"title": "iPhone diplomacy"}, ""),
    ("title-lower-case", {"title": "2023 in review"}, ""),
    ("title-trailing-stop", {"subtitle": "An overview,"}, "subtitle"),
    ("title-trailing-stop", {"title": "And then..."}, ""),
    ("title-trailing-stop", {"title": "Ann Keller Ltd."}, ""),
    ("title-number", {"title": "Prospects (258) and more beyond"}, ""),
    ("title-number", {"title": "No. 258: Prospects"}, "title"),
    ("title-number", {"title": "COMMENT 258: Prospects"}, ""),
    ("title-series-label", {"title": "SADF Comment"}, ""),
    ("title-series-label", {"title": "Prospects – SADF Comment"}, "title"),
    ("title-blank", {"title": "<mml:math><mml:mo>=</mml:mo></mml:math>"}, ""),
    ("title-blank", {"title": "— …"}, "title"),
    ("title-quoted", {"title": '"NATO" and "Japan"'}, ""),
    ("title-quoted", {"title": '"NATO and Japan"'}, "title"),
    ("title-quoted", {"title": "“NATO and Japan"}, ""),
    ("title-quoted", {"title": "NATO and Japan”"}, ""),
    ("title-date", {"title": "Prospects 2023-09-14"}, "title"),
    ("title-date", {"title": "Prospects, September 14, 2023"}, "title"),
    ("title-date", {"title": "Prospects (September 2023)"}, "title"),
    ("title-date", {"title": "Prospects (August 2023)"}, ""),
    ("title-date", {"title": "Prospects (December 2023)", "published": "2023-12-01"}, "title"),
    ("title-date", {"title": "Prospects (January 2023)", "published": "2023-01"}, "title"),
    ("title-date", {"title": "Prospects 2023", "published": "2023"}, ""),
    ("title-author", {"title": "Siegfried O. Wolf: a life"}, "title"),
    ("title-author", {"title": "The Siegfried O. Wolf prize"}, ""),
    ("title-author", {"title": "The many wars of Wolf"}, ""),
    ("title-author", {"title": "Prospects (Siegfried O. Wolf)"}, "title"),
    ("title-author", {"title": "Sukarno", "authors": [{"family": "Sukarno"}]}, ""),
    ("title-honorific", {"title": "What next, Dr. Singh?"}, ""),
    ("title-honorific", {"title": "Wolf and Dr. Singh"}, ""),
    ("title-markup-for-looks", {"title": "<b>Prospects</b> for <i>relations</i>"}, ""),
    ("subtitle-colon", "{title: Prospects –, subtitle: An overview}", "title"),
    ("subtitle-colon", "{title: Prospects –}", ""),
    ("subtitle-colon", "{title: Prospects —, subtitle: '- an overview'}", "subtitle title"),
    ("subtitle-repeated", "{title: 'Prospects: an overview', subtitle: AN OVERVIEW}", "title"),
    ("subtitle-in-title", {"title": "NATO: a no-go for now"}, ""),
    ("subtitle-in-title", {"title": "NATO in Asia: no-go"}, ""),
    ("subtitle-in-title", {"title": "NATO in Asia: a no-go", "subtitle": "Notes"}, ""),
    (
        "original-title-same",
        {"original_title": {"text": "Autres perspectives", "language": "en"}},
        "original_title.language",
    ),
    (
        "retraction-unmarked",
        f"updates: [{{type: correction, doi: {OWN}, date: '2023-09-14'}}]\ncrossmark_policy: 10.48251/policy",
        "",
    ),
]
NAMES = [
    ("name-all-caps", "authors: [{given: ABC, family: WOLF}]", "authors[0].family"),
    ("name-all-caps", "authors: [{given: A.B.C.D., family: LIU}]", ""),
    ("name-all-caps", "authors: [{given: Ana, family: 'NULL'}]", ""),
    ("name-lower-case", "authors: [{given: ana, family: wolf}]", "authors[0].given authors[0].family"),
    ("name-lower-case", "authors: [{given: Ana, family: nan}, {family: admin}, {family: et al.}]", ""),
    ("name-lower-case", "authors: [{given: Ana, family: van dijk}]", ""),
    ("name-repeated", "authors: [{given: Ana Kelle, family: Kelle}]", "authors[0].given"),
    ("name-repeated", "authors: [{given: Ana Kell, family: Kell}]", ""),
    ("name-repeated", "authors: [{given: Keller, family: Keller}]", ""),
    ("name-repeated", "authors: [{given: Keller Ana, family: Keller}]", ""),
    ("name-swapped", "authors: [{given: W., family: S. O.}]", ""),
    ("name-swapped", "authors: [{given: van Dijk, family: Ana}]", "authors[0]"),
    ("name-swapped", "authors: [{given: van Dijk, family: Ana Maria}]", ""),
    ("name-swapped", "authors: [{family: S. O.}]", ""),
    ("name-glued", "authors: [{given: Ana, family: 'Keller, Ana'}]", "authors[0].family"),
    ("name-glued", "authors: [{given: 'Ana, Keller', family: Keller}]", "authors[0].given"),
    ("name-glued", "authors: [{given: Ana, family: 'Keller,'}]", ""),
    ("name-glued", "authors: [{given: Ana, family: 'Keller, Jr.'}]", ""),
    ("name-glued", "authors: [{given: Ana, family: 'Keller, PhD'}]", ""),
    ("name-glued", "authors: [{family: Ana Keller, name_style: eastern}]", ""),
    ("name-glued", "authors: [{family: Ana Keller, name_style: western}]", "authors[0].family"),
    ("name-glued", "authors: [{family: Dr. Keller}, {family: van Dijk}, {family: Keller et al.}]", ""),
    ("name-glued", "authors: [{family: Keller and Ana}, {family: Example Forum}, {family: Keller Jr.}]", ""),
    ("name-glued", "authors: [{family: Keller PhD}, {family: Staff}]", ""),
    ("name-honorific", "authors: [{given: Ana Dr., family: Keller}]", "authors[0].given"),
    ("name-honorific", "authors: [{given: Dr., family: Keller}]", ""),
    ("name-degree", "authors: [{given: Ana, family: Keller, suffix: PhD}]", "authors[0].suffix"),
    ("name-degree", "authors: [{given: M.Sc., family: Keller}]", ""),
    ("name-degree", "authors: [{given: Ana, family: Keller, suffix: III}]", ""),
    ("name-suffix", "authors: [{given: Ana, family: Keller, suffix: PhD}]", ""),
    ("name-blank", "authors: [{organisation: '—'}]", "authors[0].organisation"),
    ("name-blank", "authors: [{given: Ana, family: '#N/A'}, {given: Ana, family: '##'}]", ""),
    ("name-anonymous", "authors: [{given: Admin, family: Keller}]", ""),
    ("name-anonymous", "authors: [{organisation: Webmaster}]", "authors[0].organisation"),
    ("name-et-al", "authors: [{organisation: Keller et al.}]", "authors[0].organisation"),
    ("name-character", "authors: [{given: Ana, family: Keller & Wolf}, {given: Ana, family: Keller 3rd}]", ""),
    ("name-character", "authors: [{given: Ana, family: '#N/A'}]", ""),
    ("name-initials", "authors: [{given: S., family: Wolf}]", ""),
    ("name-initials", "authors: [{given: Ana S.O., family: Wolf}]", "authors[0].given"),
    ("name-punctuation", "authors: [{given: Ana, family: Keller&eacute;}, {given: '-', family: Keller}]", ""),
    ("name-several", "authors: [{given: Ana, family: Keller and others}]", ""),
    ("name-several", "authors: [{given: Ana, family: Forum and Team}]", ""),
    ("alt-name-same", "authors: [{given: Ana, family: Wolf, alt_names: [{given: Ana, family: Wolf}]}]", "authors[0].alt_names[0]"),
    ("alt-name-same", "authors: [{given: Ana, family: Wolf, alt_names: [{given: Anne, family: Wolf}]}]", ""),
]  # fmt: skip


def orcid_of(number: int) -> str:
    """Return an ORCID iD with its check digit (ISO 7064, MOD 11-2)."""
    total = 0
    for digit in f"{number:015d}":
        total = (total + int(digit)) * 2
    text = f"{number:015d}" + "0123456789X"[(12 - total % 11) % 11]
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


CONTRIBUTORS = [
    ("person-is-organisation", "authors: [{given: Ana, family: Bureau}]", ""),
    ("person-is-organisation", "authors: [{family: Bureau}]", "authors[0]"),
    ("person-is-organisation", "authors: [{given: Ana, family: Example Bureau}]", "authors[0]"),
    ("person-is-organisation", "authors: [{given: Ana M., family: Bureau}]", ""),
    ("organisation-is-person", "authors: [{organisation: Dr. Keller}]", "authors[0].organisation"),
    ("organisation-is-person", "authors: [{organisation: Example O. Team}]", ""),
    ("contributor-twice", "authors: [{organisation: One}, {organisation: ONE}]", "authors[1]"),
    ("contributor-twice", "authors: [{organisation: Sukarno}, {family: Sukarno}]", "authors[1]"),
    ("contributor-twice", "authors: [{family: Sukarno}, {organisation: Sukarno}]", ""),
    ("contributor-twice", "authors: [{given: A., family: B}, {organisation: One}, {given: A., family: B}]", ""),
    (
        "contributor-twice",
        "authors: [{given: A., family: B, affiliations: [One]}, {given: A., family: B, affiliations: [Two]}]",
        "",
    ),
    (
        "contributor-twice",
        "authors: [{given: A., family: B, affiliations: [One]}, {given: A., family: B}]",
        "authors[1]",
    ),
    (
        "contributor-twice",
        "authors: [{given: A., family: B, orcid: 0000-0002-1825-0097}, {given: A., family: B}]",
        "authors[1]",
    ),
    (
        "contributor-twice",
        ("authors: [{given: A., family: B, orcid: 0000-0002-1825-0097},"
        " {given: A., family: B, orcid: 0000-0001-5109-3700}]"),
        "",
    ),
    ("contributor-twice", "authors: [{given: A., family: B, affiliations: [One]}, {given: A., family: B, affiliations: [One]}]", "authors[1]"),
    ("affiliation-several", "authors: [{given: A., family: B, affiliations: [South Asia; SADF]}]", ""),
    ("affiliation-several", "authors: [{given: A., family: B, affiliations: [University of Basel; SADF]}]", "authors[0].affiliations[0].name"),
    ("affiliation-several", "authors: [{given: A., family: B, affiliations: [University of Basel]}]", ""),
    ("affiliation-several", "authors: [{given: A., family: B, affiliations: [South Asia; Basel]}]", ""),
    ("affiliation-address", "authors: [{given: A., family: B, affiliations: [a@b.net]}]", "authors[0].affiliations[0].name"),
    ("affiliation-address", "authors: [{given: A., family: B, affiliations: [{name: SADF, place: 19 Avenue Road}]}]", "authors[0].affiliations[0].place"),
    ("author-role-missing", "authors: [{given: Jane, family: Doe, roles: [editor]}]", ""),
    ("orcid-missing", "authors: [{given: A., family: B, orcid: 0000-0002-1825-0097}, {given: C., family: D}]", "authors[1]"),
    ("orcid-authenticated", "authors: [{given: A., family: B}]", ""),
    # The two blocks of numbers that ORCID assigns from, at their edges.
    *(
        ("orcid-unassigned", f"authors: [{{given: A., family: B, orcid: {orcid_of(number)}}}]", expected)
        for number, expected in (
            (14_999_999, "authors[0].orcid"), (15_000_000, ""), (35_000_000, ""), (35_000_001, "authors[0].orcid"),
            (899_999_999_999, "authors[0].orcid"), (900_000_000_000, ""), (900_100_000_000, ""),
            (900_100_000_001, "authors[0].orcid"),
        )
    ),
]  # fmt: skip
DATES = [
    ("date-future", {"published": "2026-09-01"}, ""),
    ("date-future", {"published": "2026-09-02"}, "published"),
    ("date-future", {"published": "2027"}, "published"),
    ("date-future", {"published": "2026"}, ""),
    ("date-accepted-late", "{published: 2023-09-14, accepted: 2023-09-14}", ""),
    ("date-accepted-late", "{published: 2023-09-14, accepted: 2023-09-15}", "accepted"),
    ("date-accepted-late", "{published: '2023', accepted: 2023-12-15}", ""),
    ("date-accepted-late", "{published: '2023', accepted: 2024-01-01}", "accepted"),
    ("date-accepted-late", "{published: 2023-09, accepted: 2023-10-01}", "accepted"),
    ("date-before-the-web", "{published: 1990-01-01, url: 'https://www.sadf.eu/1991/a/'}", "published"),
    ("date-before-the-web", "{published: 1991-01-01, url: 'https://www.sadf.eu/2001/a/'}", ""),
    ("date-before-the-web", "{published: 1990-01-01, accepted: 1991-01-01}", "published"),
    ("date-before-the-web", "{published: 1990-01-01, accepted: 1990-02-01}", ""),
    ("date-number-year", "{number: 2022-05}", ""),
    ("date-number-year", "{number: 2021-05}", "number"),
    ("date-number-year", "{number: 2025-05}", "number"),
    ("date-number-year", "{number: 2013-05}", "number"),
    ("date-number-year", "{number: 2012-05}", ""),
    ("date-number-year", "{number: 5/2019}", "number"),
    ("dates-far-apart", "{published: 2020-01-01, published_print: 2022-12-31}", ""),
    ("dates-far-apart", "{published: 2020-01-01, published_print: 2023-01-01}", "published_print"),
    ("free-to-read-dates", "free_to_read: {start_date: 2024-01-01, end_date: 2024-01-01}", ""),
    ("free-to-read-dates", "free_to_read: {end_date: 2023-01-01}", ""),
    ("free-to-read-over", "free_to_read: {end_date: 2026-09-01}", ""),
    ("free-to-read-over", "free_to_read: {end_date: 2026-08-31}", "free_to_read.end_date"),
    ("free-to-read-over", "free_to_read: {start_date: 2026-08-31, end_date: 2026-08-31}", "free_to_read.end_date"),
    ("free-to-read-over", "free_to_read: {start_date: 2024-01-01, end_date: 2023-01-01}", ""),
    ("date-imprecise", "published: 2023-09", "published"),
    ("event-future", f"updates: [{{type: correction, doi: {OWN}, date: 2026-09-01}}]\ncrossmark_policy: 10.48251/p", ""),
    ("event-future", f"updates: [{{type: correction, doi: {OWN}, date: 2026-09-02}}]\ncrossmark_policy: 10.48251/p", "updates[0].date"),
]  # fmt: skip
ADDRESSES = [
    ("url-port", {"url": "https://www.sadf.eu:443/a/"}, ""),
    ("url-port", {"url": "http://www.sadf.eu:443/a/"}, "url"),
    ("url-port", {"url": "http://www.sadf.eu:80/a/"}, ""),
    ("url-port", {"url": "ftp://www.sadf.eu:21/a/"}, ""),
    ("url-port", {"url": "http://localhost:8080/a/"}, ""),
    ("url-not-https", {"url": "http://localhost/a/"}, ""),
    ("url-not-https", {"pdf_url": "ftp://www.sadf.eu/a.pdf"}, "pdf_url"),
    (
        "url-not-https",
        {"full_texts": [{"url": "http://www.sadf.eu/a.xml", "mime_type": "application/xml"}]},
        "full_texts[0].url",
    ),
    ("url-local", {"url": "https://intranet/a/"}, "url"),
    ("url-local", {"url": "https://10.1.2.3/a/"}, "url"),
    ("url-local", {"url": "https://8.8.4.4/a/"}, ""),
    ("url-local", {"url": "https://https://www.sadf.eu/a/"}, ""),
    ("url-local", {"url": "https://printer.lan/a/", "pdf_url": "https://www.sadf.eu/a"}, "url"),
    ("url-local", {"url": "https://[::1]/a/"}, "url"),
    ("url-numeric-host", {"url": "https://10.1.2.3/a/"}, ""),
    ("url-fragment", {"url": "https://www.sadf.eu/a&#38;b/"}, ""),
    ("url-home-page", {"url": "https://www.sadf.eu"}, "url"),
    ("url-home-page", {"url": "https://www.sadf.eu/?p=258"}, ""),
    ("url-home-page", {"url": "https://www.sadf.eu/#c258"}, ""),
    ("url-home-page", {"url": "https://www.sadf.eu/a/", "pdf_url": "https://www.sadf.eu/"}, "pdf_url"),
    ("url-trailing-punctuation", {"url": "https://www.sadf.eu/a_(b)"}, ""),
    ("url-trailing-punctuation", {"url": "https://www.sadf.eu/a)"}, "url"),
    ("url-trailing-punctuation", {"url": "https://www.sadf.eu/a..."}, ""),
    ("url-trailing-punctuation", {"url": "https://www.sadf.eu/(a."}, "url"),
    ("url-character", {"url": "https://www.sadf.eu/a|b&amp;c"}, ""),
    ("url-character", {"url": "https://www.sadf.eu/a|b)"}, ""),
    ("url-character", {"url": "https://[2606:4700::1111]/a/"}, ""),
    ("url-number-disagrees", {"number": "0258", "url": "https://www.sadf.eu/c258/"}, ""),
    ("url-number-disagrees", {"url": "https://www.sadf.eu/c0258/"}, ""),
    ("url-number-disagrees", {"url": "https://www.sadf.eu/c257/c258/"}, ""),
    ("url-number-disagrees", {"number": "A", "url": "https://www.sadf.eu/c257/"}, ""),
    ("url-preview", {"url": "https://staging.sadf.eu/a/"}, "url"),
    ("url-escaped", {"licences": ["https://www.sadf.eu/a&amp;b/"]}, "licences[0].url"),
    ("full-text-is-landing-page", "{url: 'https://www.sadf.eu/a.PDF', pdf_url: 'https://www.sadf.eu/a.PDF'}", ""),
    ("full-text-is-landing-page", "{url: 'https://www.sadf.eu/a/', pdf_url: 'https://www.sadf.eu/b/'}", ""),
    ("full-text-is-landing-page", "url: null", ""),
    ("url-suspicious", {"url": "https://www.sadf.eu/0f0c0e3c-5bb0-4cc5-9e0c-ffa61e09b27"}, "url"),
    ("url-suspicious", {"url": "https://www.sadf.eu/0f0c0e3c-5bb0-4cc5-9e0c-ffa61e09b271"}, ""),
    ("url-suspicious", {"url": "https://www.sadf.eu/https://www.sadf.eu/a/"}, "url"),
    ("url-suspicious", {"url": "https://web.archive.org/web/2019/https://www.sadf.eu/a/"}, ""),
    ("url-suspicious", {"url": "https://www.sadf.eu/?u=https://www.sadf.eu/a/"}, ""),
    ("url-suspicious", {"url": "https://www.sadf.eu/a%2520b/"}, "url"),
    ("url-suspicious", {"url": "https://www.sadf.eu/a/?b=%2520"}, ""),
    ("url-suspicious", {"url": "https://www.sadf.eu/login?a"}, "url"),
    ("url-suspicious", {"url": "https://bit.ly/abc"}, "url"),
    ("url-suspicious", {"url": "https://drive.google.com/abc"}, "url"),
    ("url-suspicious", {"url": "https://www.google.com/url?q=a"}, "url"),
]
SCHULTZ = "Schultz, T. (2023, June 15). NATO in Indo-Pacific. Deutsche Welle."
REFERENCES = [
    ("reference-from-the-future", references("year: 202a, text: 'Okafor, M. (202a). A study.'"), ""),
    ("reference-text-short", references("text: 'Schultz, T. 202'"), ""),
    ("reference-text-short", references("text: 'Schultz, T. 20'"), "references[0].text"),
    ("reference-text-short", references("text: ISO 690"), ""),
    ("reference-text-short", references("text: Schultz, doi: 10.13003/5jchdy"), ""),
    ("reference-text-short", references("text: Schultz, article_title: NATO"), ""),
    ("reference-text-short", references("text: 'Ibid., p. 3'"), ""),
    ("reference-text-short", references("text: 'Sources:'"), ""),
    ("reference-text-short", references("text: 'http://a.net/'"), ""),
    ("reference-key-duplicate", references("text: One", "text: Two"), ""),
    ("reference-twice", references("text: 'Ibid., p. 3'", "text: 'Ibid., p. 3'"), ""),
    ("reference-twice", references("doi: 10.13003/5jchdy", "text: A, doi: 10.13003/5JCHDY"), "references[1]"),
    ("reference-twice", references("article_title: A", "article_title: B"), ""),
    ("reference-url-is-doi", references("text: A, url: 'https://doi.org/10.13003/5jchdy', doi: 10.13003/5JCHDY"), ""),
    ("reference-url-is-doi", references("text: A, url: 'https://doi.org/10.13003/5jchdy', doi: 10.13003/other"), "references[0].url"),
    ("reference-url-is-doi", references("text: A, url: 'https://a.net/?a=doi.org/10.13003/5jchdy'"), ""),
    ("reference-to-itself", references("text: A, doi: 10.13003/5jchdy"), ""),
    ("reference-author-several", references("text: A, author: Schuster and Simon"), ""),
    ("reference-author-several", references("text: A, author: Council and Forum"), ""),
    ("reference-author-several", references("text: A, author: 'Gray, A., Irish, J.'"), "references[0].author"),
    ("reference-author-initials", references("text: A, author: Schultz"), ""),
    ("reference-url-suspicious", references("text: A, url: 'https://a.net/https://b.net/'"), "references[0].url"),
    ("reference-url-suspicious", references("text: A, url: 'https://intranet/a.b'"), "references[0].url"),
    ("reference-url-suspicious", references("text: A, url: 'https://127.0.0.1/a'"), "references[0].url"),
    ("reference-url-trailing", references("text: A, url: 'https://a.net/b_(c)'"), ""),
    ("reference-url-trailing", references("text: A, url: 'https://a.net/b)'"), "references[0].url"),
    ("reference-url-trailing", references("text: A, url: 'https://a.net/b...'"), ""),
    ("reference-url-trailing", references("text: A, url: 'https://a.net/(b.'"), "references[0].url"),
    ("reference-year-mismatch", references(f"text: '{SCHULTZ}', year: 2023a"), ""),
    ("reference-year-mismatch", references(f"text: '{SCHULTZ}', year: June"), ""),
    ("reference-year-mismatch", references("text: 'Schultz, T. NATO in Indo-Pacific.', year: 2022"), ""),
    ("reference-year-mismatch", references("article_title: A, year: 2022"), ""),
    ("reference-year-shape", references("text: A, year: '1400'", "text: B, year: '2199'"), ""),
    ("reference-year-shape", references("text: A, year: '1399'", "text: B, year: '2200'"), "references[0].year references[1].year"),
    ("reference-from-the-future", references("text: A, year: 2024"), ""),
    ("reference-from-the-future", references("text: A, year: 2024a"), ""),
    ("reference-from-the-future", references("text: A, year: 2025"), "references[0].year"),
    ("reference-from-the-future", references("text: A, year: 2025", "text: B, year: 2026"), "references[0].year references[1].year"),
    ("reference-from-the-future", references("text: A, year: 2025", "text: B, year: 2026", "text: C, year: 2025"), "published"),
    ("reference-from-the-future", references("text: A, year: forthcoming"), ""),
    ("reference-news-as-article", references("text: A, type: journal_article"), ""),
    ("reference-news-as-article", references("text: A, journal_title: Reuters"), ""),
    ("reference-text-missing", references("doi: 10.13003/5jchdy", f"text: '{SCHULTZ}'"), ""),
    ("reference-doi-in-text", references("text: 'A book. 10.13003/5jchdy', doi: 10.13003/5jchdy"), ""),
]  # fmt: skip
RIGHTS = [
    ("licence-slash", {"licences": ["https://creativecommons.org/publicdomain/zero/1.0"]}, "licences[0].url"),
    ("licence-slash", {"licences": ["https://creativecommons.org/publicdomain/zero/1.0/"]}, ""),
    ("licence-slash", {"licences": ["https://creativecommons.org/licenses/nc-by/4.0"]}, ""),
    ("licence-unknown", {"licences": [f"{CC}deed.en"]}, ""),
    ("licence-unknown", {"licences": [f"{CC}legalcode"]}, ""),
    ("licence-not-a-licence", {"url": "https://www.sadf.eu/a/", "licences": ["https://www.sadf.eu/a/"]}, "licences[0].url"),
    ("licence-not-a-licence", {"licences": ["https://www.sadf.eu/?terms"]}, ""),
    ("licence-not-a-licence", {"licences": ["https://creativecommons.org/"]}, ""),
    ("licence-early", f"licences: [{{url: '{CC}', start_date: 2022-09-13}}]", ""),
    ("licence-early", f"licences: [{{url: '{CC}', start_date: 2022-09-12}}]", "licences[0].start_date"),
    ("licence-early", f"{{published_print: 2022-01-01, licences: [{{url: '{CC}', start_date: 2022-01-01}}]}}", ""),
    ("licence-several", {"licences": ["https://a.net/one/", "https://a.net/two/"]}, ""),
    ("licence-several", f"licences: [{{url: '{CC}', start_date: 2024-01-01}}, {{url: '{CC}'}}]", ""),
    ("licence-several", {"licences": [CC, "https://a.net/one/", CC.replace("by", "by-nc")]}, "licences[2]"),
    ("funder-twice", "funding: [{name: Fund}, {name: FUND}]", "funding[1]"),
    ("funder-twice", "funding: [{name: Fund}, {name: Fund, ror: 00k4n6c32}]", ""),
    ("award-twice", "funding: [{name: Fund, awards: [A-1, 'a - 1']}]", "funding[0].awards[1]"),
    ("award-twice", "funding: [{name: Fund, awards: [A1]}, {name: FUND, ror: 00k4n6c32, awards: [B2, A1]}]", "funding[1].awards[1]"),
    ("award-twice", "funding: [{name: Fund, awards: [A1]}, {name: Other Fund, awards: [A1]}]", ""),
    ("award-twice", "funding: [{name: Fund, awards: ['12', '123', '0012']}]", ""),
    ("award-twice", "funding: [{grant_dois: [10.35802/218300]}, {grant_dois: [10.35802/218300]}]", "funding[1].grant_dois[0]"),
    ("award-twice", "funding: [{name: Fund, awards: ['218300'], grant_dois: [10.35802/218300]}]", ""),
    ("funder-without-id", "funding: [{name: Fund, ror: 00k4n6c32}]", ""),
    ("funder-without-id", "funding: [{name: Fund, funder_id: 10.13039/501100000780}]", ""),
    ("funder-id-prefix", "funding: [{name: Fund}]", ""),
    ("doi-trailing-punctuation", references("text: A, doi: 10.1787/a(b)"), ""),
    ("doi-trailing-punctuation", references("text: A, doi: 10.1787/ab-"), "references[0].doi"),
    ("doi-trailing-punctuation", "relations: [{type: isCommentOn, identifier: 10.1787/ab)}]", "relations[0].identifier"),
    ("relation-to-itself", "{url: 'https://www.sadf.eu/a/', relations: [{type: isCommentOn, identifier: 'https://www.sadf.eu/a/', identifier_type: uri}]}", "relations[0].identifier"),
    ("relation-to-itself", f"relations: [{{type: isCommentOn, identifier: '{OWN}', identifier_type: other}}]", ""),
    ("relation-target-first", f"relations: [{{type: isCommentOn, identifier: '{OWN}'}}]", ""),
    ("relation-target-first", f"relations: [{{type: isCommentOn, identifier: '{OWN}1', identifier_type: other}}]", ""),
    ("relation-identifier", "relations: [{type: isCommentOn, identifier: a.net, identifier_type: uri}]", "relations[0].identifier"),
    ("relation-identifier", "relations: [{type: isCommentOn, identifier: 'https://a.net/', identifier_type: uri}]", ""),
    ("relation-doi-as-address", "relations: [{type: isCommentOn, identifier: 'https://a.net/', identifier_type: uri}]", ""),
    ("version-edition-disagree", "{version: beta, edition: 2}", ""),
    ("version-edition-disagree", "{version: 3}", ""),
    ("version-edition-disagree", "{edition: 2}", ""),
    ("version-edition-disagree", "{version: 2, edition: 2}", ""),
]  # fmt: skip
IDENTITY = [
    ("number-label", {"number": "No.258"}, "number"),
    ("number-label", {"number": "D258"}, ""),
    ("number-slash", {"number": "258", "url": "https://www.sadf.eu/a/"}, ""),
    ("report-number-disagrees", {"report_number": "SADF 2580"}, ""),
    ("ror-missing", "authors: [{given: A., family: B, affiliations: [One, ONE]}]", "authors[0].affiliations[0]"),
    ("ror-missing", "authors: [{given: A., family: B, affiliations: [South asia democratic forum]}]", ""),
    ("full-text-missing", "full_texts: [{url: 'https://www.sadf.eu/a.xml', mime_type: application/xml}]", ""),
]
TEXTS = [
    ("text-markdown", {"title": r"The \emph{first} **word**"}, ""),
    ("text-markdown", {"title": r"Caf\u00e9 **word**"}, ""),
    ("text-markdown", {"title": "See [here](https://www.sadf.eu/)"}, "title"),
    ("text-markdown", {"title": "A __word__ here"}, "title"),
    ("text-markdown", {"title": "On https://www.sadf.eu/__a__b"}, ""),
    ("text-hyphenated", {"abstracts": ["The secu- rity of Asia"]}, "abstracts[0].text"),
    ("text-lost-letter", "authors: [{given: Ana, family: 'M?ller'}]", ""),
    ("text-lost-letter", references("text: 'Soci?t? (2020). A study.'"), "references[0].text"),
    ("text-lost-letter", {"title": "On https://www.sadf.eu/a?b"}, ""),
    ("text-filler", {"title": "Lorem ipsum and its author"}, ""),
    ("text-filler", {"subtitle": "Lorem ipsum"}, "subtitle"),
    ("text-filler", {"abstracts": ["And then TODO: more", "And FIXME"]}, "abstracts[0].text abstracts[1].text"),
    ("text-invisible-character", {"title": "שלום \u200e12"}, ""),
    ("text-invisible-character", {"title": "Prospects \u200e12"}, "title"),
    ("text-invisible-character", {"title": "שלום \u202e12"}, "title"),
    ("text-entity", {"title": "A &lt;i&gt;B&lt;/i&gt;"}, ""),
    ("text-entity", {"abstracts": ["Trade &amp; security"]}, "abstracts[0].text"),
    ("text-program-word", {"title": "null" + "l" * 60}, ""),
    ("text-program-word", {"subtitle": "undefined"}, "subtitle"),
    ("text-program-word", "authors: [{organisation: undefined}]", "authors[0].organisation"),
    ("name-program-word", "authors: [{given: FNU, family: LNU}]", "authors[0].given authors[0].family"),
    *(
        ("text-mojibake", references(f"text: A, {part}: 'FranÃ§ois'"), f"references[0].{part}")
        for part in ("author", "article_title", "journal_title", "volume_title", "series_title")
    ),
    ("text-mojibake", "version: {label: '2', text: FranÃ§ois}", "version.text"),
    ("text-mojibake", "funding: [{name: FranÃ§ois}]", "funding[0].name"),
    ("text-mojibake", "institutions: [{name: FranÃ§ois}]", "institutions[0].name"),
    ("text-mojibake", "status: {type: withdrawn, date: 2023-12-01, text: FranÃ§ois}", "status.text"),
    ("text-mojibake", "authors: [{given: A., family: B, suffix: FranÃ§ois}]", "authors[0].suffix"),
    ("text-mojibake", "authors: [{given: A., family: B, alt_names: [FranÃ§ois]}]", "authors[0].alt_names[0].text"),
    *(
        ("text-mojibake", {"authors": [{"given": "A.", "family": "B", "affiliations": [{"name": "One", part: ["FranÃ§ois", "Two"]}]}]},
         f"authors[0].affiliations[0].{part}[0]")
        for part in ("department", "place", "acronym")
    ),
    ("text-mojibake", "relations: [{type: isCommentOn, identifier: 10.1787/ab, description: FranÃ§ois}]", "relations[0].description"),
    ("text-mojibake", "translated_titles: [{text: Une note, language: fr, subtitle: FranÃ§ois}]", "translated_titles[0].subtitle"),
    ("text-mojibake", "original_title: {text: FranÃ§ois, language: fr}", "original_title.text"),
]  # fmt: skip
EVERY = [*ABSTRACTS, *TITLES, *NAMES, *CONTRIBUTORS, *DATES, *ADDRESSES, *REFERENCES, *RIGHTS, *IDENTITY, *TEXTS]


@pytest.mark.parametrize(("code", "fields", "expected"), EVERY)
def test_each_condition_decides_alone(code: str, fields: object, expected: str) -> None:
    assert fields_found(code, fields) == expected


@pytest.mark.parametrize(
    ("code", "setting", "expected"),
    [
        ("series-title-caps", 'title = "COMMENTARIES"', "series"),
        ("series-title-caps", 'title = "COMMENTARIE"', ""),
        ("series-title-caps", 'title = "COMMENTARIEs"', ""),
        ("doi-suffix-long", f'doi = "{{prefix}}/{"a" * 61}{{number}}"', ""),
        ("doi-suffix-long", f'doi = "{{prefix}}/{"a" * 62}{{number}}"', "doi"),
        ("issn-medium-assumed", 'issn_medium = "print"', ""),
        ("doi-test-prefix", 'prefix = "10.50505"', "doi"),
        ("publisher-missing", 'publisher = ""', ""),
        ("publisher-missing", 'institution = ""', ""),
        ("doi-issn-disagrees", 'doi = "{prefix}/SADF.2021-0534.C{number}"', ""),
        ("licence-not-https", 'licences = ["http://creativecommons.org/licenses/by/4.0/"]', "series.licences[0].url"),
        ("text-mojibake", 'institution = {name = "FranÃ§ois"}', "series.institution.name"),
        ("text-mojibake", 'institution = {name = "One", place = "FranÃ§ois"}', "series.institution.place"),
        ("text-mojibake", 'institution = {name = "One", place = ["Two", "FranÃ§ois"]}', "series.institution.place[1]"),
        ("text-mojibake", 'other_institutions = [{name = "FranÃ§ois"}]', "series.other_institutions[0].name"),
        (
            "text-mojibake",
            'institution = ""\nother_institutions = [{name = "One"}, {name = "FranÃ§ois"}]',
            "series.other_institutions[1].name",
        ),
        ("text-mojibake", 'publisher = {name = "One", place = "FranÃ§ois"}', "series.publisher.place"),
        ("text-mojibake", 'abbreviated_title = "FranÃ§ois"', "series.abbreviated_title"),
    ],
)
def test_each_condition_of_a_series_decides_alone(code: str, setting: str, expected: str) -> None:
    assert fields_found(code, {}, setting) == expected


def test_the_institution_of_a_series_is_named_where_it_has_a_name() -> None:
    [match] = RULES["ror-missing"].function(
        Work(commentary({}, 'institution = {name = "Quiet Law School"}'), Context(TODAY))
    )
    assert match.values == {"name": "Quiet Law School"}


def found_in_run(code: str, records: str) -> list[int]:
    return [match.record for match in TOGETHER[code].function([commentary(one) for one in loaded(records)])]


ORCID = "orcid: 0000-0002-1825-0097"


@pytest.mark.parametrize(
    ("code", "records", "expected"),
    [
        ("url-twice", "[{number: 1, url: 'https://a.net/b'}, {number: 2, url: 'https://a.net/b/'}]", [1]),
        ("url-twice", "[{number: 1, url: null}, {number: 2, url: null}]", []),
        ("url-twice", "[{number: 1, url: 'https://a.net/b'}, {number: 1, url: 'https://a.net/b'}]", []),
        ("title-twice", "[{number: 1}, {number: 1}]", []),
        ("title-twice", "[{number: 1}, {number: 2}, {number: 3}]", [1, 2]),
        ("title-twice", "[{number: 1, subtitle: A}, {number: 2, subtitle: B}]", []),
        ("title-twice", "[{number: 1}, {number: 2, authors: [{family: Sukarno}]}]", []),
        ("number-leading-zeros", "[{number: '1'}, {number: '01'}, {number: '001'}, {number: '1'}]", [1, 2]),
        ("number-leading-zeros", "[{number: A1}, {number: A01}]", []),
        (
            "prefixes-mixed",
            "[{number: 1}, {number: 2, series: {prefix: 10.12345}}, {number: 3, series: {prefix: 10.12345}}]",
            [1],
        ),
        (
            "orcid-two-people",
            f"[{{number: 1, authors: [{{given: A., family: B, {ORCID}}}, {{given: C., family: D, {ORCID}}}]}}]",
            [],
        ),
        (
            "orcid-two-people",
            (
                f"[{{number: 1, authors: [{{given: A., family: B, {ORCID}}}]}},"
                f" {{number: 2, authors: [{{given: Ana, family: b, {ORCID}}}]}}]"
            ),
            [],
        ),
        (
            "orcid-two-people",
            (
                f"[{{number: 1, authors: [{{given: A., family: B, {ORCID}}}]}},"
                f" {{number: 2, authors: [{{organisation: E}}, {{family: F}}, {{family: D, {ORCID}}}]}}]"
            ),
            [1],
        ),
        (
            "orcid-not-everywhere",
            (
                f"[{{number: 1, authors: [{{given: A., family: B, {ORCID}}}]}},"
                " {number: 2, authors: [{organisation: A. B}]}]"
            ),
            [],
        ),
        (
            "orcid-not-everywhere",
            (
                "[{number: 1, authors: [{given: A., family: B}]},"
                f" {{number: 2, authors: [{{organisation: E}}, {{given: A., family: B, {ORCID}}}]}}]"
            ),
            [0],
        ),
    ],
)
def test_each_condition_of_a_run_decides_alone(code: str, records: str, expected: list[int]) -> None:
    assert found_in_run(code, records) == expected


def test_a_licence_may_begin_a_year_before_the_publication_and_no_day_earlier() -> None:
    limit = date(2023, 9, 14) - timedelta(days=366)
    begins = {day: [{"url": CC, "start_date": str(limit - timedelta(days=day))}] for day in (0, 1)}
    assert fields_found("licence-early", {"licences": begins[0]}) == ""
    assert fields_found("licence-early", {"licences": begins[1]}) == "licences[0].start_date"


def test_these_rules_cannot_be_changed_or_ignored() -> None:
    """Of these Crossref would reject the record, or the DOI would lead nowhere for good."""
    assert {rule.code for rule in ALL_RULES if not rule.overridable} == {
        "depositor-email-shape",
        "doi-prefix-differs",
        "doi-twice",
        "doi-without-number",
        "orcid-duplicate",
        "reference-key-duplicate",
        "title-blank",
        "url-is-doi",
        "url-local",
        "url-malformed",
        "url-missing",
        "url-password",
    }
