"""The narrow form of a schema: only the elements that doideposit itself writes are described in full.

libxml2 needs most of its time before the first verdict for elements that hardly any deposit has: books, conferences,
databases, peer reviews, and three hundred elements of JATS. In the narrow form a global element that is not listed here
is declared without a type. It is used for documents that have none of those elements: nothing in such a document can
tell the difference, because an element's type is looked at only where the element occurs. A list that lacks a name
costs time, never a verdict.
"""

from doideposit.crossref.names import JATS

__all__ = ["is_described"]

_JATS = frozenset("abstract p sec title italic bold sub sup".split())
_CROSSREF = frozenset(
    "ORCID abstract acceptance_date affiliations alt-name anonymous approval_date archive archive_locations "
    "article_title assertion author b body cYear citation citation_list collection component_number contributors "
    "crossmark crossmark_policy custom_metadata day depositor depositor_name description doi doi_batch doi_batch_id "
    "doi_data edition_number elocation_id em email_address first_page font free_to_read full_title given_name "
    "group_title head i identifier institution institution_acronym institution_department institution_id "
    "institution_name institution_place inter_work_relation intra_work_relation isbn issn issue item item_number "
    "journal journal_article journal_issue journal_metadata journal_title license_ref month name organization "
    "original_language_title ovl person_name posted_content posted_date prefix program publication_date publisher "
    "publisher_item publisher_name publisher_place registrant related_item report-paper report-paper_metadata "
    "report-paper_series_metadata resource role scp series_metadata series_title status std_designator string-name "
    "strong sub subtitle suffix sup surname timestamp title titles tt u unstructured_citation update updates version "
    "version_info volume volume_title year".split()
)


def is_described(namespace: str, name: str) -> bool:
    """Whether the narrow form describes this element in full."""
    return name in (_JATS if namespace == JATS else _CROSSREF)
