"""Comment 258 as test data: the series, the record as its document gives it, and a richer one with invented parts.

The facts are those of the printed commentary; everything in `rich_commentary` beyond them is made up for tests.
"""

from typing import Any

from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series

LANDING_PAGE = "https://www.sadf.eu/prospects-for-nato-japan-relations-c258/"

# author, (outlet or None), title, printed text without the address, address
NEWS: list[tuple[str, str | None, str, str, str]] = [
    (
        "The Asahi Shimbun",
        None,
        "Kishida pledges to strengthen Japan's ties with NATO on defense",
        "The Asahi Shimbun. (2023, February 1). Kishida pledges to strengthen Japan's ties with NATO on defense.",
        "https://www.asahi.com/ajw/articles/14829095",
    ),
    (
        "Gray",
        "Reuters",
        "NATO leaders send mixed messages in Japan office controversy",
        "Gray, A., Irish, J. (2023, July 12). NATO leaders send mixed messages in Japan office controversy. Reuters.",
        "https://www.reuters.com/world/europe/issue-nato-japan-office-still-table-stoltenberg-2023-07-12/",
    ),
    (
        "McCurry",
        "The Guardian",
        "France opposed to opening of Nato liaison office in Japan, official says",
        "McCurry, J. (2023, June 7). France opposed to opening of Nato liaison office in Japan, official says. The Guardian.",
        "https://www.theguardian.com/world/2023/jun/07/france-opposed-to-opening-of-nato-liaison-office-in-japan-official-says",
    ),
    (
        "Moriyasu",
        "Nikkei Asia",
        "NATO to open Japan office, deepening Indo-Pacific engagement",
        "Moriyasu, K., Mili, R., & Tsuji, T. (2023, May 3). NATO to open Japan office, deepening Indo-Pacific engagement. Nikkei Asia.",
        "https://asia.nikkei.com/Politics/International-relations/Indo-Pacific/NATO-to-open-Japan-office-deepening-Indo-Pacific-engagement",
    ),
    (
        "Moriyasu",
        "Nikkei Asia",
        "NATO removes Tokyo office mention from joint communique",
        "Moriyasu, K. (2023, July 11). NATO removes Tokyo office mention from joint communique. Nikkei Asia.",
        "https://asia.nikkei.com/Politics/International-relations/Indo-Pacific/NATO-removes-Tokyo-office-mention-from-joint-communique",
    ),
    (
        "Moriyasu",
        "Nikkei Asia",
        "Why is NATO edging into Asia?",
        "Moriyasu, K. (2023, July 19). Why is NATO edging into Asia? Nikkei Asia.",
        "https://asia.nikkei.com/Spotlight/The-Big-Story/Why-is-NATO-edging-into-Asia",
    ),
    (
        "North Atlantic Treaty Organization",
        None,
        "Contact Point Embassies in partner countries",
        "North Atlantic Treaty Organization. (2023, April 25). Contact Point Embassies in partner countries.",
        "https://www.nato.int/cps/en/natohq/topics_49190.htm",
    ),
    (
        "Schultz",
        "Deutsche Welle",
        "NATO in Indo-Pacific: Tokyo office a no-go for now",
        "Schultz, T. (2023, June 15). NATO in Indo-Pacific: Tokyo office a no-go for now. Deutsche Welle.",
        "https://www.dw.com/en/nato-in-indo-pacific-tokyo-office-a-no-go-for-now/a-65922373",
    ),
    (
        "Sevastopulo",
        "Financial Times",
        "France objects to Nato plan for office in Tokyo",
        "Sevastopulo, D., Inagaki, K., Foy, H., & Abboud, L. (2023, June 5). France objects to Nato plan for office in Tokyo. Financial Times.",
        "https://www.ft.com/content/204e595f-5e05-4c06-a05e-ffa61e09b27",
    ),
]
REPORT = {
    "type": "report",
    "author": "The United States Institute of Peace",
    "year": "2023",
    "volume_title": "NATO and Indo-Pacific Partners: Understanding Views and Interests",
    "text": "The United States Institute of Peace. (2023). NATO and Indo-Pacific Partners: Understanding Views and Interests. "
    "Washington, D.V.: United States Institute of Peace (USIP).",
    "url": "https://www.usip.org/programs/nato-and-indo-pacific-partners-understanding-views-and-interests",
}


