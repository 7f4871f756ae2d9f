"""What the tests of finished documents share: a configured series, and a document to vary."""

import io

from doideposit.records.models.contributors import Institution, Publisher
from doideposit.records.models.series import Series

SADF = Series(
    name="sadf-comment",
    title="SADF Comment",
    issn="2406-5617",
    prefix="10.48251",
    doi="{prefix}/SADF.ISSN.{issn}.C{number}",
    publisher=Publisher(name="South Asia Democratic Forum", place="Brussels"),
    institution=Institution(name="South Asia Democratic Forum", acronym="SADF", place="Brussels"),
)
SERIES = {SADF.name: SADF}


def document(
    *,
    heading: str = "## COMMENT 300",
    title: str = "# Salt and silence",
    byline: str = "By **Ada B. Byron**",
    date: str = "4 May 2021 – DOI: 10.48251/SADF.ISSN.2406-5617.C300",
    biography: str = "",
    body: str = "The salt flats are quiet this year, and so are those who own them.",
    references: str = "",
) -> str:
    """A commentary in the usual layout, with one part exchanged."""
    return "\n\n".join(part for part in (heading, title, byline, date, biography, body, references) if part) + "\n"


def blank_pdf(pages: int, password: str | None = None) -> bytes:
    """A PDF without any text, as a scanner makes it."""
    from pypdf import PdfWriter

    writer, stream = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-40")
    writer.write(stream)
    return stream.getvalue()
