"""Makes the Word file with which the tutorial for staff begins: `python docs/sample_document.py`."""

from datetime import UTC, datetime
from pathlib import Path

import docx

SAMPLE = Path(__file__).parent / "tutorials" / "comment-901.docx"
MADE = datetime(2026, 3, 2, 9, tzinfo=UTC)
REFERENCE = "https://doi.org/10.5555/gauges"


def sample() -> "docx.document.Document":
    """Return an invented commentary, set as an editor sets one in Word."""
    document = docx.Document()
    document.core_properties.title = ""
    document.core_properties.author = "South Asia Democratic Forum"
    document.core_properties.comments = ""
    document.core_properties.created = document.core_properties.modified = MADE
    document.add_paragraph("COMMENT 901")
    document.add_heading("Rivers that cross borders: who counts the water?", 1)
    document.add_paragraph("By ").add_run("Josiah Carberry").bold = True
    document.add_paragraph("2 March 2026 - DOI: https://doi.org/10.48251/SADF.ISSN.2406-5617.C901")
    biography = document.add_paragraph()
    biography.add_run("Dr. Josiah Carberry").bold = True
    biography.add_run(" is a Research Fellow at South Asia Democratic Forum (SADF).")
    document.add_paragraph(
        "Two countries that share a river rarely agree on how much water is in it. This comment asks who measures, "
        "who is believed, and what a common gauge would change."
    )
    document.add_heading("References:", 2)
    document.add_paragraph(
        f"Carberry, J. (2024, May 3). Gauges and grievances. Journal of Invented Hydrology. {REFERENCE}"
    )
    return document


if __name__ == "__main__":
    sample().save(str(SAMPLE))