def series(**changes: Any) -> Series:
    """The series as a configuration describes it."""
    data: dict[str, Any] = {
        "name": "sadf-comment",
        "title": "SADF Comment",
        "issn": "2406-5617",
        "issn_medium": "electronic",
        "prefix": "10.48251",
        "doi": "{prefix}/SADF.ISSN.{issn}.C{number}",
        "language": "en",
        "labels": ["COMMENT", "SADF Comment"],
        "publisher": {"name": "South Asia Democratic Forum", "place": "Brussels"},
        "institution": {"name": "South Asia Democratic Forum", "acronym": "SADF", "place": "Brussels"},
    }
    return Series.model_validate(data | changes)


def references() -> list[dict[str, Any]]:
    """The ten references, with their parts."""
    news = [
        {
            "type": "web_resource",
            "journal_title": outlet,
            "author": author,
            "year": "2023",
            "article_title": title,
            "text": text,
            "url": url,
        }
        for author, outlet, title, text, url in NEWS
    ]
    return [{key: value for key, value in one.items() if value is not None} for one in [*news, REPORT]]


def record(**changes: Any) -> dict[str, Any]:
    """The record of comment 258 as a mapping, without its series."""
    data: dict[str, Any] = {
        "number": "258",
        "title": "Prospects for NATO-Japan relations",
        "authors": [{"given": "Siegfried O.", "family": "Wolf", "affiliations": ["SADF"]}],
        "published": "2023-09-14",
        "url": LANDING_PAGE,
        "language": "en",
        "references": references(),
    }
    return data | changes


def commentary(of: Series | None = None, **changes: Any) -> Commentary:
    """Comment 258, in the series `of` or in its own."""
    return Commentary.model_validate({"series": of or series(), **record(**changes)})


def rich_record(**changes: Any) -> dict[str, Any]:
    """Comment 258 with every optional part that a report of a series can have; what goes beyond the print is invented."""
    return (
        record(
            subtitle="A commentary",
            original_title={"text": "Perspektiven der Beziehungen zwischen NATO und Japan", "language": "de"},
            authors=[
                {
                    "given": "Siegfried O.",
                    "family": "Wolf",
                    "suffix": "Jr.",
                    "roles": ["author", "writing-original-draft"],
                    "orcid": "0000-0002-1825-0097",
                    "affiliations": [{"name": "SADF", "ror": "02twcfp32"}],
                    "alt_names": [{"text": "Siegfried Otto Wolf", "language": "de"}],
                }
            ],
            abstracts=[
                {"text": "<p>One paragraph of abstract with <em>markup</em>.</p>", "format": "html", "language": "en"}
            ],
            licences=[{"url": "https://creativecommons.org/licenses/by/4.0/", "start_date": "2023-09-14"}],
            free_to_read={"start_date": "2023-09-14"},
            funding=[{"ror": "https://ror.org/02twcfp32", "awards": ["TEST-1"]}],
            archives=["Internet Archive"],
            version={"label": "2", "text": "Second, corrected version", "language": "en"},
            pdf_url="https://example.org/c258.pdf",
            relations=[
                {
                    "type": "isVersionOf",
                    "identifier": "10.5555/SADF.TEST.C258.v1",
                    "description": "Earlier version",
                    "language": "en",
                },
                {"type": "isCommentOn", "identifier": "https://example.org/some-communique", "identifier_type": "uri"},
            ],
        )
        | changes
    )


def rich_commentary(of: Series | None = None, **changes: Any) -> Commentary:
    """The richer comment 258, in the series `of` or in its own."""
    return Commentary.model_validate({"series": of or series(), **rich_record(**changes)})
