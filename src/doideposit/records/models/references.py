"""What a commentary cites: one reference as printed, and its parts where they are known."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from doideposit.records.identifiers import Doi, Issn
from doideposit.records.models.text import PlainText, RichText, Url, Value

__all__ = ["CitationType", "Reference"]


class CitationType(StrEnum):
    """What is cited (crossref5.5.0.xsd: citation/@type); news items are web resources, there is no type for them."""

    BLOG = "blog"
    BLOG_POST = "blog_post"
    BOOK = "book"
    BOOK_CHAPTER = "book_chapter"
    COLLECTION = "collection"
    CONFERENCE_PAPER = "conference_paper"
    CONFERENCE_PROCEEDINGS = "conference_proceedings"
    DATASET = "dataset"
    DISSERTATION = "dissertation"
    JOURNAL = "journal"
    JOURNAL_ARTICLE = "journal_article"
    OTHER = "other"
    PATENT = "patent"
    PEER_REVIEW = "peer_review"
    POSTER = "poster"
    PREPRINT = "preprint"
    PROTOCOL = "protocol"
    REGISTERED_REPORT = "registered_report"
    REPORT = "report"
    SOFTWARE = "software"
    STANDARD = "standard"
    WEB_RESOURCE = "web_resource"


class Reference(Value):
    """One entry of the reference list: the text as printed, or parts, or both (common5.5.0.xsd: citation).

    Give both if you can: Crossref matches on the parts and shows the text.
    """

    key: Annotated[PlainText, Field(max_length=128)] | None = None
    """A key that stays the same in every deposit; ``ref1``, ``ref2``… by position if left out."""
    type: CitationType | None = None
    """What is cited."""
    text: RichText | None = None
    """The entry as printed, without its address."""
    url: Url | None = None
    """The address of the cited page; Crossref has no field for it, so it is added to the text."""
    doi: Doi | None = None
    """The DOI of the cited work."""
    issn: Issn | None = None
    """ISSN of the journal."""
    isbn: Annotated[PlainText, Field(max_length=17)] | None = None
    """ISBN of the book."""
    journal_title: PlainText | None = None
    """Title of the journal or newspaper."""
    author: PlainText | None = None
    """Family name of the first author, or the full name of a group."""
    volume: Annotated[PlainText, Field(max_length=32)] | None = None
    """Volume of the journal."""
    issue: Annotated[PlainText, Field(max_length=32)] | None = None
    """Issue of the journal."""
    first_page: Annotated[PlainText, Field(max_length=32)] | None = None
    """First page."""
    elocation_id: PlainText | None = None
    """Article number in place of pages."""
    year: PlainText | None = None
    """Year of publication."""
    series_title: PlainText | None = None
    """Title of a series of books or reports."""
    volume_title: PlainText | None = None
    """Title of a book or report."""
    edition: Annotated[PlainText, Field(max_length=15)] | None = None
    """Edition, number only."""
    component_number: Annotated[PlainText, Field(max_length=50)] | None = None
    """Chapter, section or part."""
    article_title: PlainText | None = None
    """Title of an article, chapter or web page."""
    std_designator: Annotated[PlainText, Field(min_length=2, max_length=150)] | None = None
    """Designation of a standard."""

    @model_validator(mode="after")
    def _require_content(self) -> "Reference":
        # The text alone answers for most references, and in half of the time.
        if self.text is None and not self.model_fields_set - {"key", "type"}:
            raise PydanticCustomError(
                "reference-empty", "this reference says nothing", {"hint": "give its `text`, or delete the entry"}
            )
        return self
