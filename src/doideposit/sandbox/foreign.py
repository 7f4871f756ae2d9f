"""A sandbox with a past: reports that another tool registered over the years, by hand and in several ways.

Numbers in the pattern of the series and beside it, reports of the series and single ones, rich records and poor ones,
one that became an alias, one that went to another owner, and one that the lists of the REST API miss.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self
from xml.sax.saxutils import escape

from doideposit.sandbox.simulation import Sandbox

__all__ = ["ForeignReport"]

# The deposit timestamps begin here: fourteen digits, as many libraries write them.
STAMP: Final = 20190301120000
# A prefix that belongs to somebody else.
_OTHER_OWNER: Final = "10.99999"
# Not every old record says everything: each of these is said by one in so many.
_SINGLE, _RICH, _CITING, _UNDATED = 10, 7, 5, 4


@dataclass(frozen=True, slots=True)
class ForeignReport:
    """Describe one report as it was registered: its number in the series, its DOI and its page."""

    number: int
    doi: str
    url: str

    @classmethod
    def register_all(cls, sandbox: Sandbox, reports: list[Self], *, title: str, issn: str | None) -> None:
        """Register reports at once, each with its own deposit; raises ValueError for one that the sandbox refuses."""
        for report in reports:
            sandbox.elsewhere.deposit(_deposit_xml(report, title, issn if report.number % _SINGLE else None))
        if len(reports) > 3:  # noqa: PLR2004 - one to hide, one to transfer, one to alias, and the first, which the alias leads to
            sandbox.elsewhere.hide(reports[-2].doi)
            sandbox.elsewhere.transfer(reports[-3].doi, _OTHER_OWNER)
            sandbox.elsewhere.alias(reports[-4].doi, reports[0].doi)


def _deposit_xml(report: ForeignReport, title: str, issn: str | None) -> bytes:
    stamp = STAMP + report.number
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch version="5.5.0" '
        'xmlns="http://www.crossref.org/schema/5.5.0" xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1" '
        'xmlns:ai="http://www.crossref.org/AccessIndicators.xsd">'
        f"<head><doi_batch_id>other-{report.number}</doi_batch_id><timestamp>{stamp}</timestamp><depositor>"
        "<depositor_name>Another tool</depositor_name><email_address>old@example.org</email_address></depositor>"
        "<registrant>Another tool</registrant></head>"
        f"<body>{''.join(_report_xml(report, title, issn))}</body></doi_batch>"
    ).encode()


def _report_xml(report: ForeignReport, title: str, issn: str | None) -> Iterator[str]:
    kind = "report-paper_series_metadata" if issn else "report-paper_metadata"
    yield f'<report-paper publication_type="full_text"><{kind} language="en">'
    if issn:
        yield f"<series_metadata><titles><title>{escape(title)}</title></titles>"
        yield f'<issn media_type="electronic">{issn}</issn></series_metadata>'
    yield from _contributors_xml(report)
    yield f"<titles><title>Report on river {report.number}</title>"
    yield f"<subtitle>What was measured in {_year_of(report)}</subtitle>" if report.number % _RICH == 0 else ""
    yield "</titles>"
    if report.number % _RICH == 0:
        yield '<jats:abstract xml:lang="en"><jats:p>Two years of gauges, read by hand.</jats:p></jats:abstract>'
    yield f"<volume>{report.number}</volume>" if issn else ""
    yield '<publication_date media_type="online">'
    # Old records often have a year and nothing else.
    yield "" if report.number % _UNDATED == 0 else f"<month>{report.number % 12 + 1:02d}</month>"
    yield f"<year>{_year_of(report)}</year></publication_date>"
    yield "<publisher><publisher_name>River Forum</publisher_name></publisher>"
    yield f"<publisher_item><item_number>{report.number}</item_number></publisher_item>"
    if report.number % _RICH == 0:
        yield '<ai:program name="AccessIndicators"><ai:license_ref applies_to="vor">'
        yield "https://creativecommons.org/licenses/by/4.0/</ai:license_ref></ai:program>"
    yield f"<doi_data><doi>{escape(report.doi)}</doi><resource>{escape(report.url)}</resource></doi_data>"
    if report.number % _CITING == 0:
        yield '<citation_list><citation key="r1"><unstructured_citation>Sen, B. (2015). Deltas. Dhaka: Forum.'
        yield "</unstructured_citation></citation></citation_list>"
    yield f"</{kind}></report-paper>"


def _contributors_xml(report: ForeignReport) -> Iterator[str]:
    orcid = "<ORCID>https://orcid.org/0000-0002-1825-0097</ORCID>" if report.number % _RICH == 0 else ""
    yield '<contributors><person_name sequence="first" contributor_role="author"><given_name>Ada</given_name>'
    yield f"<surname>Wolf</surname>{orcid}</person_name>"
    if report.number % _CITING == 0:
        yield '<person_name sequence="additional" contributor_role="author"><given_name>Bimal</given_name>'
        yield "<surname>Sen</surname></person_name>"
    yield "</contributors>"


def _year_of(report: ForeignReport) -> int:
    # The reports are spread over ten years.
    return 2010 + report.number % 10
