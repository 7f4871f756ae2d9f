"""What else is printed in or on a commentary: pages, ISBNs, further identifiers, translated titles, and its history."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator, model_validator

from doideposit.records.identifiers import Isbn
from doideposit.records.models.text import Language, PlainText, RichText, Url, Value

__all__ = ["CrossmarkAssertion", "FurtherIdentifier", "Pages", "PrintedIsbn", "TranslatedTitle"]

# One range of pages: a hyphen or a dash between two page numbers that hold none themselves, then what else there is.
_PAGE: Final = r"[^\s,;\u2010-\u2015-]+"
# Hyphen, en dash and em dash are printed between two pages; what follows a comma are further pages.
_RANGE: Final = re.compile(rf"(?P<first>{_PAGE})\s*[\u2010-\u2015-]\s*(?P<last>{_PAGE})(?:\s*[,;]\s*(?P<other>.+))?")


class Pages(Value):
    """The pages in a printed issue; a text such as 12-18 or 12-18, 25 says the same (crossref5.5.0.xsd: pages)."""

    first: Annotated[PlainText, Field(max_length=32)]
    """The first page."""
    last: Annotated[PlainText, Field(max_length=32)] | None = None
    """The last page, when there is more than one."""
    other: Annotated[PlainText, Field(max_length=100)] | None = None
    """Further pages, such as those of a continuation."""

    @model_validator(mode="before")
    @classmethod
    def _parse_range(cls, value: Any) -> Any:
        """Parse pages as printed; a text that is not a range becomes the first page."""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return value
        text = re.sub(r"^pp?\.\s*", "", value.strip())
        found = _RANGE.fullmatch(text)
        parts = found.groupdict() if found else {"first": text}
        return {name: part for name, part in parts.items() if part is not None}


class PrintedIsbn(Value):
    """An ISBN of the commentary itself (common5.5.0.xsd: isbn)."""

    isbn: Isbn
    """The ISBN, with its hyphens where they are known."""
    medium: Literal["electronic", "print"] = "electronic"
    """Which edition it names."""

    @model_validator(mode="before")
    @classmethod
    def _accept_number_alone(cls, value: Any) -> Any:
        return {"isbn": str(value)} if isinstance(value, str | int) and not isinstance(value, bool) else value


class FurtherIdentifier(Value):
    """Another identifier of the same commentary, for which there is no other key (crossref5.5.0.xsd: identifier)."""

    identifier: Annotated[PlainText, Field(max_length=255)]
    """The identifier, such as the publisher's own number."""
    type: Literal[
        "pii", "sici", "doi", "dai", "Z39.23", "ISO-std-ref", "std-designation", "report-number", "pmid", "other"
    ] = "other"
    """The type of the identifier."""

    @model_validator(mode="before")
    @classmethod
    def _accept_text_alone(cls, value: Any) -> Any:
        return {"identifier": value} if isinstance(value, str) else value


class TranslatedTitle(Value):
    """The title in a further language, as it is printed beside the main one."""

    text: RichText
    """The title."""
    subtitle: RichText | None = None
    """The subtitle."""
    language: Language | None = None
    """Its language; it is not deposited, because Crossref has no place for it."""

    @model_validator(mode="before")
    @classmethod
    def _accept_text_alone(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


# What the Crossmark dialogue of most publishers calls these steps, and the group it shows them in.
_KNOWN: Final = {
    "received": "Received",
    "revised": "Revised",
    "accepted": "Accepted",
    "published": "Published",
    "first_online": "First Online",
    "peer_review": "Peer Review",
}
_SHORT_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_.-]*$"  # An NCName without letters that programs cannot type.


class CrossmarkAssertion(Value):
    """Something Crossmark shows about a commentary, such as when it was received (common5.5.0.xsd: assertion)."""

    name: Annotated[PlainText, Field(min_length=2, max_length=150, pattern=_SHORT_NAME, examples=["received"])]
    """A short name for programs, such as received, accepted or peer_review."""
    text: RichText
    """What is said, such as 2 March 2026."""
    label: Annotated[PlainText, Field(min_length=2, max_length=150)] | None = None
    """The words shown before it; made from the name when left out, and not shown at all with an empty label."""
    group: Annotated[PlainText, Field(min_length=2, max_length=150, pattern=_SHORT_NAME)] | None = None
    """A short name for all that is shown together, such as publication_history."""
    group_label: Annotated[PlainText, Field(min_length=2, max_length=150)] | None = None
    """The heading of that group."""
    order: int | None = None
    """Its position among the others."""
    explanation: Url | None = None
    """Address of a page with an explanation."""
    url: Url | None = None
    """Address to which the text is a link."""

    @field_validator("label", mode="before")
    @classmethod
    def _keep_empty_label(cls, value: Any) -> Any:
        return None if value == "" else value

    @property
    def shown_label(self) -> str | None:
        """Return the label of the text: its own, else that of its name; None if it was left empty."""
        if "label" in self.model_fields_set:
            return self.label
        return _KNOWN.get(self.name) or self.name.replace("_", " ").replace("-", " ").capitalize()
