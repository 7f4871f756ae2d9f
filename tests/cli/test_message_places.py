"""Crossref's words point at the line of the record that was sent, also when the file is gone by then."""

from pathlib import Path
from typing import Any

import pytest

from desk import DOI, Desk
from doideposit.deposits.message_places import named_field
from doideposit.findings import Finding, Severity, field_path

FIELDS: dict[str, Any] = {
    "doi": "10.5555/c1",
    "title": "The harbour question",
    "number": "258",
    "published": "2026-09-01",
    "authors": [
        {"given": "Maya", "family": "Gurung", "orcid": "https://orcid.org/0000-0002-1825-0097"},
        {"given": "Ada", "family": "Byron", "orcid": "https://orcid.org/0000-0001-5109-3700"},
    ],
    "isbns": [{"isbn": "978-3-16-148410-0", "medium": "print"}],
    "relations": [{"type": "isReplyTo", "identifier": "10.5555/gone", "identifier_type": "doi"}],
}


@pytest.mark.parametrize(
    ("code", "words", "field"),
    [
        ("crossref-orcid-check-digit", "ORCID https://orcid.org/0000-0001-5109-3700 has invalid checksum", "authors[1].orcid"),
        ("crossref-isbn-invalid", 'ISBN "978-3-16-148410-0" is invalid', "isbns[0].isbn"),
        ("crossref-relation-target", "10.5555/c1: Relation target DOI does not exist: 10.5555/GONE", "relations[0].identifier"),
        ("crossref-issn-invalid", 'ISSN "24065617" is invalid', "series"),
        ("crossref-year-invalid", "year: 20x6 is not a valid integer", "published"),
        ("crossref-conflict", "Added with conflict", "title"),
        ("crossref-unknown", "Something about “The harbour\n question”", "title"),
        ("crossref-prefix-not-yours", "User not allowed to add records for prefix: 10.5555", "doi"),
        ("crossref-crash", "java.lang.NullPointerException at 258", None),
        ("crossref-unknown", "", None),
    ],
)  # fmt: skip
def test_a_message_names_the_field(code: str, words: str, field: str | None) -> None:
    found = named_field(Finding(code, Severity.ERROR, "", original=words), FIELDS)
    assert (field_path(found) if found is not None else None) == field


def test_a_failure_points_at_the_line_that_was_sent(desk: Desk) -> None:
    path = desk.record()
    assert desk("deposit", path, "--wait", 30).code == 0
    assert desk("build", "c258.yaml", "-o", "twin.xml").code == 0
    desk.write("twin.xml", Path("twin.xml").read_text(encoding="utf-8").replace(DOI, f"{DOI}-twin"))
    desk("deposit", "twin.xml", "--wait", 30)
    # The same title and number again: Crossref warns of the conflict, and names no field by itself.
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("title: Prosp", "subtitle: A second look\ntitle: Prosp"), encoding="utf-8")
    desk("deposit", path, "--wait", 0)
    lines = path.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, 1) if line.startswith("title:"))
    path.unlink()
    desk("poll", "--all")
    [one] = [each for each in desk("warnings", "--json").json["warnings"] if each["doi"] == DOI]
    assert (one["file"], one["line"], one["field"]) == (str(path), place, "title")
    finding = desk("status", DOI, "--json").json["records"][0]["finding"]
    assert (finding["file"], finding["line"], finding["field"]) == (str(path), place, "title")
    assert f"{path.name}:{place}" in desk("warnings").out
